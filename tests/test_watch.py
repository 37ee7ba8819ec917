"""The watcher: looks are the truth, changes come to rest, half-written files are waited for. Time is scripted."""

from __future__ import annotations

import logging
import os
import queue
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge.watch import Hints, Pace, Watcher, hints, watcher

PACE = Pace(quiet=1, most=5, patience=20, gone=3, longest=50, tick=10, poll=7, idle=100, slack=5)


class World:
    """A scene and its hints, in which things happen at set times, and the clock that passes while one waits.

    Arguments:
        script: (time, path, content, hinted): content None is a file gone; one with a dash at its end is half of one.
    """

    def __init__(self, *script: tuple[float, str, str | None, bool], polling: bool = False) -> None:
        self.script, self.now, self.asleep = sorted(script, key=lambda event: event[0]), 0.0, 0.0
        self.files: dict[str, object] = {"a": "old", "b": "old"}
        self.outputs: dict[str, object] = {}
        self.polling, self.poll, self.lost = polling, None, False
        self.watched, self.looks = 0, 0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now + self.asleep

    def happen(self, until: float) -> str:
        """Let happen what does before `until`; the first path that is hinted at, then it is its time."""
        while self.script and self.script[0][0] <= until:
            at, path, content, hinted = self.script.pop(0)
            self.now = max(self.now, at)
            if path == "sleep":
                self.asleep += 1000
            elif path.startswith("out/"):
                self.outputs[path] = content
            elif content is None:
                self.files.pop(path, None)
            else:
                self.files[path] = content
            if hinted and not path.startswith("out/"):
                return path
        self.now = max(self.now, until)
        return ""

    def wait(self, seconds: float) -> set[str]:
        found = self.happen(self.now + seconds)
        return {found} - {""}

    def rest(self, quiet: float, most: float) -> set[str]:
        found, end = set(), self.now + most
        while self.now < end and (more := self.wait(min(quiet, end - self.now))):
            found |= more
        return found

    def watch(self, folders: Mapping[Path, bool]) -> None:
        self.watched, self.lost = self.watched + 1, False

    def outdated(self, folders: Mapping[Path, bool]) -> bool:
        return self.lost

    def folders(self) -> dict[Path, bool]:
        return {}

    def art(self) -> dict[str, object]:
        self.looks += 1
        return {path: content for path, content in self.files.items() if path != "config"}

    def named(self) -> dict[str, object]:
        return {"config": self.files.get("config")}

    def own(self) -> dict[str, object]:
        return dict(self.outputs)

    def whole(self, path: str) -> bool:
        return not str(self.files.get(path, "-")).endswith("-")


def told(
    monkeypatch: pytest.MonkeyPatch, world: World, count: int = 1, again: bool = False
) -> list[tuple[float, list[str]]]:
    """When the first changes come, and what has changed; a build takes no time."""
    monkeypatch.setattr(watcher, "time", world)
    watching = Watcher(world, world, PACE)  # type: ignore[arg-type]
    watching.begin(anew=True)
    watching.end()
    found = []
    for _ in range(count):
        changed = watching.wait(again)
        found.append((world.now, sorted(changed)))
        watching.begin()
        watching.end()
    return found


def test_a_burst_is_one_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes less than the quiet time apart come together, once they rest."""
    world = World((1, "a", "1", True), (1.5, "b", "1", True), (2.2, "a", "2", True), (9, "c", "1", True))
    (first, both), (second, one) = told(monkeypatch, world, 2)
    assert (both, one) == (["a", "b"], ["c"])
    assert 3.2 <= first <= 5 and 10 <= second <= 11


def test_changes_without_end_are_given_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long copy does not starve the build."""
    world = World(*((1 + n / 2, f"f{n}", "1", True) for n in range(40)))
    at, changed = told(monkeypatch, world)[0]
    assert at <= 1 + PACE.most + PACE.quiet and len(changed) > 5


@pytest.mark.parametrize("hinted", [True, False])
def test_half_a_file_is_waited_for(monkeypatch: pytest.MonkeyPatch, hinted: bool) -> None:
    """Written in pieces with long pauses, it is given once, when it is whole, whether its end was hinted at or not."""
    world = World((1, "a", "1-", True), (9, "a", "12-", True), (17, "a", "123", hinted))
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["a"] and 17 <= at <= 20
    assert world.files["a"] == "123"


def test_a_file_that_stays_half_is_given_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its patience the error is the build's to tell."""
    world = World((1, "a", "1-", True))
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["a"] and 1 + PACE.patience <= at <= 4 + PACE.patience


def test_what_is_never_whole_is_given_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is written without end holds nothing back for good."""
    world = World(*((n, "a", f"{n}-", True) for n in range(1, 400)))
    assert told(monkeypatch, world)[0][0] <= 1 + PACE.longest + PACE.most + PACE.quiet


def test_deleted_and_written_again_is_one_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that removes the file first is no loss; a deletion that lasts is one."""
    world = World((1, "a", None, True), (3, "a", "new", True), (50, "b", None, True))
    first, second = told(monkeypatch, world, 2)
    assert first[1] == ["a"] and first[0] >= 3
    assert second[1] == ["b"] and 50 + PACE.gone <= second[0] <= 52 + PACE.gone


def test_what_comes_and_goes_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary file, or a file put back as it was, asks for no build."""
    world = World((1, "t", "1", True), (1.5, "t", None, True), (20, "a", "x-", True), (22, "a", "old", True))
    world.script.append((90, "b", "1", True))
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["b"] and at >= 91


def test_hints_of_nothing_give_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading art is no change of it, nor is whatever an event says that no look confirms."""
    world = World((1, "a", "old", True), (2, "a", "old", True), (80, "b", "1", True))
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["b"] and at >= 81


def test_a_change_without_a_hint_is_found_and_hints_are_set_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle watcher looks all the same; who missed one event may miss more."""
    world = World((3, "a", "1", False))
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["a"] and at <= PACE.idle + 2 * PACE.quiet
    assert world.watched == 1


def test_hints_that_were_lost_are_made_up_for_by_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an overflow everything is looked at, not only what was hinted at, and hints are set up before the look."""
    world = World((1, "a", "1", True), (1, "b", "1", False))
    world.lost = True
    assert told(monkeypatch, world)[0][1] == ["a", "b"]
    assert world.watched >= 1 and not world.lost


def test_after_sleep_everything_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wall clock and monotonic clock part in a suspended machine: what changed in it is found at the next tick."""
    world = World((1, "a", "1", False), (15, "sleep", None, False))
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["a"] and at <= 20 + 2 * PACE.quiet


def test_a_stopped_process_looks_when_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that took far longer than asked for tells of it."""
    world = World((1, "a", "1", False))
    plain = world.wait

    def stopped(seconds: float) -> set[str]:
        found = plain(seconds)
        world.now += 30 if world.now < 30 else 0
        return found

    world.wait = stopped  # type: ignore[method-assign]
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["a"] and at < PACE.idle


def test_the_configuration_is_looked_at_with_every_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The few files outside of the art need no hint."""
    world = World((1, "config", "new", False))
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["config"] and at <= PACE.tick + 2 * PACE.quiet


def test_outputs_count_when_somebody_else_changes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the build has written is its own; altered later, it is to be built again; others' files are not."""
    world = World((25, "out/x", "altered", False), (15, "out/foreign", "1", False))
    world.outputs = {"out/x": "mine"}
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["out/x"] and 25 <= at <= 30 + PACE.quiet


def test_without_events_one_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polling finds what no hint tells, waits for halves all the same, and never sets up events."""
    world = World((1, "a", "1-", False), (9, "a", "12", False), polling=True)
    ((at, changed),) = told(monkeypatch, world)
    assert changed == ["a"] and 9 <= at <= 9 + PACE.poll + 2 * PACE.quiet
    assert world.watched == 0


def test_standing_errors_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something failed, an idle watcher asks for another try: a full disk may have room again."""
    ((at, changed),) = told(monkeypatch, World(), again=True)
    assert changed == [] and PACE.idle <= at <= PACE.idle + PACE.tick


def test_what_happens_during_a_build_is_due_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks on the way whether anything is pending does not use up the hint."""
    world = World((1, "a", "1", True))
    monkeypatch.setattr(watcher, "time", world)
    watching = Watcher(world, world, PACE)  # type: ignore[arg-type]
    watching.begin(anew=True)
    assert not watching.pending()
    world.now = 2
    assert watching.pending() and watching.pending()
    watching.end()
    assert watching.wait() == {"a"} and world.now <= 2 + 2 * PACE.quiet


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 300, allow_nan=False),
            st.sampled_from("abcd"),
            st.sampled_from(["1", "2-", "3", "4-", None]),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_whatever_happens_the_last_state_is_built(script: list[tuple[float, str, str | None, bool]]) -> None:
    """However files change and whichever hints are lost, the last build sees the files as they end."""
    world = World(*script, (400, "end", "1", True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watcher, "time", world)
        watching = Watcher(world, world, PACE)  # type: ignore[arg-type]
        watching.begin(anew=True)
        seen = dict(world.files)
        while "end" not in seen:
            watching.wait()
            watching.begin()
            seen = {**world.art()}
        assert {path: content for path, content in seen.items()} == world.files
        assert watching.seen == {**world.files, "config": None}


def waited(watching: Hints, *wanted: str) -> bool:
    """Whether a hint of such a name comes within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if any(path.endswith(wanted) for path in watching.wait(0.5)):
            return True
    return False


def test_events_tell_of_changes(tmp_path: Path) -> None:
    """New, changed, moved and deleted files are hinted at, in new folders and in folders moved in too."""
    art = tmp_path / "art"
    art.mkdir()
    (tmp_path / "elsewhere/deep").mkdir(parents=True)
    watching = Hints(lambda path: True)
    watching.watch({art: True, tmp_path: False})
    try:
        assert not watching.polling
        (art / "a.png").write_bytes(b"1")
        assert waited(watching, "a.png")
        (art / "a.png").rename(art / "b.png")
        assert waited(watching, "b.png")
        (art / "b.png").unlink()
        assert waited(watching, "b.png")
        (tmp_path / "assetforge.toml").write_text("x")
        assert waited(watching, "assetforge.toml")
        (tmp_path / "elsewhere").rename(art / "in")
        assert waited(watching, "in")
        (art / "in/deep/c.png").write_bytes(b"1")
        assert waited(watching, "c.png", "deep", "in")
        assert not watching.outdated({art: True, tmp_path: False})
        assert watching.outdated({art: True})
        shutil.rmtree(art)
        art.mkdir()
        assert any(hints.LOST in watching.wait(1) for _ in range(10))
        assert watching.outdated({art: True, tmp_path: False})
    finally:
        watching.close()


def test_reading_is_no_change_and_ignored_paths_give_no_hint(tmp_path: Path) -> None:
    """Our own look at the art does not trigger us, nor does what is not to be heeded."""
    (tmp_path / "a.png").write_bytes(b"1")
    watching = Hints(lambda path: not path.endswith("out.png"))
    watching.watch({tmp_path: True})
    try:
        watching.rest(0.1, 1)
        (tmp_path / "a.png").read_bytes()
        list(os.scandir(tmp_path))
        (tmp_path / "out.png").write_bytes(b"1")
        (tmp_path / "b.png").write_bytes(b"1")
        found = watching.wait(10)
        assert found and all(path.endswith("b.png") for path in found)
    finally:
        watching.close()


def test_an_overflow_that_watchdog_logs_is_heard(tmp_path: Path) -> None:
    """It wakes the watcher, which then counts its hints as lost until they are set up anew."""
    watching = Hints(lambda path: False)
    watching.watch({tmp_path: True})
    try:
        logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
        assert watching.wait(10) == {hints.LOST}
        assert watching.lost and watching.outdated({tmp_path: True})
        watching.watch({tmp_path: True})
        assert not watching.outdated({tmp_path: True})
    finally:
        watching.close()
    logging.getLogger("watchdog").warning("nobody listens any more")
    with pytest.raises(queue.Empty):
        watching.queue.get(timeout=0)


def test_no_inotify_left_is_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system's limit of watches is reached, one looks instead."""
    from watchdog.observers import Observer

    def refuse(self: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(Observer, "start", refuse)
    watching = Hints(lambda path: True)
    watching.watch({tmp_path: True})
    assert watching.polling
    watching.close()


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
36 22 0:40 / /mnt/my\\040share rw - cifs //server/share rw
37 22 0:41 / /mnt/c rw - 9p drvfs rw
38 36 0:42 / /mnt/my\\040share/local rw shared:2 - tmpfs tmpfs rw
39 22 0:43 / /home/u/net rw - fuse.sshfs host: rw
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/mnt/my share/art", True),
        ("/mnt/my share/local/art", False),
        ("/mnt/my shares/art", False),
        ("/mnt/c/game/art", True),
        ("/home/u/net", True),
        ("/home/u/network", False),
        ("/srv", False),
    ],
)
def test_network_file_systems_are_known(tmp_path: Path, folder: str, expected: bool) -> None:
    """By the mount that a folder lies in: events tell nothing of what others write there."""
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert hints.eventless(Path(folder), str(tmp_path / "mountinfo")) == expected
    assert not hints.eventless(Path(folder), str(tmp_path / "absent"))
