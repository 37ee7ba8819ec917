"""What an output tells of where it comes from: version, settings, inputs by digest, and what the model learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import __version__

if TYPE_CHECKING:
    from .models.prior import Prior

__all__ = ["origin"]


def origin(
    command: str,
    settings: Mapping[str, Any],
    inputs: Mapping[str, str],
    facts: Mapping[str, Any],
    prior: Prior | None = None,
) -> dict[str, Any]:
    """The provenance of what one command made, JSON-ready.

    Arguments:
        command: Its name.
        settings: Under which it ran.
        inputs: The sha256 of each, by name.
        facts: What else is to be told.
        prior: The model that drew, if one did.
    """
    told: dict[str, Any] = {
        "assetforge": __version__,
        "command": command,
        "settings": dict(settings),
        "inputs": dict(inputs),
        **facts,
    }
    if prior is not None:
        card = prior.card
        count = card.get("sprites", 0) - card.get("held_out", 0)
        learnt = {"sources": card.get("sources", {}), "sprites": count, "base": card.get("base")}
        told["model"] = {"name": card["name"], "sha256": prior.sha256, "learnt_from": learnt}
    return told
