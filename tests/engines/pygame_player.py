"""Plays examples/pygame: runs its own loop, and puts keys into its queue at every frame. `python THIS FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import game as played
import pygame

OUT = Path(sys.argv[1])
KEYS = {"left": pygame.K_LEFT, "right": pygame.K_RIGHT, "up": pygame.K_UP, "down": pygame.K_DOWN}

notes: list[str] = []
games: list[played.Game] = []


def note(what: str) -> None:
    notes.append(f"{what}\t{pygame.display.get_caption()[0]}")


def press(*keys: int) -> None:
    for key in keys:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))


def hold(seconds: float, *names: str) -> Iterator[None]:
    """Frame after frame with these keys down."""
    press(*(KEYS[name] for name in names))
    for _ in range(max(1, round(seconds * 60))):
        yield
    for name in names:
        pygame.event.post(pygame.event.Event(pygame.KEYUP, key=KEYS[name]))
    yield


def shot(name: str) -> Iterator[None]:
    yield
    yield
    pygame.image.save(pygame.display.get_surface(), OUT / name)


def step(start: tuple[int, int], end: tuple[int, int], free: Callable[[float, float], bool]) -> tuple[int, int] | None:
    """The next tile on the shortest way."""
    reached, edge = {end}, [end]
    for cell in edge:
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            new = cell[0] + dx, cell[1] + dy
            if new == start:
                return cell
            if new not in reached and free(new[0] * 16, new[1] * 16):
                reached.add(new)
                edge.append(new)
    return None


def go(game: played.Game, x: float, y: float) -> Iterator[None]:
    """Hold the keys that lead to a place, as a player would; no monster hurts on the way."""
    hero, target = game.room.hero, (round(x / 16), round(y / 16))
    for _ in range(400):
        hero.rest = 1e6
        here = round(hero.x / 16), round(hero.y / 16)
        cell = here if here == target else step(here, target, game.room.free)
        if cell is None:
            return
        dx, dy = cell[0] * 16 - hero.x, cell[1] * 16 - hero.y
        names = [("right" if dx > 0 else "left")] * (abs(dx) >= 2) + [("down" if dy > 0 else "up")] * (abs(dy) >= 2)
        if not names and cell == here:
            return
        yield from hold(1 / 60, *names)


def play() -> Iterator[None]:
    game = games[0]
    note("begun")
    yield from hold(0.5, "right")
    note(f"walked {game.room.hero.x > 170}")
    yield from hold(5, "right", "down")
    hero, free = game.room.hero, game.room.free
    note(f"stopped {not free(hero.x + 2, hero.y) and free(hero.x, hero.y)}")
    for _ in range(4):
        yield from go(game, game.room.coins[0].x, game.room.coins[0].y)
    note("collected")
    hero.rest = 0.001  # seen, and safe for this frame
    yield from shot("room.png")
    press(pygame.K_p)
    yield from shot("swapped.png")
    note("swapped")
    for _ in range(40):
        if game.room.coins:
            yield from go(game, game.room.coins[0].x, game.room.coins[0].y)
    note(f"all {len(game.room.coins)}")
    yield from go(game, 9 * 16, 2 * 16)
    for _ in range(120):
        if game.room.level == 1:
            yield from hold(1 / 60, "up")
    note("next")
    for _ in range(300 * 60):
        if game.hearts:
            yield
    note("over")
    press(pygame.K_r)
    yield
    yield
    note("again")
    press(pygame.K_ESCAPE)
    yield


class Clock:
    """A clock that does not wait: every frame is a sixtieth of a second, and the script goes on by one step."""

    def __init__(self) -> None:
        self.script = play()

    def tick(self, rate: int) -> float:
        next(self.script, None)
        return 1000 / rate


class Game(played.Game):
    def __init__(self) -> None:
        super().__init__()
        games.append(self)

    def draw(self, window: pygame.Surface) -> None:
        if games[0].hearts:
            super().draw(window)


played.Game = Game  # type: ignore[misc]
pygame.time.Clock = Clock  # type: ignore[assignment,misc]
played.main()
(OUT / "notes.txt").write_text("\n".join(notes))
