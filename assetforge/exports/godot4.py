"""Resources of Godot 4: the text format 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .godot import HANDED_OVER, animations, margin, quoted, real, region, resources, shader
from .godot_tiles import tileset4

if TYPE_CHECKING:
    from ..sheet import Sheet

__all__ = ["Godot4"]


@dataclass(frozen=True)
class Godot4:
    """Gives ``NAME.tres``, SpriteFrames for an AnimatedSprite2D; ``NAME.swap.tres``, a material that shows a sprite in
    another palette; and the ``.import`` files of the pictures. Of a tileset also ``NAME.tileset.tres``, its TileSet.
    """

    handed_over: ClassVar[tuple[str, ...]] = HANDED_OVER

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        files = resources(sheet, _frames(sheet), _swap(sheet))
        if sheet.terrain:
            files[f"{sheet.name}.tileset.tres"] = tileset4(sheet, sheet.terrain).encode("utf-8", "backslashreplace")
        return files


def _frames(sheet: Sheet) -> str:
    lines = [
        f'[gd_resource type="SpriteFrames" load_steps={len(sheet.frames) + 2} format=3]',
        f'\n[ext_resource type="Texture2D" path={quoted(sheet.name + ".png")} id="1"]\n',
    ]
    for number, frame in enumerate(sheet.frames):
        lines += [f'[sub_resource type="AtlasTexture" id="frame_{number}"]', 'atlas = ExtResource("1")']
        lines += [f"region = Rect2({region(frame)})"]
        if around := margin(frame):
            lines += [f"margin = Rect2({around})"]
        lines += [""]
    parts = []
    for animation in animations(sheet):
        # How long a frame is shown is its duration over the speed: milliseconds over 1000.
        unit = min(animation.durations)
        shown = ", ".join(
            f'{{\n"duration": {real(duration / unit)},\n"texture": SubResource("frame_{place}")\n}}'
            for place, duration in zip(animation.frames, animation.durations, strict=True)
        )
        parts += [
            f'{{\n"frames": [{shown}],\n"loop": {str(animation.loop).lower()},\n'
            f'"name": &{quoted(animation.name)},\n"speed": {real(1000 / unit)}\n}}'
        ]
    return "\n".join([*lines, "[resource]", f"animations = [{', '.join(parts)}]", ""])


def _swap(sheet: Sheet) -> str:
    names = ", ".join(quoted(palette.name) for palette in sheet.palettes)
    return "\n".join(
        [
            '[gd_resource type="ShaderMaterial" load_steps=4 format=3]\n',
            f'[ext_resource type="Texture2D" path={quoted(sheet.name + ".index.png")} id="1"]',
            f'[ext_resource type="Texture2D" path={quoted(sheet.name + ".palette.png")} id="2"]\n',
            f'[sub_resource type="Shader" id="swap"]\ncode = {quoted(shader("palette_swap.gdshader"))}\n',
            "[resource]",
            'shader = SubResource("swap")',
            'shader_parameter/indices = ExtResource("1")',
            'shader_parameter/palettes = ExtResource("2")',
            "shader_parameter/row = 0",
            f"metadata/palettes = PackedStringArray({names})\n",
        ]
    )
