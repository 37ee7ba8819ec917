"""Names for targets that cannot hold every name: safe, the same every time, and distinct where the true ones are."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["distinct"]


def distinct(names: Iterable[str], forbidden: str) -> list[str]:
    """The names with ``_`` for what a target cannot hold.

    A name that is fit already keeps itself; of others that come to be equal, or equal to such a one, the later ones
    are numbered.

    Arguments:
        names: In the order of the sheet; the same name gives the same name.
        forbidden: Letters that the target cannot hold; no target holds unprintable ones, or space at either end.
    """
    wanted = list(names)
    safe = {name: _safe(name, forbidden) for name in wanted}
    taken = {name for name, fit in safe.items() if name == fit}
    found: dict[str, str] = {}
    for name, fit in safe.items():
        number = 2
        chosen = fit
        while name != fit and chosen in taken:
            chosen = f"{fit}_{number}"
            number += 1
        taken.add(chosen)
        found[name] = chosen
    return [found[name] for name in wanted]


def _safe(name: str, forbidden: str) -> str:
    text = "".join("_" if c in forbidden or not c.isprintable() else c for c in name)
    return text if text and text == text.strip() else f"_{text.strip()}_"
