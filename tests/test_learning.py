"""What a report says of a training: figures as their definitions give them, sentences as the card has it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assetforge.evaluate.bits import neighbours, pixels
from assetforge.evaluate.craft import entries
from assetforge.evaluate.learning import alike, beside_held_out, counted, distances
from assetforge.overview.kept import Answers
from assetforge.palette import Palette
from assetforge.report.training import ended
from assetforge.sprite import Sprite

RED, BLUE = (200, 20, 20), (20, 20, 200)
TWO, TURNED = Palette((RED, BLUE)), Palette((BLUE, RED))
CARD = {"steps": 50, "planned": 200, "stopped": "held-out sprites stopped improving"}


class Student:
    """Has learnt some sprites of two colors; mapped to the turned palette their entries change places."""

    corpus_palette = TWO

    def __init__(self, sprites: list[Sprite]) -> None:
        self.sprites = sprites

    def learnt(self, palette: Palette) -> list[Sprite]:
        table = np.array([0, 1, 2] if palette == TWO else [0, 2, 1], np.uint8)
        return [Sprite(table[sprite.indices], palette) for sprite in self.sprites]

    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[np.ndarray, np.ndarray]:
        same = [sprite.indices for sprite in self.sprites if sprite.indices.shape == shape]
        return np.stack(same), np.stack(same)


def sprites(count: int, seed: int, palette: Palette = TWO) -> list[Sprite]:
    rng = np.random.default_rng(seed)
    return [Sprite(rng.integers(0, 3, (8, 8)).astype(np.uint8), palette) for _ in range(count)]


def test_counts_are_made_in_the_palette_of_what_they_score() -> None:
    """In one palette they are the baselines themselves; in two, their mean over pixels; uniform is log2 of entries."""
    student, here, there = Student(sprites(6, 0)), sprites(3, 1), sprites(2, 2, TURNED)
    alone = counted(student, here)
    assert alone["uniform"] == pytest.approx(np.log2(3))
    assert alone["neighbours"] == pytest.approx(neighbours(student.learnt(TWO), here, 3))
    other = counted(student, there)
    both = counted(student, [*here, *there])
    expected = (alone["neighbours"] * pixels(here) + other["neighbours"] * pixels(there)) / pixels([*here, *there])
    assert both["neighbours"] == pytest.approx(expected)
    assert counted(student, []) == {}


def test_a_copy_is_at_no_distance_whatever_its_palette() -> None:
    """A learnt sprite is at 0, in the turned palette too; held-out ones are sorted, those of other sizes left out."""
    student = Student(sprites(4, 0))
    copy = student.learnt(TURNED)[2]
    assert (entries(TURNED) != entries(TWO)).any() and distances(student, [copy]).tolist() == [0.0]
    large = Sprite(np.ones((9, 9), np.uint8), TWO)
    found = beside_held_out(student, [*sprites(3, 5), copy, large], (8, 8))
    assert len(found) == 4 and found[0] == 0 and (np.diff(found) >= 0).all()


def test_alike_is_a_share_of_what_is_drawn() -> None:
    """1 for the same, 0 where nothing agrees; pixels drawn in neither do not count."""
    one = Sprite(np.array([[0, 1, 2, 0]], np.uint8), TWO)
    other = Sprite(np.array([[0, 1, 1, 1]], np.uint8), TWO)
    assert (alike([one], [one]), alike([one], [other])) == (1.0, pytest.approx(1 / 3))
    assert alike([one], [Sprite(np.array([[1, 0, 0, 2]], np.uint8), TWO)]) == 0.0


def test_the_end_of_a_training_is_told_in_words() -> None:
    """Where it ended and why, what was kept, and whether it had begun to learn by heart, by its own curve alone."""
    curve = [[0, None, 2.0], [50, 1.5, 1.6], [100, 1.2, 1.75]]
    text = ended(CARD | {"curve": curve}, [{"nearest": 0.6}, {"nearest": 0.5}])
    assert "after step 100 of 200: held-out sprites stopped improving." in text
    assert "step 50 are kept" in text and "1.600 bits per pixel, 2.000 before." in text
    assert "worsened by 0.150: it was learning by heart" in text
    assert "came nearer to what it has learnt: 60 % of the pixels differed at first, 50 % at last" in text
    unscored = ended({"steps": 9, "planned": 9, "stopped": "all steps done", "curve": [[9, 1.0, None]]})
    assert unscored == "Training ended after step 9 of 9: all steps done."
    assert "learning by heart" not in ended(CARD | {"curve": curve[:2]})


def test_answers_are_kept_until_anything_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known is not made again; what nobody asked for is dropped; a cut, altered or older file holds nothing."""
    first = Answers(tmp_path)
    assert [first("a", lambda: [1]), first("b", lambda: {"x": 0.5})] == [[1], {"x": 0.5}]
    first.write()

    def never() -> None:
        raise AssertionError("asked again")

    second = Answers(tmp_path)
    assert second("a", never) == [1]
    second.write()
    assert list(Answers(tmp_path).known) == ["a"]
    data = second.path.read_bytes()
    for spoilt in (b"", data[:-3], data.replace(b"[1]", b"[2]"), b"not json"):
        second.path.write_bytes(spoilt)
        assert Answers(tmp_path).known == {}
    second.path.write_bytes(data)
    monkeypatch.setattr("assetforge.overview.kept.__version__", "0")
    assert Answers(tmp_path).known == {}
