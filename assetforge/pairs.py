"""Pairs to learn a translation from: what is drawn on the left of each becomes what is on the right.

A pair is two files of one name in two folders; animations pair frame by frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from . import formats
from .corpus import Corpus, gather
from .errors import InputError, did_you_mean
from .files import digest, read_bytes
from .palette import MAX_COLORS
from .quantize import quantizer
from .sources import Source
from .sprite import Raster

__all__ = ["gather_pairs", "matched", "sides"]

NAMED = 3
"""So many faults are told of each kind; the others are counted."""


def sides(left: str, right: str) -> list[tuple[Source, Source]]:
    """The files of two folders, globs or files, paired by name."""
    lefts, rights = ([Source(path, name) for path, name in formats.find([text])] for text in (left, right))
    if len(lefts) == len(rights) == 1:
        return [(lefts[0], rights[0])]
    return matched(lefts, rights)


def matched(lefts: Sequence[Source], rights: Sequence[Source]) -> list[tuple[Source, Source]]:
    """The pairs of equal names, in the order of the left ones.

    Raises:
        InputError: If a file has no partner; names it, and what may have been meant.
    """
    ours, theirs = ({one.name: one for one in side} for side in (lefts, rights))
    faults = []
    for side, other, known in (("left", "right", (ours, theirs)), ("right", "left", (theirs, ours))):
        lonely = [name for name in known[0] if name not in known[1]]
        if lonely:
            told = ", ".join(f'"{known[0][name].path.name}"' for name in lonely[:NAMED])
            more = f" and {len(lonely) - NAMED} more" if len(lonely) > NAMED else ""
            free = [name for name in known[1] if name not in known[0]]
            near = did_you_mean(lonely[0], free) if free else ""
            mend = f" ({near.rstrip('?.')}?)" if near.startswith("did") else ""
            lack = "lacks" if len(lonely) == 1 else "lack"
            faults.append(f"{told}{more} on the {side} {lack} a partner of that name on the {other}{mend}")
    if faults:
        raise InputError(f"{'; '.join(faults)}; give both files of a pair one name.")
    return [(one, theirs[one.name]) for one in lefts]


def gather_pairs(pairs: Sequence[tuple[Source, Source]], *, hold_out: bool = True) -> Corpus:
    """The corpus of the right sides, with what each is to be drawn from; sources are named after their sides.

    Arguments:
        pairs: Files, left and right; see `matched`.
        hold_out: Keep some families of the right sides back to score on.

    Raises:
        InputError: If a file cannot be read, or the two of a pair differ in size or in the number of frames.
    """
    lefts: list[Raster] = []
    faults: list[str] = []
    for one, other in pairs:
        ours, theirs = formats.read(one.path, one.name), formats.read(other.path, other.name)
        sides = f"{one.path.as_posix()} and {other.path.as_posix()}"
        differ = [(a.size, b.size) for a, b in zip(ours, theirs, strict=False) if a.size != b.size]
        if len(ours) != len(theirs):
            faults.append(f"{sides} have {len(ours)} and {len(theirs)} frames")
        elif differ:
            (w, h), (wide, high) = differ[0]
            faults.append(f"{sides} are {w} x {h} and {wide} x {high}")
        lefts += ours
    if faults:
        told = "; ".join(faults[:NAMED]) + (f"; and {len(faults) - NAMED} more" if len(faults) > NAMED else "")
        raise InputError(f"{told}: the two of a pair must be of one size, frame by frame.")
    corpus = gather([other for _, other in pairs], hold_out=hold_out)
    sources = {f"left/{one.name}": digest(read_bytes(one.path)) for one, _ in pairs}
    sources |= {f"right/{name}": sha for name, sha in corpus.sources.items()}
    return replace(corpus, lefts=tuple(quantizer.quantize(lefts, MAX_COLORS, map="nearest")), sources=sources)
