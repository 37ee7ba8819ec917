"""What `init` knows of each engine: how its projects are told, what they load, and what of ours runs inside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import AssetforgeError
from ..files import bundled, read_bytes

__all__ = ["ENGINES", "Engine", "detect", "plugin"]

SMALL = 4 << 20
WEB_PACKAGES = ("phaser", "pixi.js", "vite", "kaplay", "excalibur")
WEB_PLUGIN = "vite-plugin-assetforge"


@dataclass(frozen=True)
class Engine:
    """A kind of game project. What depends on its version is a function of the project's folder.

    Arguments:
        output: Where its projects keep what they load at run time.
        sign: Gives what tells that a folder holds such a project, or "".
        exports: Gives the exports that it loads.
        plugin: Gives pairs of a file or folder below `plugins/` and where it goes in the project.
        by_hand: What is left to do for the user once the plugin is there; a sentence, or "".
    """

    output: str
    sign: Callable[[Path], str]
    exports: Callable[[Path], tuple[str, ...]] = lambda root: ("json",)
    plugin: Callable[[Path], tuple[tuple[str, str], ...]] = lambda root: ()
    by_hand: str = ""


def _file(*patterns: str) -> Callable[[Path], str]:
    def sign(root: Path) -> str:
        found = (path for pattern in patterns for path in sorted(root.glob(pattern)) if path.is_file())
        return next((path.relative_to(root).as_posix() for path in found), "")

    return sign


def _text(path: Path) -> str:
    try:
        return read_bytes(path, SMALL).decode("utf-8", "replace")
    except AssetforgeError:
        return ""


def _godot(root: Path) -> int:
    """3 or 4, as the project says: from Godot 4 on its files are of version 5."""
    said = re.search(r"^config_version\s*=\s*(\d+)", _text(root / "project.godot"), re.MULTILINE)
    return 3 if said and int(said[1]) < 5 else 4


def _packages(root: Path) -> set[str]:
    try:
        package = json.loads(_text(root / "package.json") or "{}")
        return {name for key in ("dependencies", "devDependencies") for name in package.get(key, {})}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return set()


def _web(root: Path) -> str:
    names = _packages(root)
    return next((f"{name} in package.json" for name in WEB_PACKAGES if name in names), "")


def _web_plugin(root: Path) -> tuple[tuple[str, str], ...]:
    # A project that depends on it has it already.
    return () if WEB_PLUGIN in _packages(root) else (("vite", f"tools/{WEB_PLUGIN}"),)


def _pygame(root: Path) -> str:
    for pattern in ("requirements*.txt", "pyproject.toml"):
        for path in sorted(root.glob(pattern)):
            if re.search(r"^\W*pygame\b", _text(path), re.MULTILINE | re.IGNORECASE):
                return f"pygame in {path.name}"
    return ""


# In the order in which they are looked for: maps of Tiled lie in projects of every engine.
ENGINES = {
    "godot": Engine(
        "assets/forge",
        _file("project.godot"),
        exports=lambda root: (f"godot{_godot(root)}",),
        plugin=lambda root: ((f"godot/{_godot(root)}", "addons/assetforge"),),
        by_hand="enable the addon in Godot, under Project > Project Settings > Plugins.",
    ),
    "web": Engine(
        "public/assets/forge",
        _web,
        lambda root: ("json", "phaser") if "phaser" in _packages(root) else ("json",),
        _web_plugin,
        f"npm install --save-dev ./tools/{WEB_PLUGIN}, and add it to the plugins of vite.config.js; see docs/web.md.",
    ),
    "love": Engine(
        "assets/forge",
        _file("main.lua", "conf.lua"),
        lambda root: ("love",),
        lambda root: (("love/assetforge.lua", "assetforge.lua"),),
    ),
    "pygame": Engine("assets/forge", _pygame),
    "tiled": Engine("tilesets/forge", _file("*.tiled-project", "*.tmx", "*/*.tmx"), lambda root: ("tiled",)),
    "none": Engine("assets/forge", lambda root: ""),
}


def detect(root: Path) -> tuple[str, str]:
    """The engine whose project lies in `root`, and what tells it; ("none", "") if nothing does."""
    for name, engine in ENGINES.items():
        if sign := engine.sign(root):
            return name, sign
    return "none", ""


def plugin(engine: Engine, root: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    """Each file of what runs inside the engine, and where it goes below `root`."""
    for source, target in engine.plugin(root):
        start = bundled("plugins") / source
        files = sorted(start.rglob("*")) if start.is_dir() else [start]
        for path in files:
            inner = path.relative_to(start)
            hidden = any(part.startswith((".", "__pycache__")) for part in inner.parts)
            if path.is_file() and not hidden:
                yield path, PurePosixPath(target) / inner.as_posix()
