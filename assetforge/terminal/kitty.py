"""The graphics protocol of kitty, which Ghostty, WezTerm and Konsole draw, too:
https://sw.kovidgoyal.net/kitty/graphics-protocol/
"""

from __future__ import annotations

from base64 import standard_b64encode

import numpy as np
from numpy.typing import NDArray

from ..formats import png

__all__ = ["kitty"]

CHUNK = 4096  # bytes of base64 that one sequence may carry


def kitty(rgba: NDArray[np.uint8], zoom: int) -> str:
    """The escape sequences that draw a picture, each pixel a square; enlarged here, since terminals blur.

    Arguments:
        rgba: Shape (H, W, 4), uint8.
        zoom: Side of the square.
    """
    data = standard_b64encode(png.write_rgba(rgba.repeat(zoom, 0).repeat(zoom, 1))).decode()
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    # a=T: show at once; f=100: PNG; q=2: answer nothing; m=1: more is to come.
    return "".join(
        f"\x1b_G{'a=T,f=100,q=2,' if not number else ''}m={int(number + 1 < len(chunks))};{chunk}\x1b\\"
        for number, chunk in enumerate(chunks)
    )
