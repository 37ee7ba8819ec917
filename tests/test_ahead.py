"""Sprites counted ahead of their sheets: in batches, by anybody, without a trace in the outputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from projects import QUANTIZE as FAITHFUL
from projects import Telling, draw, project, tree

from assetforge import ahead, formats
from assetforge.ahead import LEAST, Ahead
from assetforge.build import build
from assetforge.counting import Batch, count_batch
from assetforge.errors import AssetforgeError
from assetforge.manifest import LOCK
from assetforge.outcome import Options
from assetforge.parallel import hands
from assetforge.pipeline import load
from assetforge.plan import State, make
from assetforge.shelf import shelf_path

QUANTIZE = FAITHFUL.replace('kind = "quantize"', 'kind = "quantize"\nmap = "nearest"')
ART = [f"items/s{number:03d}.png" for number in range(205)] + [f"heroes/h{number}.png" for number in range(30)]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one process builds."""
    root = project(tmp_path_factory.mktemp("one"), QUANTIZE, ART)
    assert build(root).exit_code == 0
    return tree(root, "out", LOCK)


def stale(root: Path, large: bool = False) -> Ahead:
    return Ahead(make(load(root), State.load(root)).sheets, root, large)


def test_processes_give_the_bytes_of_one(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """A sheet of more than two batches is counted in several processes, and is what it was."""
    root = project(tmp_path, QUANTIZE, ART)
    assert build(root, Options(jobs=2)).exit_code == 0
    assert tree(root, "out", LOCK) == expected


@pytest.mark.parametrize("answer", ["", None, AssetforgeError("died")])
def test_what_comes_back_is_used_and_what_does_not_is_counted_here(
    tmp_path: Path, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    """In any order, with losses, with another version's answers: the sheets are the same."""
    root = project(tmp_path, QUANTIZE, ART)
    batches: list[Batch] = []

    def each(function: Callable[[Batch], Any], items: Iterable[Batch]) -> Iterator[tuple[int, Any]]:
        batches.extend(items)
        done = [function(batch) for batch in batches]
        yield 1, replace(done[1], version="0", entries=(b"x",) * len(batches[1].contents))
        yield 0, done[0] if answer == "" else answer

    stale(root).count(each, hands=2)
    assert [len(batch.contents) for batch in batches] == [117, 118]
    decoded: list[bytes] = []
    original = formats.decode
    monkeypatch.setattr(formats, "decode", lambda data, name: decoded.append(data) or original(data, name))
    assert build(root).exit_code == 0
    assert len(decoded) == (118 if answer == "" else 235)
    assert tree(root, "out", LOCK) == expected


@pytest.mark.parametrize(
    ("number", "hands", "sizes"), [(100, 8, 1), (199, 8, 1), (200, 8, 2), (600, 1, 3), (999, 4, 4)]
)
def test_no_batch_is_small(tmp_path: Path, number: int, hands: int, sizes: int) -> None:
    """Every batch has at least a hundred sprites, and there is one for each hand where that can be."""
    counted = stale(project(tmp_path, QUANTIZE, ["heroes/orc.png", "items/axe.png"]))
    counted.wanted = counted.wanted[:1] * number
    found = [len(batch.contents) for batch in counted.batches(hands)]
    assert len(found) == sizes and sum(found) == number and min(found) >= LEAST


def test_huge_files_travel_in_smaller_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No message holds more than some megabytes, or one file."""
    monkeypatch.setattr(ahead, "MOST_BYTES", 1000)
    counted = stale(project(tmp_path, QUANTIZE, ART))
    batches = list(counted.batches(1))
    assert sum(len(batch.contents) for batch in batches) == len(ART)
    assert all(sum(map(len, batch.contents)) <= 1000 for batch in batches)


def test_small_sheets_are_left_alone_where_sheets_are_made_side_by_side(tmp_path: Path) -> None:
    """A cluster takes the sprites of all sheets together; processes split only what is large."""
    root = project(tmp_path, QUANTIZE, ART)
    assert set(stale(root, large=True).shelves) == {"items"}
    assert set(stale(root).shelves) == {"heroes", "items"}
    assert not stale(project(tmp_path / "small")).worth


def test_bad_and_changing_sprites_are_left_to_their_sheet(tmp_path: Path) -> None:
    """A batch answers for what is sound; the sheet tells the faults, with the trail, as it always does."""
    root = project(tmp_path, QUANTIZE, ART)
    (root / "art" / ART[7]).write_bytes(b"no image")
    counted = stale(root)
    draw(root / "art" / ART[8], 999)
    (root / "art" / ART[9]).unlink()

    def each(function: Callable[[Batch], Any], items: Iterable[Batch]) -> Iterator[tuple[int, Any]]:
        for place, batch in enumerate(items):
            yield place, function(batch)

    counted.count(each)
    told = Telling()
    assert list(build(root, reporter=told).built) == ["heroes"]
    assert len(told.errors["items"]) == 1 and f"art/{ART[7]}: holds no PNG" in told.errors["items"][0]
    draw(root / "art" / ART[7], 7)
    assert build(root).exit_code == 0


def test_a_sprite_of_two_sheets_is_counted_once(tmp_path: Path) -> None:
    """Batches go by content."""
    config = QUANTIZE.replace("heroes/**/*.{png,gif}", "items/*.png")
    root = project(tmp_path, config, ART[:120])
    counted = stale(root)
    assert len(counted.wanted) == 120
    counted.count(lambda function, items: ((place, function(batch)) for place, batch in enumerate(items)))
    assert (root / shelf_path("items")).read_bytes() == (root / shelf_path("heroes")).read_bytes()
    assert not stale(root).wanted


def dies(item: int) -> int:
    if item == 3:
        os._exit(9)
    return item * item


def test_a_process_that_dies_costs_what_was_handed_out_and_no_more() -> None:
    """Its items come back as errors, the rest as results; the pool is replaced."""
    with hands(2) as each:
        found = dict(each(dies, range(40)))
        errors = {place for place, result in found.items() if isinstance(result, AssetforgeError)}
        assert 3 in errors and len(errors) <= 4
        assert {place: found[place] for place in range(40) if place not in errors} == {
            place: place * place for place in range(40) if place not in errors
        }
        assert dict(each(dies, (4, 5))) == {0: 16, 1: 25}


def test_items_are_taken_as_there_are_hands_for_them() -> None:
    """A hundred thousand files are never held at once."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(10, 30):
            taken.append(item)
            yield item

    with hands(2) as each:
        results = each(dies, items())
        next(results)
        assert len(taken) <= 2 + 4
        assert len(list(results)) == 19
    with hands(1) as each:
        results = each(dies, items())
        next(results)
        assert len(taken) <= 20 + 2


def test_a_batch_is_bytes() -> None:
    """What comes back is plain, so that it may come from anywhere."""
    done = count_batch(Batch((), ()))
    assert done.entries == ()
