"""Watching files: hints that something changed, looks that tell what, and changes come to rest. Knows no build.

Events are hints: some are lost, some tell half, some file systems have none. The look is the truth.
"""

from .hints import Hints
from .watcher import Pace, Scene, Watcher

__all__ = ["Hints", "Pace", "Scene", "Watcher"]
