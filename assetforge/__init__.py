"""assetforge: your sprites in, more sprites in your own style out, in the palette you choose.

``import assetforge as af`` costs nothing: a word of it is loaded when it is first asked for.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api.files import Sheet, open, pack, palette, palettes, save
    from .api.finding import Found, search
    from .api.model import Model, load
    from .api.project import build, report
    from .api.sprites import Grid, Palette, Sprite, Sprites
    from .api.study import evaluate, train
    from .api.ways import Ways, recolor
    from .errors import AssetforgeError, ConfigError, InputError, OutputError

__all__ = [
    "AssetforgeError",
    "ConfigError",
    "Found",
    "Grid",
    "InputError",
    "Model",
    "OutputError",
    "Palette",
    "Sheet",
    "Sprite",
    "Sprites",
    "Ways",
    "__version__",
    "build",
    "evaluate",
    "load",
    "open",
    "pack",
    "palette",
    "palettes",
    "recolor",
    "report",
    "save",
    "search",
    "train",
]

__version__ = "0.1.0"

_WORDS = {
    "api.files": ("Sheet", "open", "pack", "palette", "palettes", "save"),
    "api.finding": ("Found", "search"),
    "api.model": ("Model", "load"),
    "api.project": ("build", "report"),
    "api.sprites": ("Grid", "Palette", "Sprite", "Sprites"),
    "api.study": ("evaluate", "train"),
    "api.ways": ("Ways", "recolor"),
    "errors": ("AssetforgeError", "ConfigError", "InputError", "OutputError"),
}
"""The words of the library, by the file that each stands in."""

_PLACES = {word: place for place, words in _WORDS.items() for word in words}


class _Package(ModuleType):
    """The package, some of whose words are called like a room: `palette` is a function here, whatever has been imported
    from ``assetforge.palette``, which Python would put in its place."""

    def __getattr__(self, name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
        super().__setattr__(name, found)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
