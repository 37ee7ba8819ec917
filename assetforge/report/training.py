"""What the page tells of a model: how its training went, why it ended, and what its latent holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..evaluate.learning import Student, alike, counted, distances
from ..sprite import Sprite
from .pictures import picture

__all__ = ["Trained", "look", "trained"]

SHOWN = 8
MOST_PIXELS = 1 << 20
"""Pixels learnt from beyond which no counts are made for comparison: they would take minutes."""
GAP = 2
SLIGHT = 0.02
"""A change of the distance that says nothing."""


class Trained(Student, Protocol):
    """A model and what its training left: a Prior."""

    @property
    def card(self) -> dict[str, Any]: ...
    @property
    def record(self) -> Any: ...
    def reconstruct(self, sprites: Sequence[Sprite]) -> list[Sprite]: ...
    def divergence(self, sprites: Sequence[Sprite]) -> NDArray[np.float64]: ...


def trained(model: Trained) -> dict[str, Any]:
    """Everything that the page shows of a model, as JSON values.

    Raises:
        InputError: If what it remembers of its training is damaged.
    """
    card, record = model.card, model.record
    learnt = model.learnt(model.corpus_palette)
    looks = [look(step, drawn) | near(model, drawn) for step, drawn in record.looks]
    few = record.held_out and sum(sprite.indices.size for sprite in learnt) <= MOST_PIXELS
    shown = some(record.held_out or learnt)
    drawn = model.reconstruct(shown)
    return {
        "name": card["name"],
        "told": told(card),
        "ended": ended(card, looks),
        "kept": card.get("steps", 0),
        "curve": card.get("curve", []),
        "baselines": {key: round(bits, 3) for key, bits in counted(model, record.held_out).items()} if few else {},
        "looks": looks,
        "latent": [round(float(nats), 2) for nats in model.divergence(shown).mean(0)],
        "reconstructed": {
            "of": "held-out" if record.held_out else "learnt",
            "pairs": [picture(row([one, other])) for one, other in zip(shown, drawn, strict=True)],
            "size": [[2 * one.size[0] + GAP, one.size[1]] for one in shown],
        },
        "alike": round(alike(shown, drawn), 3),
        "sources": [[name, sha256] for name, sha256 in sorted(card.get("sources", {}).items())],
    }


def told(card: dict[str, Any]) -> str:
    """What a model has learnt from, in a sentence."""
    held = card.get("held_out", 0)
    count = card.get("sprites", 0) - held
    text = f"Learnt from {count} sprites, with {held} held out"
    return text + (f", on top of the model {card['base'].get('name', '')}." if card.get("base") else ", from nothing.")


def ended(card: dict[str, Any], looks: Sequence[dict[str, Any]] = ()) -> str:
    """At which step training ended and why, which weights were kept, and whether it had begun to copy; in sentences."""
    curve = card.get("curve", [])
    kept, planned = card.get("steps", 0), card.get("planned", 0)
    done = curve[-1][0] if curve else kept
    text = f"Training ended after step {done} of {planned}: {card.get('stopped') or 'it does not say why'}."
    scores = {step: held for step, _, held in curve if held is not None}
    if kept in scores:
        text += f" The weights of step {kept} are kept, the best on held-out sprites: {scores[kept]:.3f} bits per pixel"
        text += f", {scores[0]:.3f} before." if kept and scores.get(0) else "."
        worse = scores[done] - scores[kept] if done in scores else 0.0
        if done > kept and worse > 0:
            text += f" Until the end they worsened by {worse:.3f}: it was learning by heart."
    if len(looks) > 1:
        first, last = looks[0]["nearest"], looks[-1]["nearest"]
        far = "came nearer to" if last < first - SLIGHT else "stayed as far from"
        moved = far if last < first + SLIGHT else "moved away from"
        text += f" What it draws {moved} what it has learnt: {share(first)} of the pixels differed at first, "
        text += f"{share(last)} at last."
    return text


def look(step: int, drawn: Sequence[Sprite]) -> dict[str, Any]:
    """What the weights of a step drew, as a picture."""
    return {"step": step, "picture": picture(row(drawn))}


def near(model: Student, drawn: Sequence[Sprite]) -> dict[str, float]:
    return {"nearest": round(float(np.median(distances(model, drawn))), 3)}


def share(value: float) -> str:
    return f"{100 * value:.0f} %"


def some(sprites: Sequence[Sprite]) -> list[Sprite]:
    """A few of them, evenly taken."""
    return [sprites[n] for n in sorted({int(x) for x in np.linspace(0, len(sprites) - 1, min(SHOWN, len(sprites)))})]


def row(sprites: Sequence[Sprite]) -> NDArray[np.uint8]:
    """Sprites of one height side by side, a gap between, RGBA."""
    parts = []
    for sprite in sprites:
        parts += [sprite.rgba(), np.zeros((sprite.size[1], GAP, 4), np.uint8)]
    return np.concatenate(parts[:-1], axis=1)
