"""Where the frames of a sheet stood, read from the JSON of its pages."""

from __future__ import annotations

import json
from collections.abc import Iterable

from .layout import MOST_SIDE
from .stable import Box

__all__ = ["boxes"]


def boxes(pages: Iterable[bytes], *, padding: int, extrude: int) -> list[dict[str, Box]]:
    """Corner and (width, height) of the frames by name on each page, as `pages` takes them.

    Nothing is taken from a sheet whose sprites stood at other distances: it is packed anew.

    Arguments:
        pages: The content of the JSON files, in the order of the pages; what is not of assetforge's has no frames.
        padding, extrude: The settings of the sheet to come.
    """
    return [_boxes(page, {"padding": padding, "extrude": extrude}) for page in pages]


def _boxes(page: bytes, distances: dict[str, int]) -> dict[str, Box]:
    try:
        facts = json.loads(page)
        settings = facts["meta"]["provenance"]["settings"]
        if facts["meta"]["app"] != "assetforge" or any(settings[key] != value for key, value in distances.items()):
            return {}
        found = {}
        for name, told in facts["frames"].items():
            x, y, width, height = (told["frame"][key] for key in "xywh")
            if all(isinstance(value, int) and 0 <= value <= MOST_SIDE for value in (x, y, width, height)):
                found[name] = (x, y), (width, height)
        return found
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
