"""The sheet: sprites of one palette packed into one atlas, or into pages, and cut out of it again."""

from .former import boxes
from .layout import MOST_SIDE
from .nouns import Frame, Sheet, Tag, Terrain, cut
from .pages import grid, pack, pages

__all__ = ["MOST_SIDE", "Frame", "Sheet", "Tag", "Terrain", "boxes", "cut", "grid", "pack", "pages"]
