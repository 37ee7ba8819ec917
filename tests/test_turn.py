"""One build at a time: others wait and say for whom, a kill frees the lock, want of locks stops nobody."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from projects import Telling, project

from assetforge import turn as turns
from assetforge.build import build
from assetforge.commit import prepare
from assetforge.errors import OutputError
from assetforge.manifest import CACHE
from assetforge.outcome import Options
from assetforge.turn import turn

HOLD = """
import sys
from pathlib import Path
from assetforge.turn import turn
sys.argv = ["assetforge", "watch", "--quiet"]
with turn(Path(sys.stdin.readline().strip()), print):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def holding(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process whose turn it is, until a line is written to it."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(f"{root}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def game(tmp_path: Path) -> Path:
    root = project(tmp_path)
    prepare(root)
    return root


def letting_go(how: Callable[[], None], told: list[str]) -> Callable[[str], None]:
    def tell(text: str) -> None:
        told.append(text)
        how()

    return tell


@pytest.mark.parametrize("end", ["done", "killed"])
def test_the_second_waits_and_says_for_whom(game: Path, end: str) -> None:
    """It names process and command, and goes on when that one is done, or was killed with SIGKILL."""
    with holding(game) as other:
        assert other.stdin is not None

        def let_go() -> None:
            if end == "killed":
                other.kill()
            else:
                assert other.stdin is not None
                other.stdin.write("\n")
                other.stdin.flush()

        told: list[str] = []
        with turn(game, letting_go(let_go, told)):
            assert other.wait(timeout=60) == (-9 if end == "killed" else 0)
        assert told == [f"waiting for another build of this project: process {other.pid}, assetforge watch --quiet."]


def test_without_waiting_it_fails_and_touches_nothing(game: Path) -> None:
    """--no-wait: exit code 1, and an error that says who is at work."""
    with holding(game) as other:
        with pytest.raises(OutputError, match=f"process {other.pid}, assetforge watch --quiet") as caught:
            build(game, Options(wait=False))
        assert caught.value.exit_code == 1
        assert not (game / "out").exists()
    assert build(game, Options(wait=False)).exit_code == 0


def test_looking_waits_for_nobody(game: Path) -> None:
    """--check and --dry-run write nothing, so they need no turn."""
    with holding(game):
        told = Telling()
        assert build(game, Options(check=True), told).exit_code == 3
        assert told.notes == []


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_system_without_locks_stops_nobody(game: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """It is told, and the build is made."""

    def refuse(descriptor: int) -> bool:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(turns, "lock", refuse)
    told = Telling()
    assert build(game, reporter=told).exit_code == 0
    assert [note for note in told.notes if "no lock can be had" in note and os.strerror(code) in note]


def test_a_lock_file_deleted_by_hand_is_no_lock(game: Path) -> None:
    """Who waited on a file that has lost its name locks the one that others will find."""
    with holding(game) as other:
        assert other.stdin is not None
        told: list[str] = []

        def delete() -> None:
            (game / CACHE / "build.lock").unlink()

        with turn(game, letting_go(delete, told)):
            descriptor = os.open(game / CACHE / "build.lock", os.O_RDWR)
            try:
                assert not turns.lock(descriptor)
            finally:
                os.close(descriptor)
        assert len(told) == 1


def test_what_the_file_says_cannot_command_a_terminal(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock file is anyone's to write: control characters are left out, and its length is bounded."""
    (game / CACHE / "build.lock").write_bytes(b"7\n\x1b[2Jassetforge \xff\x07build" + b"x" * 1000)
    descriptor = os.open(game / CACHE / "build.lock", os.O_RDWR)
    try:
        said = turns.holder(descriptor)
    finally:
        os.close(descriptor)
    assert said.startswith("process 7, [2Jassetforge") and said.isprintable() and len(said) < 300


def test_a_turn_that_fails_is_given_back(game: Path) -> None:
    """An error within frees the project for the next."""
    with pytest.raises(ZeroDivisionError), turn(game, print):
        raise ZeroDivisionError
    held: list[str] = []
    with turn(game, held.append, wait=False):
        assert held == []
