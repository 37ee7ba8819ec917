"""The recipes in `pipelines/`, and what becomes of one in a project."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ..errors import ConfigError, did_you_mean
from ..files import bundled

__all__ = ["folders", "recipe", "recipes"]


def recipes() -> dict[str, str]:
    """The name of each recipe, and what it is for."""
    found = {}
    for path in sorted(bundled("pipelines").glob("*.toml")):
        found[path.stem] = path.read_text().split("\n", 1)[0].partition(": ")[2]
    return found


def recipe(name: str, output: str, exports: Sequence[str]) -> str:
    """The text of an assetforge.toml.

    Arguments:
        name: One of `recipes`.
        output: The folder for what is built.
        exports: What every sheet is exported as.

    Raises:
        ConfigError: If there is no such recipe.
    """
    if name not in (known := recipes()):
        raise ConfigError(f'no pipeline "{name}"; {did_you_mean(name, known)}')
    text = (bundled("pipelines") / f"{name}.toml").read_text()
    text = _set(text, "output", json.dumps(output))
    return _set(text, "exports", json.dumps(list(exports)))


def _set(text: str, key: str, value: str) -> str:
    """The text with another value on each line of `key`; the comment behind it stays where the others stand."""

    def line(found: re.Match[str]) -> str:
        new = f"{key} = {value}"
        return new.ljust(len(found[0])) if found[0].endswith(" ") else new

    return re.sub(rf"^{key} = .*?(?= *#|$) *", line, text, flags=re.M)


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
