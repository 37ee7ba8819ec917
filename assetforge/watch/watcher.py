"""Changes that have come to rest: what two looks agree on, and what is whole."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .hints import LOST, Hints

__all__ = ["Pace", "Scene", "Watcher"]

Look = dict[str, object]
"""Paths, each with what a look at it tells; an absent one is absent, or None."""


class Scene(Protocol):
    """What is watched. Every path is spelled as hints spell it."""

    def folders(self) -> Mapping[Path, bool]:
        """The folders to take hints from, each with whether those within count too."""

    def art(self) -> Look:
        """Everything that others write and a build reads."""

    def named(self) -> Look:
        """The few files of it that lie outside of the folder of art: quickly looked at."""

    def own(self) -> Look:
        """What the build wrote."""

    def whole(self, path: str) -> bool:
        """Whether a changed file can be read; False for one that is gone."""


@dataclass(frozen=True)
class Pace:
    """Seconds.

    Arguments:
        quiet: Between the two looks that must agree: a save is several events.
        most: After so long, changes are given although others go on.
        patience: A file that cannot be read is taken to be half written for so long after its last change.
        gone: A file that is gone is taken to be on its way back for so long.
        longest: Nothing is held back for longer.
        tick: Between looks at the few files, and at the clock.
        poll: Between looks at all where no events come.
        idle: Between looks at all where they do.
        slack: A clock that went on by so much more than it was asked to tells of sleep.
    """

    quiet: float = 0.1
    most: float = 2.0
    patience: float = 2.0
    gone: float = 0.5
    longest: float = 30.0
    tick: float = 2.0
    poll: float = 1.0
    idle: float = 30.0
    slack: float = 3.0


class Watcher:
    """Waits for changes.

    A build is made between `begin` and `end`. What was there at the last look before `begin` is what
    it is taken to see, so that whatever changes from then on is told by the next `wait`.
    """

    def __init__(self, hints: Hints, scene: Scene, pace: Pace | None = None) -> None:
        self.hints, self.scene, self.pace = hints, scene, pace or Pace()
        self.seen: Look = {}
        self.found: Look = {}
        self.ours: Look = {}
        self.heard: set[str] = set()
        self.cost = self.looked = 0.0

    def begin(self, anew: bool = False) -> None:
        """A build begins.

        Arguments:
            anew: Whether the scene has become another: at first, and by another configuration.
        """
        outdated = self.hints.outdated(folders := self.scene.folders())
        if outdated:
            self.hints.watch(folders)
        self.seen = self.look() if outdated or anew else self.found

    def end(self) -> None:
        """The build is over: what it has written is its own."""
        self.ours = self.scene.own()

    def wait(self, again: bool = False) -> frozenset[str]:
        """The paths that changed since the last build began, once they have come to rest.

        Arguments:
            again: Whether to give an empty set when nothing has changed for long.
        """
        began = time.monotonic()
        while True:
            self.sleep()
            if changed := self.settle():
                return changed
            if again and time.monotonic() - began >= self.pace.idle:
                return frozenset()

    def pending(self) -> bool:
        """Whether anything has changed already; takes no time if nothing hints at it."""
        self.heard |= self.hints.wait(0)
        due = self.hints.polling and time.monotonic() - self.looked > self.every
        if not (self.heard or due or self.glance()):
            return False
        if differing(self.seen, self.look()):
            return True
        self.heard.clear()
        return False

    def sleep(self) -> None:
        """Wait for a reason to look."""
        pace, end = self.pace, time.monotonic() + self.every
        # What was heard while the build was at work is yet to be looked at.
        while not self.heard:
            began, wall = time.monotonic(), time.time()
            asked = max(0.0, min(pace.tick, end - began))
            self.heard |= (hinted := self.hints.wait(asked))
            took = time.monotonic() - began
            # One clock stands still in a suspended machine, the other in none; a stopped process loses events too.
            slept = took > asked + pace.slack or abs(time.time() - wall - took) > pace.slack
            if hinted or slept or time.monotonic() >= end or self.glance() or self.altered():
                return
            if self.hints.outdated(self.scene.folders()):
                return

    def settle(self) -> frozenset[str]:
        """Look until two looks agree and what changed is whole; what changed."""
        pace, began = self.pace, time.monotonic()
        if self.hints.outdated(folders := self.scene.folders()):
            # Before the look: nothing may change between it and the first hint.
            self.hints.watch(folders)
        # Most saves are over in a moment: then the first look sees what the second does.
        self.heard |= self.hints.rest(pace.quiet / 4, pace.quiet)
        found = self.look()
        changed = differing(self.seen, found)
        moved = dict.fromkeys(changed, began)
        readable: Look = {}
        while changed:
            self.heard |= self.hints.rest(pace.quiet, pace.most)
            before, found = found, self.look()
            now = time.monotonic()
            moving = differing(before, found)
            moved |= dict.fromkeys(moving, now)
            changed = differing(self.seen, found)
            if moving and now - began < pace.most:
                continue
            half = (self.half(path, found.get(path), now - moved[path], readable) for path in changed)
            if now - began >= pace.longest or not any(half):
                break
        self.found = found
        if not self.hints.polling and any(not self.told(path) for path in changed):
            # Events are missing: whoever is to send them is set up anew.
            self.hints.lost = True
        self.heard.clear()
        return frozenset(changed | self.altered())

    def half(self, path: str, stat: object, age: float, readable: Look) -> bool:
        """Whether a change of that age in seconds is likely to be half of one."""
        if stat is None:
            return age < self.pace.gone
        if age >= self.pace.patience or readable.get(path) == stat:
            return False
        if self.scene.whole(path):
            readable[path] = stat
            return False
        return True

    def told(self, path: str) -> bool:
        """Whether there was a hint of a path, or of a folder that it lies in."""
        return (
            LOST in self.heard or path in self.heard or any(str(folder) in self.heard for folder in Path(path).parents)
        )

    def glance(self) -> bool:
        """Whether one of the few files changed."""
        return any(self.seen.get(path) != found for path, found in self.scene.named().items())

    def altered(self) -> set[str]:
        """What the build wrote and somebody changed since. What else lies there is none of ours."""
        found = self.scene.own() if self.ours else {}
        return {path for path, known in self.ours.items() if found.get(path) != known}

    def look(self) -> Look:
        """The truth, and what it costs."""
        self.looked = time.monotonic()
        found = self.scene.art() | self.scene.named()
        self.cost = time.monotonic() - self.looked
        return found

    @property
    def every(self) -> float:
        """Seconds from one look to the next without a hint; many files are looked at less often."""
        pace = (self.hints.poll or self.pace.poll) if self.hints.polling else self.pace.idle
        return max(pace, 20 * self.cost)


def differing(before: Look, after: Look) -> set[str]:
    """The paths that two looks tell differently."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
