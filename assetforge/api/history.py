"""Where sprites in memory come from: files and models, through every verb that they went through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..files import digest
from ..formats import png
from ..origin import origin
from ..sprite import Sprite

if TYPE_CHECKING:
    from ..models.prior import Prior

__all__ = ["history"]


def history(
    command: str,
    settings: Mapping[str, Any],
    sprites: Sequence[Sprite] = (),
    facts: Mapping[str, Any] | None = None,
    prior: Prior | None = None,
) -> dict[str, Any]:
    """The provenance of what one verb makes of `sprites`: their files are its inputs, and what was drawn before tells
    how.

    A verb that changes no sprite, as ``save``, tells what they tell, if that is the same of all.
    """
    before: list[Mapping[str, Any]] = []
    inputs: dict[str, str] = {}
    for sprite in sprites:
        told = getattr(sprite, "provenance", {})
        if told and told not in before:
            before.append(told)
        own = {name: sha for name, sha in told.get("inputs", {}).items() if _of(sprite.name, name)}
        inputs |= own or {sprite.name: digest(png.write(sprite))}
    if command == "save" and len(before) == 1:
        return dict(before[0])
    drawn = [told for told in before if told.get("command") != "open"]
    return origin(command, settings, inputs, {**(facts or {}), **({"made_from": drawn} if drawn else {})}, prior)


def _of(sprite: str, file: str) -> bool:
    """Whether a sprite of this name is, or is a frame of, what was read from a file of that name."""
    return sprite == file or sprite.startswith(f"{file}-")
