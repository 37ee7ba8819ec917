"""Tests in the real engines: all slow, skipped where their engine is missing.

`.ci/install-engines` installs every engine; with ``ASSETFORGE_ENGINES=required`` a missing one is a failure.
What was compared is told at the end of the run, a line for each engine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import browser, recolored

__all__ = ["browser", "recolored"]

HERE = Path(__file__).parent
COMPARED = pytest.StashKey[list[tuple[str, int, int, int]]]()

Compared = Callable[[str, int, int, int], None]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COMPARED] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for engine, frames, pixels, differences in config.stash[COMPARED]:
        terminalreporter.write_line(f"{engine}: {frames} frames, {pixels} pixels compared, {differences} differ")


def missing(what: str) -> None:
    """Skip the test, or fail where all engines were promised."""
    reason = f"{what} is missing; .ci/install-engines brings it"
    if os.environ.get("ASSETFORGE_ENGINES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Gives the path of a program, or skips."""

    def find(name: str) -> str:
        found = shutil.which(name) or shutil.which(name, path="/usr/games:/usr/local/games")
        if not found:
            missing(name)
        return str(found)

    return find


@pytest.fixture(scope="session")
def node(program: Callable[[str], str]) -> Callable[[str], str]:
    """Gives the path of node if it can import a package, or skips. Scripts stand beside its packages."""

    def find(package: str) -> str:
        if not (HERE / "node_modules" / package / "package.json").is_file():
            missing(f"npm's {package}")
        return program("node")

    return find


@pytest.fixture(scope="session")
def display(program: Callable[[str], str]) -> Iterator[str]:
    """The name of an X display of 1280 x 960 whose drawing is done in software."""
    server = program("Xvfb")
    reading, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", "1280x960x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    assert number, "Xvfb has not started"
    yield f":{number}"
    process.terminate()
    process.wait()


@pytest.fixture
def compared(request: pytest.FixtureRequest) -> Compared:
    """Tells (engine, frames, pixels, differing pixels) at the end of the run, and fails if pixels differ."""

    def tell(engine: str, frames: int, pixels: int, differences: int) -> None:
        request.config.stash[COMPARED].append((engine, frames, pixels, differences))
        assert frames and pixels, f"{engine}: nothing was compared"
        assert not differences, f"{engine}: {differences} of {pixels} pixels differ"

    return tell


def patient(check: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until `check` holds; an engine that never answers is a failure."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"{what}: nothing within {seconds:.0f} s"
        time.sleep(0.05)
