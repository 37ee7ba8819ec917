"""Sheets of assetforge in pygame; see docs/pygame.md."""

import json
from pathlib import Path

import pygame


class Sheet:
    def __init__(self, path):
        self.frames, self.animations, self.images = {}, {}, {}
        strip = pygame.image.load(Path(path).with_suffix(".palette.png"))
        width, height = strip.get_size()
        self.palettes = [[strip.get_at((x, y))[:3] for x in range(width)] for y in range(height)]
        self.add(Path(path))
        self.palette(0)

    def add(self, path):
        facts = json.loads(path.read_text("utf-8"))
        self.names = [palette["name"] for palette in facts["meta"]["palettes"]]
        indices = pygame.image.load(path.with_suffix(".index.png"))
        for name, frame in facts["frames"].items():
            box = frame["frame"]
            self.frames[name] = frame
            self.images[name] = indices.subsurface((box["x"], box["y"], box["w"], box["h"]))
            self.images[name].set_colorkey(0)
        for tag, names in facts["animations"].items():
            self.animations.setdefault(tag, []).extend(names)
        for page in facts["meta"].get("related_multi_packs", ()):
            self.add(path.with_name(page))

    def palette(self, row):
        for image in self.images.values():
            image.set_palette(self.palettes[row])

    def draw(self, target, name, x, y):
        trimmed = self.frames[name]["spriteSourceSize"]
        target.blit(self.images[name], (x + trimmed["x"], y + trimmed["y"]))

    def playing(self, tag, milliseconds):
        film = [(name, max(1, self.frames[name]["duration"])) for name in self.animations[tag]]
        rest = milliseconds % sum(duration for _, duration in film)
        for name, duration in film:
            if rest < duration:
                return name
            rest -= duration
