"""Never half, never lost: a build that is killed or whose disk fails, at every call that could matter."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projects import Telling, draw, project, tree

from assetforge import work
from assetforge.build import build
from assetforge.manifest import LOCK

CALLS = ((os, "replace"), (os, "fsync"), (os, "unlink"), (os, "write"), (Path, "unlink"))


def fake(job: work.SheetJob) -> work.Done:
    """Work that takes no time: what it reads, in a file for each export."""
    data = b"".join(
        (Path(job.root) / source.path).read_bytes() for sources in job.inputs.values() for source in sources
    )
    return work.Done({f"{job.step.name}.png": data, f"{job.step.name}.json": data[::-1]})


def counted(fault: Callable[[], Any], at: int) -> tuple[list[int], list[tuple[Any, str, Any]]]:
    """Let the call number `at` of those that write call `fault` first; the count, and how to undo it."""
    count, before = [0], []
    for place, name in CALLS:
        original = getattr(place, name)

        def faulty(*arguments: Any, _original: Any = original, **options: Any) -> Any:
            count[0] += 1
            if count[0] == at:
                fault()
            return _original(*arguments, **options)

        before.append((place, name, original))
        setattr(place, name, faulty)
    return count, before


def restore(before: list[tuple[Any, str, Any]]) -> None:
    for place, name, original in before:
        setattr(place, name, original)


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, bytes], dict[str, bytes]]:
    """A built project whose art then changed and one of whose sheets is gone; its old and its new outputs."""
    monkeypatch.setattr(work, "draw_sheet", fake)
    root = project(tmp_path / "game")
    build(root)
    old = tree(root, "out")
    draw(root / "art/heroes/orc.png", 90)
    text = (root / "assetforge.toml").read_text()
    (root / "assetforge.toml").write_text(text.replace('name = "items"', 'name = "things"'))
    shutil.copytree(root, tmp_path / "clean", ignore=shutil.ignore_patterns("out", ".assetforge", LOCK))
    build(tmp_path / "clean")
    return root, old, tree(tmp_path / "clean", "out", LOCK)


def writes(root: Path) -> int:
    """How many calls that write a whole build makes."""
    copy = root.parent / "count"
    shutil.copytree(root, copy)
    count, before = counted(lambda: None, 0)
    try:
        build(copy)
    finally:
        restore(before)
    return count[0]


def whole(root: Path, old: dict[str, bytes], new: dict[str, bytes]) -> bool:
    """Whether every output is the old or the new one."""
    found = {path: data for path, data in tree(root, "out").items() if not path.endswith(".tmp")}
    return all(data in (old.get(path), new.get(path)) for path, data in found.items())


def test_killed_at_every_write_rename_and_sync(changed: tuple[Path, dict[str, bytes], dict[str, bytes]]) -> None:
    """Each output is the old or the new one whole, sources stay, the next build ends as a clean one would."""
    root, old, new = changed
    art, total = tree(root, "art"), writes(root)
    assert total > 20
    for at in range(1, total + 1):
        copy = root.parent / f"kill-{at}"
        shutil.copytree(root, copy)
        child = os.fork()
        if child == 0:
            counted(lambda: os._exit(9), at)
            build(copy)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert whole(copy, old, new)
        assert tree(copy, "art") == art
        assert build(copy).exit_code == 0
        assert tree(copy, "out", LOCK) == new
        assert not [path for path in copy.rglob("*.tmp")]


@pytest.mark.parametrize(("number", "code"), [*enumerate((errno.ENOSPC, errno.EIO, errno.EACCES))])
def test_a_disk_that_fails_at_any_call(
    changed: tuple[Path, dict[str, bytes], dict[str, bytes]], number: int, code: int
) -> None:
    """The error is told, never a traceback; every output is whole; the next build ends as a clean one would."""
    from assetforge.errors import AssetforgeError

    root, old, new = changed
    art, total = tree(root, "art"), writes(root)

    def fail() -> None:
        raise OSError(code, os.strerror(code))

    for at in range(1 + number, total + 1, 3):
        copy = root.parent / f"fail-{code}-{at}"
        shutil.copytree(root, copy)
        told = Telling()
        _, before = counted(fail, at)
        try:
            if build(copy, reporter=told).exit_code == 0:
                assert tree(copy, "out", LOCK) == new
        except AssetforgeError as error:
            assert os.strerror(code) in str(error)
        finally:
            restore(before)
        assert whole(copy, old, new)
        assert tree(copy, "art") == art
        assert build(copy).exit_code == 0
        assert tree(copy, "out", LOCK) == new


def test_edited_after_a_kill_is_still_ours(
    changed: tuple[Path, dict[str, bytes], dict[str, bytes]],
) -> None:
    """Outputs of a killed build are no hand's work, even when the art has changed again since."""
    root, _, _ = changed
    child = os.fork()
    if child == 0:
        replace = os.replace

        def after(source: Any, target: Any) -> None:
            replace(source, target)
            if str(target).endswith("heroes.json"):
                os._exit(9)

        os.replace = after  # type: ignore[assignment]
        build(root)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    draw(root / "art/heroes/orc.png", 91)
    assert build(root).exit_code == 0
