"""Pictures within the page, as data URLs."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

import numpy as np
from numpy.typing import NDArray

__all__ = ["picture"]


def picture(rgba: NDArray[np.uint8]) -> str:
    """A PNG of RGBA (H, W, 4) as a data URL (https://www.w3.org/TR/png-3/).

    A page of thousands is written in a second with zlib, which need not give the same bytes everywhere: no build
    depends on them.
    """
    height, width = rgba.shape[:2]
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rgba.reshape(height, -1)], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return "data:image/png;base64," + b64encode(data).decode()
