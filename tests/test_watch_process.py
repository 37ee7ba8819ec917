"""`assetforge watch` as a process: what it prints, how it ends, and what a stopped reader misses."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from projects import QUANTIZE, draw, picture, project, tree

from assetforge.build import build
from assetforge.formats import png
from assetforge.manifest import LOCK

PACKAGE = str(Path(__file__).parent.parent)


class Process:
    """A running command and its lines of stderr."""

    def __init__(self, *command: str, **environment: str) -> None:
        paths = os.pathsep.join(filter(None, (PACKAGE, os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths, **environment},
        )
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.seen: list[str] = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.put(line)

    def until(self, text: str) -> str:
        """The next line that holds `text`."""
        while True:
            try:
                self.seen.append(self.lines.get(timeout=240))
            except queue.Empty:
                raise AssertionError(f"{text!r} never came: {self.seen}") from None
            if text in self.seen[-1]:
                return self.seen[-1]

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=240)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join(240)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@contextmanager
def started(*command: str, **environment: str) -> Iterator[Process]:
    one = Process(*command, **environment)
    try:
        yield one
    finally:
        one.close()


def test_a_watch_from_start_to_ctrl_c(tmp_path: Path) -> None:
    """Lines with the time, one for a build; a broken sprite told and mended; Ctrl-C ends it with exit code 0."""
    root = project(tmp_path)
    axe = root / "art/items/axe.png"
    with started("-m", "assetforge", "watch", str(root), NO_COLOR="1") as watch:
        watch.until("heroes: was never built")
        watch.until("ready in")
        draw(axe, 50)
        line = watch.until("items: ")
        assert re.fullmatch(r"\d\d:\d\d:\d\d items: art/items/axe\.png changed … built 4 files in \d+\.\d\d s\n", line)
        good = axe.read_bytes()
        axe.write_bytes(good[:30])
        watch.until('error: assetforge.toml:7 [[sheet]] "items" -> art/items/axe.png: is cut after 30 bytes')
        axe.write_bytes(good)
        watch.until("items: mended.")
        assert watch.end(signal.SIGINT) == 0
        watch.until("stopped.")
        assert not any("\x1b" in line for line in watch.seen)
    assert not list(root.rglob("*.tmp"))
    assert build(root).built == {}


def test_a_quiet_watch_says_errors_alone(tmp_path: Path) -> None:
    """--quiet; and SIGTERM ends it as Ctrl-C does."""
    root = project(tmp_path)
    (root / "art/items/axe.png").write_bytes(b"no image")
    with started("-m", "assetforge", "watch", "--quiet", str(root)) as watch:
        watch.until("error: ")
        good = png.write_rgba(picture(3))
        (root / "art/items/axe.png").write_bytes(good)
        (root / "art/heroes/orc.png").write_bytes(good[:50])
        watch.until("art/heroes/orc.png")
        assert watch.end(signal.SIGTERM) == 0
        watch.reader.join(240)
        assert [line for line in watch.seen if "error: " not in line] == []


def test_results_are_lines_of_json(tmp_path: Path) -> None:
    """Under --json stdout holds the result of every build, one a line; it ends when nobody reads them."""
    root = project(tmp_path)
    axe = root / "art/items/axe.png"
    with started("-m", "assetforge", "watch", "--json", "--quiet", str(root)) as watch:
        assert watch.process.stdout is not None
        results = (json.loads(line) for line in watch.process.stdout)
        assert set(next(results)["built"]) == {"heroes", "items"}
        axe.write_bytes(b"no image")
        (fault,) = next(results)["failed"]["items"]
        assert "art/items/axe.png" in fault
        (root / "assetforge.toml").write_text("project = [")
        assert next(results)["exit"] == 2
        watch.process.stdout.close()
        draw(root / "art/heroes/orc.png", 50)
        (root / "assetforge.toml").unlink()
        assert watch.process.wait(240) == 0


def test_no_wait_fails_beside_another(tmp_path: Path) -> None:
    """A watch that must not wait ends with exit code 1 while a build is at work, and begins when none is."""
    from assetforge.commit import prepare
    from assetforge.turn import turn

    root = project(tmp_path)
    prepare(root)
    with turn(root, print), started("-m", "assetforge", "watch", "--no-wait", str(root)) as watch:
        watch.until(f"another build of this project is at work: process {os.getpid()}")
        assert watch.process.wait(240) == 1
    with started("-m", "assetforge", "watch", "--no-wait", str(root)) as watch:
        watch.until("ready in")


DEAF = """
import os, signal, sys, time, click
from assetforge.cli.interrupt import end_like_ctrl_c

@click.command()
@click.pass_context
def main(ctx):
    end_like_ctrl_c(ctx, "ended.", 7)
    {worker}
    # It goes on wherever a signal meets it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: os.write(2, b"busy\\n"))
    print("ready", file=sys.stderr, flush=True)
    while True:
        time.sleep(600)

main()
"""
WORKER = """import multiprocessing
    worker = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,))
    worker.start()
    print("worker", file=sys.stderr, flush=True)"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("presses", [1, 2])
def test_what_does_not_listen_is_ended(number: int, presses: int) -> None:
    """A step that goes on after Ctrl-C ends with the process a moment later, or at once by a second Ctrl-C."""
    with started("-c", DEAF.format(worker="pass")) as command:
        command.until("ready")
        command.process.send_signal(number)
        if presses == 2:
            command.until("busy")
            command.process.send_signal(number)
        assert command.process.wait(240) == 7
        command.until("ended.")


def test_workers_end_with_their_command(tmp_path: Path) -> None:
    """No process is left behind."""
    script = tmp_path / "deaf.py"
    guarded = DEAF.format(worker=WORKER).replace("\nmain()\n", '\nif __name__ == "__main__":\n    main()\n')
    script.write_text(guarded)
    with started(str(script)) as command:
        command.until("worker")
        command.until("ready")
        assert command.end(signal.SIGINT) == 7
        # The pipe's writing end is the worker's too: it closes when the last of both is gone.
        command.reader.join(240)
        assert not command.reader.is_alive()


def clean(root: Path) -> dict[str, bytes]:
    """The outputs of a clean build of the same sources."""
    copy = root.with_name("clean")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("out", ".assetforge", LOCK))
    build(copy)
    return tree(copy, "out")


FAST = QUANTIZE.replace('kind = "quantize"\n', 'kind = "quantize"\nmap = "nearest"\n')


@pytest.mark.slow
@pytest.mark.parametrize("keep", [True, False])
def test_a_reader_that_was_stopped_misses_nothing(tmp_path: Path, keep: bool) -> None:
    """While the watcher is stopped 5,000 sprites change, more events than the system keeps: outputs end up exact."""
    root = project(tmp_path / "game", FAST)
    picture_of = [png.write_rgba(picture(seed, (2, 2))) for seed in range(50)]
    for number in range(5000):
        path = root / f"art/items/{number % 50}/{number}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture_of[number % 50])
    (root / "assetforge.toml").write_text(FAST.replace('"items/*.png"', '"items/**/*.png"'))
    limit = Path("/proc/sys/fs/inotify/max_queued_events")
    rounds = 1 + (int(limit.read_text()) // 5000 // 4 if limit.exists() else 4)
    with started("-m", "assetforge", "watch", str(root)) as watch:
        watch.until("ready in")
        watch.process.send_signal(signal.SIGSTOP)
        for turn in range(rounds):
            for number in range(5000):
                path = root / f"art/items/{number % 50}/{number}.png"
                temporary = path.with_suffix(".tmp")
                temporary.write_bytes(picture_of[(number * 7 + turn + 1) % 50])
                temporary.replace(path)
        if not keep:
            shutil.rmtree(root / "art/items/7")
            for number in range(3):
                draw(root / f"art/items/new/{number}.png", number, (2, 2))
        watch.process.send_signal(signal.SIGCONT)
        watch.until("items: ")
        expected = clean(root)
        while tree(root, "out") != expected:
            watch.until("items: ")
        folder = "art/items/8/8.png" if keep else "art/items/new/1.png"
        draw(root / folder, 4711, (2, 2))
        watch.until(f"items: {folder} changed")
        assert tree(root, "out") == clean(root)
