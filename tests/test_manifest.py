"""The lock says the truth in one order; the cache only spares work and is never believed when damaged."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge import manifest
from assetforge.errors import InputError
from assetforge.files import digest
from assetforge.manifest import Cache, Digests, Journal, Lock, canonical, spelled

EVIDENCE: dict[str, Any] = {
    "version": "1",
    "settings": {"seed": 7},
    "palette": {"name": "pico-8", "sha256": "p"},
    "model": None,
    "inputs": {"art/b.png": "2", "art/a.png": "1"},
}


def lock() -> Lock:
    found = Lock()
    found.record("orcs", "key", EVIDENCE, "m", {"out/orcs.png": "s", "out/orcs.json": "t"})
    return found


def test_the_lock_reads_back(tmp_path: Path) -> None:
    """What was saved is what is loaded, and saving it again gives the same bytes."""
    lock().save(tmp_path)
    before = (tmp_path / manifest.LOCK).read_bytes()
    loaded = Lock.load(tmp_path)
    assert loaded == lock()
    loaded.save(tmp_path)
    assert (tmp_path / manifest.LOCK).read_bytes() == before


def test_the_lock_tells_of_each_output_what_it_promises() -> None:
    """sha256, inputs' sha256, key, palette, seed, model and version, for every output."""
    assert lock().outputs["out/orcs.png"] == {
        "sha256": "s",
        "sheet": "orcs",
        "key": "key",
        "inputs": digest(canonical(EVIDENCE["inputs"])),
        "palette": "pico-8",
        "seed": 7,
        "model": "m",
        "version": "1",
    }


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_canonical_knows_no_order(table: dict[str, Any]) -> None:
    """Equal tables have equal bytes, in whatever order they were filled."""
    assert canonical(dict(reversed(table.items()))) == canonical(table)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_the_lock_is_spelled_as_json_is(value: Any) -> None:
    """Line for line what the standard library writes, and so what a reader of JSON and of git knows."""
    assert spelled(value) == json.dumps(value, sort_keys=True, indent=1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=6))
def test_a_lock_is_written_as_it_stands(changes: list[tuple[str, int]]) -> None:
    """However often it was saved and changed in between, sheets dropped and put down again."""
    with TemporaryDirectory() as folder:
        found = Lock()
        for name, number in changes:
            if number:
                found.record(name, f"{number}", EVIDENCE, "m", {f"out/{name}.png": f"{number}"})
            else:
                found.retain({"a"}, ())
            found.save(Path(folder))
            content = {"format": 1, "models": found.models, "sheets": found.sheets, "outputs": found.outputs}
            text = (Path(folder) / manifest.LOCK).read_text()
            assert text == json.dumps(content, sort_keys=True, indent=1) + "\n"


def test_a_digest_is_read_once_and_again_after_every_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stat spares reading; a change of size, time or inode time is read; so is what was changed just before."""
    reads = []
    original = manifest.read_bytes
    monkeypatch.setattr(manifest, "read_bytes", lambda path: reads.append(path) or original(path))
    file = tmp_path / "a.png"
    file.write_bytes(b"one")
    now = time.time_ns()
    clock = [now]
    monkeypatch.setattr(manifest.time, "time_ns", lambda: clock[0])
    digests = Digests(tmp_path, Cache())
    assert digests("a.png") == digests("a.png") == digest(b"one")
    assert len(reads) == 2, "read within the clock's grain of its own change: read again"
    clock[0] = now + 2 * manifest.GRAIN
    assert digests("a.png") == digests("a.png") == digests("a.png")
    assert len(reads) == 3
    before = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digests("a.png") == digest(b"two")


def test_a_file_that_is_none_is_an_input_error(tmp_path: Path) -> None:
    """A missing file and a FIFO give an error that names the path below the project, at once."""
    os.mkfifo(tmp_path / "pipe.png")
    for name in ("gone.png", "pipe.png"):
        with pytest.raises(InputError, match=f"^{name}: "):
            Digests(tmp_path, Cache())(name)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-5], lambda b: b.replace(b"1", b"2"), lambda b: b"", lambda b: b"\xff"]
)
def test_a_damaged_cache_is_forgotten(tmp_path: Path, damage: Any) -> None:
    """Cut, altered or empty: it is as if there were none."""
    cache = Cache({"a.png": [1, 1, 1, 1, "sha"]}, {"orcs": {"key": "1", "errors": [["x"]]}}, changed=True)
    cache.save(tmp_path)
    path = tmp_path / ".assetforge/cache.json"
    assert Cache.load(tmp_path).files == cache.files
    path.write_bytes(damage(path.read_bytes()))
    assert Cache.load(tmp_path) == Cache()


def test_a_journal_holds_until_it_is_closed(tmp_path: Path) -> None:
    """What was noted is ours, after a crash too, and not once all is in the lock."""
    Journal(tmp_path).note({"out/a.png": "1"})
    again = Journal(tmp_path)
    again.note({"out/a.png": "2"})
    assert all(Journal(tmp_path).holds("out/a.png", sha) for sha in "12")
    assert not Journal(tmp_path).holds("out/a.png", "3")
    again.close()
    assert not Journal(tmp_path).holds("out/a.png", "1")
