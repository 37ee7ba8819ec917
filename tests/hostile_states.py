"""Hostile lock, cache and output folder of a project that was built, and links where a build would write.

Part of the corpus of `hostile.py`. Each case changes a built project; whatever it does, nothing outside
the output folder and ``.assetforge`` may change, no source may be lost, and the build ends in a line or two.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assetforge.files import digest, sealed

__all__ = ["VALUES", "Spoil", "places", "replaced", "states"]

Spoil = Callable[[Path, Path], object]
"""Changes the project at the first path; the second is a folder beside it, of which nothing may change."""

LOCK, CACHE = "assetforge.lock", ".assetforge"
VALUES: tuple[Any, ...] = (None, 1, -1.5, "x", [], [1], {}, {"x": 1}, True, "\ud800", "../x", "a\nb\x1b[2J", 10**400)
DEEP = b"[" * 200_000


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a JSON value could be replaced: one place for every key that comes anew."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield (*path, key)
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value[:2]):
            yield (*path, number)
            yield from places(each, (*path, number))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of `value` with `new` at `path`."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


def rewrite(root: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the lock as a JSON value."""
    lock = json.loads((root / LOCK).read_bytes())
    (root / LOCK).write_text(json.dumps(change(lock) or lock))


def wrong_values(root: Path) -> Iterator[tuple[str, Spoil]]:
    """Each entry of the lock and of the cache with a value of another kind."""
    lock = json.loads((root / LOCK).read_bytes())
    cache = json.loads((root / CACHE / "cache.json").read_bytes().partition(b"\n")[2])
    cache["failures"] = {"good": {"key": "0" * 64, "errors": [["fault", "trail"]]}}

    def of_lock(path: tuple[Any, ...], value: Any) -> Spoil:
        return lambda root, outside: (root / LOCK).write_text(json.dumps(replaced(lock, path, value)))

    def of_cache(path: tuple[Any, ...], value: Any) -> Spoil:
        body = json.dumps(replaced(cache, path, value)).encode()
        return lambda root, outside: (root / CACHE / "cache.json").write_bytes(sealed(body))

    for kind, table, spoil in (("lock", lock, of_lock), ("cache", cache, of_cache)):
        for number, path in enumerate(places(table)):
            # Every value somewhere, and every place with two: all pairs would say no more.
            for value in (VALUES[number % len(VALUES)], VALUES[(5 * number + 3) % len(VALUES)]):
                yield f"{kind}: {str(value)[:9]!r} at {'.'.join(map(str, path))[-60:]}", spoil(path, value)


def orphan(root: Path, path: str) -> None:
    """Let the lock say that a file of the user's is the output of a sheet that is gone."""

    def change(lock: dict[str, Any]) -> None:
        entry = next(iter(lock["outputs"].values()))
        lock["outputs"][path] = {**entry, "sheet": "gone", "sha256": digest((root / path).read_bytes())}

    rewrite(root, change)


def owned(root: Path, path: str) -> None:
    """Let the lock say that a file of the user's was written by a sheet that is still built."""

    def change(lock: dict[str, Any]) -> None:
        entry = next(iter(lock["outputs"].values()))
        lock["outputs"][path] = {**entry, "sha256": digest((root / path).read_bytes())}

    rewrite(root, change)


def link(path: Path, target: Path) -> None:
    """A link to `target` in the place of whatever is at `path`."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def states(root: Path) -> Iterator[tuple[str, Spoil]]:
    """All of them, for copies of the built project at `root`."""
    whole = (root / LOCK).read_bytes()
    datas = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "deep": DEEP,
        "a list": b"[]",
        "a number of 10,000 digits": b'{"format": ' + b"9" * 10_000 + b"}",
        "merged": b"<<<<<<< ours\n" + whole + b"=======\n" + whole + b">>>>>>> theirs\n",
        "no UTF-8": b"\xff\xfe" + whole,
        "40 MB of lists": b'{"format":1,"models":[' + b"[]," * 13_000_000 + b"[]]}",
    }
    for what, data in datas.items():
        yield f"lock: {what}", lambda root, outside, data=data: (root / LOCK).write_bytes(data)
        for name in ("cache.json", "journal.json"):
            yield (
                f"{name}: {what}, sealed",
                lambda root, outside, data=data, name=name: (root / CACHE / name).write_bytes(sealed(data)),
            )
    yield from wrong_values(root)
    for path in ("art/good/axe.png", "assetforge.toml", "src/main.c"):
        yield f"lock: {path} is an orphan", lambda root, outside, path=path: orphan(root, path)
        yield f"lock: {path} is an output", lambda root, outside, path=path: owned(root, path)
    for name in (
        "../outside/victim.txt",
        "/etc/hostname",
        "art/../../outside/victim.txt",
        "C:/x",
        "a\nb",
        "\x1b[2J",
        "\ud800",
    ):

        def foreign(root: Path, outside: Path, name: str = name) -> None:
            def change(lock: dict[str, Any]) -> None:
                entry = next(iter(lock["outputs"].values()))
                sha = digest((outside / "victim.txt").read_bytes())
                lock["outputs"][name] = {**entry, "sheet": "gone", "sha256": sha}

            rewrite(root, change)

        yield f"lock: the output {name!r}", foreign
    own = [path.relative_to(root).as_posix() for path in sorted((root / CACHE).rglob("*")) if path.is_file()]
    for path in (*own, LOCK, "out/good.png", "out/good.json", "out/new.png"):
        yield f"{path}: noise", lambda root, outside, path=path: (root / path).write_bytes(os.urandom(3000))
        yield f"{path}: a folder", lambda root, outside, path=path: instead(root / path, os.mkdir)
        yield f"{path}: a FIFO", lambda root, outside, path=path: instead(root / path, os.mkfifo)
        yield f"{path}: a link out", lambda root, outside, path=path: link(root / path, outside / "victim.txt")
        yield (
            f"{path}: a link to a source",
            lambda root, outside, path=path: link(root / path, root / "art/good/axe.png"),
        )
    folders = sorted({Path(path).parent.as_posix() for path in own})
    for path in (*folders, f"{CACHE}/models", f"{CACHE}/sprites", "out"):
        yield f"{path}: a link out", lambda root, outside, path=path: link(root / path, outside)
        yield f"{path}: a link to the sources", lambda root, outside, path=path: link(root / path, root / "art/good")
        yield f"{path}: a link to nothing", lambda root, outside, path=path: link(root / path, outside / "nothing")
        yield f"{path}: a link to itself", lambda root, outside, path=path: link(root / path, root / path)
        yield (
            f"{path}: a file",
            lambda root, outside, path=path: instead(root / path, lambda p: Path(p).write_text("x")),
        )


def instead(path: Path, make: Callable[[Path], object]) -> None:
    """Put something in the place of whatever is at `path`."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    make(path)
