"""What `init` knows: how to tell an engine by its files, and the recipes in `pipelines/`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import AssetforgeError, ConfigError, did_you_mean
from ..files import bundled, read_bytes

__all__ = ["ENGINES", "Engine", "detect", "folders", "recipe", "recipes"]

SMALL = 4 << 20
WEB_PACKAGES = ("phaser", "pixi.js", "vite", "kaplay", "excalibur")


@dataclass(frozen=True)
class Engine:
    """A kind of game project.

    Arguments:
        output: Where its projects keep what they load at run time.
        sign: Gives what tells that a folder holds such a project, or "".
    """

    output: str
    sign: Callable[[Path], str]


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


def _web(root: Path) -> str:
    try:
        package = json.loads(_text(root / "package.json") or "{}")
        names = {name for key in ("dependencies", "devDependencies") for name in package.get(key, {})}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""
    return next((f"{name} in package.json" for name in WEB_PACKAGES if name in names), "")


def _pygame(root: Path) -> str:
    for pattern in ("requirements*.txt", "pyproject.toml"):
        for path in sorted(root.glob(pattern)):
            if re.search(r"^\W*pygame\b", _text(path), re.MULTILINE | re.IGNORECASE):
                return f"pygame in {path.name}"
    return ""


# In the order in which they are looked for: maps of Tiled lie in projects of every engine.
ENGINES = {
    "godot": Engine("assets/forge", _file("project.godot")),
    "web": Engine("public/assets/forge", _web),
    "love": Engine("assets/forge", _file("main.lua", "conf.lua")),
    "pygame": Engine("assets/forge", _pygame),
    "tiled": Engine("tilesets/forge", _file("*.tiled-project", "*.tmx", "*/*.tmx")),
    "none": Engine("assets/forge", lambda root: ""),
}


def detect(root: Path) -> tuple[str, str]:
    """The engine whose project lies in `root`, and what tells it; ("none", "") if nothing does."""
    for name, engine in ENGINES.items():
        if sign := engine.sign(root):
            return name, sign
    return "none", ""


def recipes() -> dict[str, str]:
    """The name of each recipe, and what it is for."""
    found = {}
    for path in sorted(bundled("pipelines").glob("*.toml")):
        found[path.stem] = path.read_text().split("\n", 1)[0].partition(": ")[2]
    return found


def recipe(name: str, output: str) -> str:
    """The text of an assetforge.toml.

    Arguments:
        name: One of `recipes`.
        output: The folder for what is built.

    Raises:
        ConfigError: If there is no such recipe.
    """
    if name not in (known := recipes()):
        raise ConfigError(f'no pipeline "{name}"; {did_you_mean(name, known)}')
    text = (bundled("pipelines") / f"{name}.toml").read_text()
    return re.sub(r'^output = "[^"]*"( *)', lambda found: _line(f'output = "{output}"', found[0]), text, flags=re.M)


def _line(text: str, old: str) -> str:
    # Keeps the comment behind it where the others stand.
    return text.ljust(len(old)) if old.endswith(" ") else text


def folders(text: str) -> Iterator[str]:
    """The folders that the globs of a configuration look into, below the root."""
    config = tomllib.loads(text)
    source = PurePosixPath(config["project"]["source"])
    yield source.as_posix()
    for block in (*config.get("model", ()), *config.get("sheet", ())):
        for key in ("from", "like", "rows", "cols"):
            patterns = block.get(key, ())
            for pattern in [patterns] if isinstance(patterns, str) else patterns:
                if isinstance(pattern, str):
                    fixed = re.split(r"[*?\[{]", pattern)[0].rpartition("/")[0]
                    yield (source / fixed).as_posix()
