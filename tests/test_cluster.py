"""A cluster may lose workers, or itself; no work is lost, and what is wrong from the start is told in a line."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from projects import QUANTIZE, Telling, project, tree

from assetforge import cluster as clusters
from assetforge.build import build
from assetforge.cluster import Crowd, cluster
from assetforge.errors import AssetforgeError, ConfigError
from assetforge.manifest import CACHE, LOCK
from assetforge.outcome import Options


class Dead(Exception):
    """What Dask says of work whose worker died."""


class Future:
    """Work that was handed out and comes back at once, or with an error."""

    def __init__(self, key: str, result: Callable[[], Any]) -> None:
        self.key, self.outcome = key, result

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        callback(self)

    def result(self, timeout: float) -> Any:
        return self.outcome()


class Client:
    """A cluster whose fate is scripted: for each handing-out, whether it succeeds."""

    def __init__(self, fates: Iterator[str], workers: int = 2) -> None:
        self.fates, self.status, self.count, self.number = fates, "running", workers, 0

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        return {"workers": {f"tcp://{number}": {"nthreads": 1} for number in range(self.count)}}

    def submit(self, function: Callable[[Any], Any], item: Any, pure: bool) -> Any:
        fate = next(self.fates)
        self.number += 1
        if fate == "closed":
            self.status = "closed"
            raise RuntimeError("the client is closed")
        if fate == "silent":
            return SimpleNamespace(key=f"{self.number}", add_done_callback=lambda callback: None)

        def result() -> Any:
            if fate == "dies":
                raise Dead("its worker died")
            return function(item)

        return Future(f"{self.number}", result)


def square(item: int) -> int:
    return item * item


def run(fates: list[str], workers: int = 2) -> tuple[dict[int, Any], list[str]]:
    """The results for 20 items, and what was noted; after its list a fate stays as it was last."""
    notes: list[str] = []

    def endless() -> Iterator[str]:
        yield from fates
        while True:
            yield fates[-1]

    crowd = Crowd(Client(endless(), workers), notes.append)
    return dict(crowd.each(square, iter(range(20)))), notes


WHOLE = {item: item * item for item in range(20)}


def test_work_that_its_worker_took_along_is_handed_out_again() -> None:
    """A killed worker costs time, and not a word."""
    assert run(["well", "dies", "dies", "well", "dies", "well"]) == (WHOLE, [])


def test_work_that_no_worker_survives_is_done_here() -> None:
    """After some tries, told by what happened to it."""
    found, notes = run(["dies"])
    assert found == WHOLE
    assert set(notes) == {"a batch failed on the cluster (Dead: its worker died); it is done here."}


def test_when_the_scheduler_is_gone_the_rest_is_done_here() -> None:
    """What was out and what was not handed out yet; said once."""
    found, notes = run(["well", "silent", "silent", "well", "closed"])
    assert found == WHOLE
    assert notes == ["the cluster is lost, RuntimeError: the client is closed; the rest is done here."]


def test_when_no_worker_is_left_the_rest_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some patience, since workers are restarted."""
    monkeypatch.setattr(clusters, "PATIENCE", 0.02)
    monkeypatch.setattr(clusters, "LOOK", 0.01)
    found, notes = run(["well", "silent"], workers=0)
    assert found == WHOLE
    assert len(notes) == 1 and "no worker is left" in notes[0]


def test_without_dask_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and exit code 2."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    root = project(tmp_path, QUANTIZE.replace("heroes/**/*.{png,gif}", "items/*.png"), MANY)
    with pytest.raises(ConfigError, match=r"needs Dask; install it with `pip install \"assetforge\[dask\]\"`"):
        build(root, Options(scheduler="tcp://127.0.0.1:1"))


MANY = [f"items/s{number:03d}.png" for number in range(110)]


def test_with_nothing_to_send_no_cluster_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of few changed sprites, or of none, does not wait for anybody."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert build(project(tmp_path), Options(scheduler="tcp://127.0.0.1:1")).exit_code == 0


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names the address, in bounded time."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(clusters, "REACH", 0.3)
    for address in ("tcp://127.0.0.1:1", "nonsense://x", "", "tcp://127.0.0.1"):
        with pytest.raises(AssetforgeError) as caught, cluster(address, print):
            pass
        assert str(caught.value).startswith(f"--scheduler {address}: cannot be reached within ")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"tcp://a": "0.0.1"}, "the worker tcp://a has assetforge 0.0.1, this is "),
        ({"tcp://a": ModuleNotFoundError("No module named 'assetforge'")}, "the worker tcp://a has no assetforge"),
    ],
)
def test_workers_of_another_version_are_refused(told: dict[str, Any], said: str) -> None:
    """They might give other bytes."""
    client = SimpleNamespace(wait_for_workers=lambda *_, **__: None, run=lambda *_, **__: told)
    with pytest.raises(ConfigError) as caught:
        clusters._check(client, "--scheduler x")
    assert str(caught.value).startswith(f"--scheduler x: {said}")
    assert "install assetforge" in str(caught.value)


# From here on: a real cluster.


class Local:
    """A real scheduler and two real workers, as processes of this machine."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        self.workers = [self.worker(), self.worker()]
        self.kills = 0

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        package = str(Path(clusters.__file__).parent.parent)
        log = open(self.folder / f"{arguments[0]}-{time.time_ns()}.log", "wb")  # noqa: SIM115 (the process's own)
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:], "--no-dashboard"],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": package, "OMP_NUM_THREADS": "1"},
                stdout=log,
                stderr=log,
            )

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder)
        )

    def kill(self, number: int) -> None:
        """Kill a worker and start another in its place."""
        self.workers[number].send_signal(signal.SIGKILL)
        self.workers[number].wait()
        self.workers[number] = self.worker()
        self.kills += 1

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'assetforge[dask]'")
    (tmp_path / "dask").mkdir()
    found = Local(tmp_path / "dask")
    try:
        yield found
    finally:
        found.close()


@pytest.mark.slow
def test_six_kills_in_a_run_of_20000_sprites_change_no_byte(
    tmp_path: Path, local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers die with batches in hand, six times; the cluster counts on, and the outputs are one machine's."""
    sheets, each = 4, 5000
    config = '[project]\nsource = "art"\noutput = "out"\npalette = "pico-8"\n' + "".join(
        f'[[sheet]]\nname = "s{sheet}"\nkind = "quantize"\nmap = "nearest"\nfrom = "{sheet}/*.png"\n'
        for sheet in range(sheets)
    )
    root = project(tmp_path / "game", config, [f"{s}/{n:05d}.png" for s in range(sheets) for n in range(each)])
    original, back = Crowd.each, [0]

    def killing(self: Crowd, function: Any, items: Any) -> Iterator[tuple[int, Any]]:
        for answer in original(self, function, items):
            back[0] += 1
            if back[0] % 12 == 5 and local.kills < 6:
                local.kill(local.kills % 2)
            yield answer

    monkeypatch.setattr(Crowd, "each", killing)
    told = Telling()
    assert build(root, Options(scheduler=local.address), told).exit_code == 0
    assert local.kills == 6
    assert back[0] == sheets * each // 250
    assert told.notes == [], "the cluster did it all"
    found = tree(root, "out", LOCK)
    for folder in ("out", CACHE):
        shutil.rmtree(root / folder)
    (root / LOCK).unlink()
    assert build(root).exit_code == 0
    assert tree(root, "out", LOCK) == found
