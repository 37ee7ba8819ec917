"""A small dungeon: arrows walk, coins open the door, monsters hurt, the potion keeps them off. P swaps the palette.

assetforge build && python game.py
"""

from pathlib import Path

import pygame
from room import HEIGHT, WIDTH, Room
from sheets import Sheet

FORGE = Path(__file__).parent / "assets" / "forge"
HEARTS = 3
ARROWS = {pygame.K_LEFT: (-1, 0), pygame.K_RIGHT: (1, 0), pygame.K_UP: (0, -1), pygame.K_DOWN: (0, 1)}


class Game:
    def __init__(self):
        self.sheets = {name: Sheet(FORGE / f"{name}.json") for name in ("sprites", "monsters", "finished", "hybrids")}
        self.screen = pygame.Surface((WIDTH, HEIGHT))
        self.time, self.palette, self.held = 0, 0, set()
        self.start()

    def start(self):
        self.coins, self.hearts = 0, HEARTS
        self.enter(1)

    def enter(self, level):
        self.room = Room.filled(level, list(self.sheets["monsters"].frames), list(self.sheets["hybrids"].frames))
        self.tell()

    def tell(self):
        palette = self.sheets["sprites"].names[self.palette]
        state = f"room {self.room.level}, {self.coins} coins" if self.hearts else "press R"
        pygame.display.set_caption(f"Dungeon: {state}, in {palette} (P)")

    def press(self, key):
        self.held.add(key)
        if key == pygame.K_r:
            self.start()
        elif key == pygame.K_p:
            self.palette = (self.palette + 1) % len(self.sheets["sprites"].names)
            for sheet in self.sheets.values():
                sheet.palette(self.palette)
            self.tell()

    def update(self, dt):
        self.time += dt
        if not self.hearts:
            return
        ways = [ARROWS[key] for key in self.held & ARROWS.keys()]
        happened = self.room.update(dt, sum(x for x, _ in ways), sum(y for _, y in ways))
        self.coins += happened == "coin"
        self.hearts -= happened == "hit"
        if happened == "out":
            self.enter(self.room.level + 1)
        if happened:
            self.tell()

    def tile(self, sheet, name, x, y):
        sheet = self.sheets[sheet]
        sheet.draw(self.screen, sheet.playing(name, int(self.time * 1000)) if name in sheet.animations else name, x, y)

    def draw(self, window):
        self.room.draw(self.tile, self.time)
        for place in range(self.hearts):
            self.tile("sprites", "heart", 6 + 14 * place, 0)
        for place in range(len(self.room.coins)):
            self.tile("sprites", "coin", WIDTH - 22 - 14 * place, 0)
        # As large as fits, by a whole number: each pixel of the art is a square of the screen's.
        scale = max(1, min(window.get_width() // WIDTH, window.get_height() // HEIGHT))
        large = pygame.transform.scale(self.screen, (scale * WIDTH, scale * HEIGHT))
        window.fill(0)
        window.blit(large, large.get_rect(center=window.get_rect().center))


def main():
    pygame.display.init()
    window = pygame.display.set_mode((3 * WIDTH, 3 * HEIGHT), pygame.RESIZABLE)
    game, clock = Game(), pygame.time.Clock()
    while True:
        for event in pygame.event.get():
            if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE):
                return
            if event.type == pygame.KEYDOWN:
                game.press(event.key)
            elif event.type == pygame.KEYUP:
                game.held.discard(event.key)
        game.update(min(clock.tick(60) / 1000, 0.05))
        game.draw(window)
        pygame.display.flip()


if __name__ == "__main__":
    main()
