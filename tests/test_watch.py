"""Watching: batches come to rest, our own outputs are ignored, errors do not end it, Ctrl-C does."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from projects import QUANTIZE, draw, project

from assetforge.cli.watch import watched
from assetforge.watch import Hints, batches, events


class Clock:
    """A queue whose hints come at set times, and the time that passes while one waits for them."""

    def __init__(self, *hints: tuple[float, str]) -> None:
        self.hints, self.now = list(hints), 0.0

    def get(self, timeout: float) -> str:
        if self.hints and self.hints[0][0] <= self.now + timeout:
            at, path = self.hints.pop(0)
            self.now = max(self.now, at)
            return path
        self.now += timeout
        raise queue.Empty


def told(monkeypatch: pytest.MonkeyPatch, count: int, *hints: tuple[float, str]) -> list[tuple[float, list[str]]]:
    """When the first batches come and what is in them."""
    clock = Clock(*hints)
    monkeypatch.setattr("assetforge.watch.time.monotonic", lambda: clock.now)
    stream = batches(clock, lambda path: path.startswith("out"), quiet=1, most=5, idle=100)  # type: ignore[arg-type]
    return [(clock.now, sorted(batch)) for batch, _ in zip(stream, range(count), strict=False)]


def test_a_burst_is_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes less than the quiet time apart come together, once they rest."""
    assert told(monkeypatch, 2, (1, "a"), (1.5, "b"), (2.2, "a"), (9, "c")) == [(3.2, ["a", "b"]), (10, ["c"])]


def test_what_is_ignored_neither_starts_nor_prolongs_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own outputs do not trigger us, and do not hold back what does."""
    assert told(monkeypatch, 2, (1, "out/x"), (2, "a"), (2.9, "out/x"), (3.5, "out/y")) == [(3, ["a"]), (103, [])]


def test_changes_without_end_are_given_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long copy does not starve the build."""
    hints = [(1 + n / 2, f"f{n}") for n in range(40)]
    assert told(monkeypatch, 1, *hints)[0][0] == 6


def test_an_idle_watch_looks_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events may be lost: an empty batch asks for a look all the same."""
    assert told(monkeypatch, 2) == [(100, []), (200, [])]


def waited(hints: Hints, *wanted: str) -> bool:
    """Whether a hint of such a name comes within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if hints.get(timeout=0.5).endswith(wanted):
                return True
        except queue.Empty:
            continue
    return False


@pytest.mark.parametrize("poll", [None, 0.05])
def test_events_and_polling_both_tell_of_changes(tmp_path: Path, poll: float | None) -> None:
    """New, changed, moved and deleted files are told, in new folders too."""
    (tmp_path / "art").mkdir()
    with events({tmp_path: False, tmp_path / "art": True}, poll) as (hints, how):
        assert how == ("polling" if poll else "events")
        (tmp_path / "art/a.png").write_bytes(b"1")
        assert waited(hints, "a.png")
        (tmp_path / "art/a.png").rename(tmp_path / "art/b.png")
        assert waited(hints, "b.png")
        (tmp_path / "art/b.png").unlink()
        assert waited(hints, "b.png")
        (tmp_path / "assetforge.toml").write_text("x")
        assert waited(hints, "assetforge.toml")
        shutil.copytree(tmp_path / "art", tmp_path / "art/new")
        (tmp_path / "art/new/c.png").write_bytes(b"1")
        assert waited(hints, "new", "c.png")


def test_reading_is_no_change(tmp_path: Path) -> None:
    """Our own look at the art does not trigger us."""
    (tmp_path / "a.png").write_bytes(b"1")
    with events({tmp_path: True}) as (hints, _):
        time.sleep(0.1)
        while not hints.empty():
            hints.get()
        (tmp_path / "a.png").read_bytes()
        list(os.scandir(tmp_path))
        (tmp_path / "b.png").write_bytes(b"1")
        assert waited(hints, "b.png")


def test_what_is_watched_and_ignored(tmp_path: Path) -> None:
    """Source, configuration and palettes count; output, cache, lock and hidden files do not; faults change nothing."""
    root = project(tmp_path, QUANTIZE.replace("sweetie-16", "palettes/mine.hex"))
    (root / "palettes").mkdir()
    (root / "palettes/mine.hex").write_text("ff0000\n00ff00\n")
    folders, ignore = watched(root, {})
    assert folders == {root: False, root / "art": True, root / "palettes": False}
    ours = ("out/x.png", "out", ".assetforge/cache.json", "assetforge.lock", "art/.orc.png.swp", ".git/index")
    assert all(ignore(str(root / name)) for name in ours)
    assert not any(
        ignore(str(root / name)) for name in ("art/x.png", "assetforge.toml", "palettes/mine.hex", "outer.png")
    )
    (root / "assetforge.toml").write_text("[")
    assert watched(root, folders)[0] == folders


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str], Callable[[str], str]]]:
    """A running `assetforge watch`, and a way to wait for a line of it."""
    root = project(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "assetforge", "watch", str(root)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    assert process.stderr is not None
    stderr = process.stderr
    threading.Thread(target=lambda: [lines.put(line) for line in stderr], daemon=True).start()
    seen: list[str] = []

    def until(text: str) -> str:
        while True:
            try:
                seen.append(lines.get(timeout=60))
            except queue.Empty:
                raise AssertionError(f"{text!r} never came: {seen}") from None
            if text in seen[-1]:
                return seen[-1]

    try:
        yield root, process, until
    finally:
        process.kill()
        process.wait()
        stderr.close()
        assert process.stdout is not None
        process.stdout.close()


def test_a_watch_from_start_to_ctrl_c(
    watching: tuple[Path, subprocess.Popen[str], Callable[[str], str]],
) -> None:
    """It builds, rebuilds, lives through a broken sprite and a broken configuration, and ends with exit code 0."""
    root, process, until = watching
    until("heroes: built")
    draw(root / "art/items/axe.png", 50)
    until("items: built")
    good = (root / "art/items/axe.png").read_bytes()
    (root / "art/items/axe.png").write_bytes(good[:30])
    assert '[[sheet]] "items" -> art/items/axe.png' in until("assetforge: ")
    (root / "art/items/axe.png").write_bytes(good)
    until("mended")
    (root / "assetforge.toml").write_text(QUANTIZE + "wrong = 1\n")
    assert "unknown key" in until("assetforge: ")
    (root / "assetforge.toml").write_text(QUANTIZE.replace("sweetie-16", "gameboy-dmg"))
    assert "palette: sweetie-16 -> gameboy-dmg" in until("heroes: ")
    until("heroes: built")
    process.send_signal(signal.SIGINT)
    until("stopped.")
    assert process.wait(timeout=10) == 0
    assert not list(root.rglob("*.tmp"))
