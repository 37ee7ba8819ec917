"""What people call a color: enough words to tell color ways apart."""

from __future__ import annotations

from collections.abc import Collection

from ..color import oklab_to_oklch
from .materials import Floats

__all__ = ["fresh", "word"]

# OKLCh hues in degrees up to which each word reaches.
WORDS = (
    (15, "rose"),
    (42, "red"),
    (75, "orange"),
    (92, "gold"),
    (116, "yellow"),
    (135, "lime"),
    (162, "green"),
    (200, "teal"),
    (232, "cyan"),
    (278, "blue"),
    (312, "violet"),
    (340, "magenta"),
    (360, "rose"),
)
GRAY = 0.035
BROWN = (25.0, 95.0)
BROWN_LIGHT, BROWN_CHROMA = 0.6, 0.11


def word(lab: Floats) -> str:
    """The name of a color, given in OKLab, shape (3,)."""
    light, chroma, hue = oklab_to_oklch(lab).tolist()
    if chroma < GRAY:
        return "black" if light < 0.35 else "white" if light > 0.9 else "gray"
    if BROWN[0] <= hue <= BROWN[1] and light < BROWN_LIGHT and chroma < BROWN_CHROMA:
        return "brown"
    return next(name for end, name in WORDS if hue <= end)


def fresh(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it if it is taken."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found
