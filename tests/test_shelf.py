"""A shelf spares work and is never believed: altered, cut or deleted, its sprites are counted again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import QUANTIZE, Telling, draw, project, tree

from assetforge import formats, shelf
from assetforge.build import build
from assetforge.manifest import LOCK
from assetforge.outcome import Options
from assetforge.shelf import Shelf, key, shelf_path

ART = [f"items/s{number:02d}.png" for number in range(12)]
ENTRIES = st.dictionaries(st.binary(max_size=4).map(lambda name: key("x", name.hex())), st.binary(max_size=40))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The content of every file that is decoded from now on."""
    found: list[bytes] = []
    original = formats.decode

    def decode(data: bytes, name: str) -> Any:
        found.append(data)
        return original(data, name)

    monkeypatch.setattr(formats, "decode", decode)
    return found


def game(root: Path, extra: str = "") -> Path:
    """A project of one sheet of twelve sprites; built."""
    config = QUANTIZE.partition('\n[[sheet]]\nname = "heroes"')[0] + extra
    assert build(project(root, config, ART)).exit_code == 0
    return root


def clean(root: Path) -> dict[str, bytes]:
    """What a build from nothing gives."""
    other = root.parent / "clean"
    for path, data in tree(root, "art", "assetforge.toml").items():
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_bytes(data)
    assert build(other).exit_code == 0
    return tree(other, "out", LOCK)


@settings(max_examples=100, deadline=None)
@given(ENTRIES, ENTRIES)
def test_what_is_put_is_there_and_what_was_is_kept_up_to_as_much(
    before: dict[bytes, bytes], now: dict[bytes, bytes]
) -> None:
    """A shelf reads back, and never grows beyond twice what the last build used."""
    old = Shelf()
    for name, data in before.items():
        old.put(name, data)
    new = Shelf(old.dump())
    for name, data in now.items():
        new.put(name, data)
    found = Shelf(new.dump())
    assert {name: found.get(name) for name in now} == now
    sizes = {name: len(data) for name, (_, data) in found.entries.items()}
    assert sum(sizes.values()) <= 2 * sum(map(len, now.values()))
    assert all(found.get(name) == data for name, data in before.items() if name in found.entries and name not in now)


@settings(max_examples=100, deadline=None)
@given(ENTRIES, st.data())
def test_no_altered_entry_is_given(entries: dict[bytes, bytes], data: st.DataObject) -> None:
    """Whatever bytes are changed or cut off, each entry is there as it was put, or not there."""
    whole = Shelf()
    for name, content in entries.items():
        whole.put(name, content)
    raw = bytearray(whole.dump())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = Shelf(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    assert all(damaged.get(name) in (None, content) for name, content in entries.items())


@pytest.mark.parametrize("extra", ["", 'dither = "bayer"\n', 'palette = "auto:5"\n', 'map = "ramp"\ntrim = true\n'])
def test_a_changed_sprite_is_the_only_one_decoded(tmp_path: Path, decoded: list[bytes], extra: str) -> None:
    """One of twelve is read, and the outputs are those of a clean build."""
    root = game(tmp_path / "game", extra)
    assert len(decoded) == len(ART)
    draw(root / "art" / ART[5], 99)
    decoded.clear()
    assert list(build(root).built) == ["items"]
    assert decoded == [(root / "art" / ART[5]).read_bytes()]
    assert tree(root, "out", LOCK) == clean(root)


@pytest.mark.parametrize(
    ("change", "count"),
    [
        (lambda text: text.replace("pico-8", "sweetie-16"), 0),
        (lambda text: text + "padding = 2\n", 0),
        (lambda text: text + "threshold = 7\n", len(ART)),
    ],
)
def test_what_a_sprite_is_counted_for_decides_whether_it_is_known(
    tmp_path: Path, decoded: list[bytes], change: Callable[[str], str], count: int
) -> None:
    """Another palette or packing needs no file again; another threshold needs all."""
    root = game(tmp_path / "game")
    decoded.clear()
    (root / "assetforge.toml").write_text(change((root / "assetforge.toml").read_text()))
    assert list(build(root).built) == ["items"]
    assert len(decoded) == count
    assert tree(root, "out", LOCK) == clean(root)


def test_a_rename_and_a_way_back_decode_nothing(tmp_path: Path, decoded: list[bytes]) -> None:
    """A sprite is known by its content, not by its name; what was changed and is changed back is known still."""
    root = game(tmp_path / "game")
    old = (root / "art" / ART[0]).read_bytes()
    decoded.clear()
    (root / "art" / ART[0]).rename(root / "art/items/z.png")
    assert build(root).exit_code == 0
    assert decoded == []
    draw(root / "art/items/z.png", 99)
    assert build(root).exit_code == 0
    (root / "art/items/z.png").write_bytes(old)
    assert build(root).exit_code == 0
    assert len(decoded) == 1
    assert tree(root, "out", LOCK) == clean(root)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:300] + bytes([raw[300] ^ 1]) + raw[301:],
        lambda raw: raw.replace(b"shelf 1", b"shelf 2"),
        lambda raw: b"\xff" * 4000,
        None,
    ],
)
def test_a_damaged_shelf_costs_work_and_nothing_else(
    tmp_path: Path, decoded: list[bytes], damage: Callable[[bytes], bytes] | None
) -> None:
    """Cut, altered or gone: what is not there as it was put is counted again."""
    root = game(tmp_path / "game")
    path = root / shelf_path("items")
    if damage:
        path.write_bytes(damage(path.read_bytes()))
    else:
        path.unlink()
    draw(root / "art" / ART[5], 99)
    decoded.clear()
    assert build(root).exit_code == 0
    assert len(decoded) > 1
    assert tree(root, "out", LOCK) == clean(root)
    draw(root / "art" / ART[6], 98)
    decoded.clear()
    build(root)
    assert len(decoded) == 1, "the shelf is whole again"


def test_a_sealed_entry_that_is_no_tally_is_counted_again(tmp_path: Path) -> None:
    """Who knows how to seal can fill a shelf with anything; it leads to no fault of ours."""
    root = game(tmp_path / "game")
    path = root / shelf_path("items")
    forged = Shelf()
    for name in Shelf(path.read_bytes()).entries:
        forged.put(name, b"no tally")
    path.write_bytes(forged.dump())
    draw(root / "art" / ART[5], 99)
    assert build(root).exit_code == 0
    assert tree(root, "out", LOCK) == clean(root)


def test_another_version_of_ours_knows_nothing(
    tmp_path: Path, decoded: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade may count otherwise, so it counts anew."""
    root = game(tmp_path / "game")
    monkeypatch.setattr(shelf, "__version__", "99.0")
    decoded.clear()
    assert build(root, Options(force=True)).exit_code == 0
    assert len(decoded) == len(ART)


def test_after_a_bad_sprite_is_mended_it_alone_is_decoded(tmp_path: Path, decoded: list[bytes]) -> None:
    """A sheet that fails keeps what it counted."""
    root = game(tmp_path / "game")
    (root / shelf_path("items")).unlink()
    (root / "art" / ART[5]).write_bytes(b"no image")
    told = Telling()
    assert build(root, reporter=told).exit_code == 1
    assert f"art/{ART[5]}: holds no PNG" in told.errors["items"][0]
    draw(root / "art" / ART[5], 99)
    decoded.clear()
    assert build(root).exit_code == 0
    assert len(decoded) == 1
    assert tree(root, "out", LOCK) == clean(root)


def test_the_shelf_of_a_sheet_that_is_gone_goes(tmp_path: Path) -> None:
    """And what a kill left of one; but not while only some sheets are looked at."""
    root = game(tmp_path / "game")
    left = root / shelf.SHELVES / ".items.bin.abcdefgh.tmp"
    left.write_bytes(b"half")
    text = (root / "assetforge.toml").read_text()
    (root / "assetforge.toml").write_text(text.replace('"items"', '"things"'))
    build(root, Options(only=("things",)))
    assert left.exists() and (root / shelf_path("items")).exists()
    build(root)
    assert [path.name for path in (root / shelf.SHELVES).iterdir()] == ["things.bin"]
