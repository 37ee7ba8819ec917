"""Where pixels stand: coordinates, and which visible pixels are near."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["BEFORE", "CANDIDATES", "candidates", "coordinates", "nearest", "sweeps"]

BEFORE = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0))
"""Row and column offsets of earlier neighbors that a pixel may copy."""
CANDIDATES = len(BEFORE) + 5


def coordinates(like: Tensor) -> Tensor:
    """Row and column from -1 to 1 and the distance to the nearest edge in pixels / 8, shape (B, 3, H, W)."""
    height, width = like.shape[-2:]
    y = torch.linspace(-1, 1, height, device=like.device) if height > 1 else torch.zeros(1, device=like.device)
    x = torch.linspace(-1, 1, width, device=like.device) if width > 1 else torch.zeros(1, device=like.device)
    rows = torch.minimum(torch.arange(height), torch.arange(height).flip(0)).to(like)
    columns = torch.minimum(torch.arange(width), torch.arange(width).flip(0)).to(like)
    edge = torch.minimum(rows[:, None], columns[None]) / 8
    grid = torch.stack([y[:, None].expand(-1, width), x[None].expand(height, -1), edge])
    return grid.to(like).expand(like.shape[0], -1, -1, -1)


def nearest(visible: Tensor) -> tuple[Tensor, Tensor]:
    """The place of the visible pixel nearest to each pixel and its distance in pixels, each (B, H * W).

    Euclidean, ties to the first in raster order; of a sprite that shows nothing, place 0 and distance 90.
    """
    batch, height, width = visible.shape
    rows = torch.arange(height, device=visible.device).repeat_interleave(width)
    columns = torch.arange(width, device=visible.device).repeat(height)
    # Whole numbers, so that ties are ties on every machine; a place to break them.
    squares = (rows[:, None] - rows[None]).square() + (columns[:, None] - columns[None]).square()
    size = height * width
    ranked = squares.int() * size + torch.arange(size, device=visible.device, dtype=torch.int32)
    far = 8192 * size
    found = torch.stack([ranked.masked_fill(~one, far).amin(1) for one in visible.reshape(batch, 1, size)])
    return (found % size).long(), found.div(size, rounding_mode="floor").float().sqrt()


def sweeps(shown: Tensor) -> list[Tensor]:
    """The nearest visible entry to the left, right, above and below each pixel, -1 for none.

    Arguments:
        shown: Indices, -1 where hidden, shape (B, H, W), int64.

    Returns:
        Four of shape (B, H, W).
    """
    found = []
    for dim in (2, 1):
        for backward in (False, True):
            line = shown.flip(dim) if backward else shown
            # The place of the last visible pixel before each one, by a running maximum.
            places = torch.arange(line.shape[dim], device=line.device)
            places = places[:, None].expand_as(line) if dim == 1 else places.expand_as(line)
            last = places.masked_fill(line < 0, -1).cummax(dim).values
            last = F.pad(last, (1, 0) if dim == 2 else (0, 0, 1, 0), value=-1).narrow(dim, 0, line.shape[dim])
            entry = line.gather(dim, last.clamp_min(0)).masked_fill(last < 0, -1)
            found.append(entry.flip(dim) if backward else entry)
    return found


def candidates(indices: Tensor, visible: Tensor) -> Tensor:
    """The pixels that each pixel may copy: neighbors before it, visible ones after it, its mirror image.

    Arguments:
        indices: Shape (B, H, W), int64, -1 where unknown.
        visible: True where the pixel is known beforehand, shape (B, H, W).

    Returns:
        Indices, -1 where there is none, shape (B, H, W, CANDIDATES): the neighbors of `BEFORE`, then of the
        visible pixels: the right and lower neighbor, the nearest to the right and below; and the one
        mirrored left to right, visible or before.
    """
    height, width = indices.shape[1:]
    padded = F.pad(indices, (2, 2, 2, 0), value=-1)
    found = [padded[:, 2 + dy : 2 + dy + height, 2 + dx : 2 + dx + width] for dy, dx in BEFORE]
    shown = indices.masked_fill(~visible, -1)
    found.append(F.pad(shown, (0, 1), value=-1)[:, :, 1:])
    found.append(F.pad(shown, (0, 0, 0, 1), value=-1)[:, 1:])
    _, right, _, below = sweeps(shown)
    columns = torch.arange(width, device=indices.device)
    mirrored = torch.where(columns > width - 1 - columns, indices.flip(2), shown.flip(2))
    found += [right, below, mirrored]
    return torch.stack(found, -1)
