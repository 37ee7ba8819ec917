"""The palette: opaque colors in an order that means something, free of numpy."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import ConfigError, InputError

__all__ = ["MAX_COLORS", "MIN_COLORS", "RGB", "Palette", "auto_size"]

RGB = tuple[int, int, int]

MIN_COLORS, MAX_COLORS = 2, 255


@dataclass(frozen=True)
class Palette:
    """2 to 255 opaque colors. Index 0 of a sprite is transparent, index k is `colors[k - 1]`.

    Two palettes are equal if their colors are, in order; the name is only a label.

    Arguments:
        colors: sRGB triples of 0 to 255, in index order. Doubles are kept: they hold places.
        name: What messages and provenance call it.

    Raises:
        InputError: If there are fewer than 2 or more than 255 colors, or one is no RGB triple.
    """

    colors: tuple[RGB, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if not MIN_COLORS <= len(self.colors) <= MAX_COLORS:
            raise InputError(
                f"a palette holds {MIN_COLORS} to {MAX_COLORS} colors, this one holds {len(self.colors)}.",
                *filter(None, (self.name,)),
            )
        for color in self.colors:
            if len(color) != 3 or not all(isinstance(c, int) and 0 <= c <= 255 for c in color):
                fault = f"{color!r} is no RGB color of three values from 0 to 255."
                raise InputError(fault, *filter(None, (self.name,)))

    def __len__(self) -> int:
        return len(self.colors)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Palette) and self.colors == other.colors

    def __hash__(self) -> int:
        return hash(self.colors)

    @property
    def hex(self) -> tuple[str, ...]:
        """The colors as ``#rrggbb``, in index order from 1."""
        return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in self.colors)

    @property
    def doubles(self) -> tuple[tuple[int, int], ...]:
        """Pairs (later, first) of places, counted from 1, that hold the same color."""
        first: dict[RGB, int] = {}
        found = []
        for place, color in enumerate(self.colors, 1):
            if first.setdefault(color, place) != place:
                found.append((place, first[color]))
        return tuple(found)


def auto_size(spec: str) -> int | None:
    """The K of ``auto:K``, or None if `spec` names a palette instead.

    Raises:
        ConfigError: If K is no number from 2 to 255.
    """
    if not spec.startswith("auto:"):
        return None
    digits = spec.removeprefix("auto:")
    if not digits.isdecimal() or not MIN_COLORS <= int(digits) <= MAX_COLORS:
        raise ConfigError(f'"{spec}": give auto:K with K from {MIN_COLORS} to {MAX_COLORS}.')
    return int(digits)
