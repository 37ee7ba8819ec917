"""Two materials and the border between them: which tiles a set needs, what each looks like, and whether it wraps."""

from .facts import described
from .masks import LAYOUTS, Layout, Place
from .paint import EDGES, SIDES, tiles
from .seams import roughness, seam, wraps

__all__ = ["EDGES", "LAYOUTS", "SIDES", "Layout", "Place", "described", "roughness", "seam", "tiles", "wraps"]
