"""What a project's builds read and write, as the watcher looks at it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import AssetforgeError, ConfigError
from ..files import inside
from ..formats import SUFFIXES, palettes
from ..globs import Stat, look, scan
from ..manifest import CACHE, LOCK
from ..pipeline import CONFIG, load
from ..toml import read

__all__ = ["ProjectScene"]

MODEL = ".safetensors"
READ = (*SUFFIXES, *palettes.FORMATS, MODEL)


class ProjectScene:
    """The scene of the project at `root`; what it holds is kept while the configuration is at fault."""

    def __init__(self, root: Path) -> None:
        # As events spell it: macOS tells of /private/var what was called /var.
        self.root = root.resolve()
        self.source: Path | None = None
        self.output: Path | None = None
        self.links: set[Path] = set()
        self.files: set[str] = {str(self.root / CONFIG)}
        self.read()

    def read(self) -> None:
        """Take up the configuration as it is now."""
        try:
            pipeline, document = load(self.root), read(self.root / CONFIG, CONFIG)
        except AssetforgeError:
            return
        if (project := pipeline.project) is not None:
            self.source = Path(os.path.normpath(self.root / project.source))
            self.output = Path(os.path.normpath(self.root / project.output))
            self.files = {str(self.root / CONFIG), *named(self.root, document.table)}

    def folders(self) -> dict[Path, bool]:
        """The source with all within, linked folders too; of others the folder alone."""
        found = {Path(file).parent: False for file in self.files}
        found |= {folder: True for folder in (self.source, *self.links) if folder is not None}
        return {folder: deep for folder, deep in found.items() if folder.is_dir()}

    def art(self) -> dict[str, object]:
        """Every file of the source folder that a build may read, as a plan sees it; temporary ones are none."""
        if self.source is None:
            return {}
        start = os.path.join(self.source, "")
        skip = [Path(os.path.realpath(folder)) for folder in (self.output, self.root / CACHE) if folder is not None]
        listing = scan(self.source, self.root, skip)
        self.links = linked(self.source, listing.files)
        return {start + native(name): stat for name, stat in listing.files.items() if name.lower().endswith(READ)}

    def named(self) -> dict[str, object]:
        """Configuration, palettes and models, there or not."""
        return {path: stat_of(path) for path in self.files}

    def own(self) -> dict[str, object]:
        """The output folder and the lock."""
        lock = str(self.root / LOCK)
        if self.output is None:
            return {lock: stat_of(lock)}
        start = os.path.join(self.output, "")
        files = scan(self.output, self.root).files
        return {start + native(name): stat for name, stat in files.items()} | {lock: stat_of(lock)}

    def heed(self, path: str) -> bool:
        """Whether a hint may be of something that is looked at: hidden files are nobody's art, outputs our own."""
        if path in self.files:
            return True
        homes = [home for home in (self.source, *self.links) if home is not None and below(path, home)]
        if not homes:
            return False
        if any(folder is not None and below(path, folder) for folder in (self.output, self.root / CACHE)):
            return False
        return not any(f"{os.sep}." in path.removeprefix(str(home)) for home in homes)

    def whole(self, path: str) -> bool:
        """Whether a file can be read to its end, as what its name says it is."""
        file = Path(path)
        try:
            if path == str(self.root / CONFIG):
                return load(self.root).project is not None
            return file.is_file() and readable(file)
        except AssetforgeError:
            return False
        except Exception:
            # A fault of ours is the build's to tell.
            return True


def readable(file: Path) -> bool:
    """Whether an image or a palette is sound; anything else is."""
    from ..formats import read as read_image

    image, colors = file.suffix.lower() in SUFFIXES, file.suffix.lower() in palettes.FORMATS
    if image:
        try:
            return bool(read_image(file))
        except AssetforgeError:
            if not colors:
                raise
    return bool(palettes.read(file)) if colors else True


def named(root: Path, table: Mapping[str, Any]) -> Iterator[str]:
    """The palette and model files that a configuration names; those of a block at fault too, which they may mend."""
    blocks = [block for key in ("project", "sheet", "model") for block in listed(table.get(key))]
    values = [block.get(key) for block in blocks for key in ("palette", "model", "base", "swaps")]
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    for value in flat:
        if isinstance(value, str) and Path(value).suffix.lower() in (*palettes.FORMATS, MODEL):
            with suppress(ConfigError, OSError, ValueError):
                inside(root, value)
                yield os.path.normpath(root / value)


def listed(value: Any) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def linked(source: Path, names: Iterable[str]) -> set[Path]:
    """The folders that links in the source lead to: events follow no links."""
    folders = {os.path.dirname(name) for name in names}
    every = {folder for each in folders for folder in (each, *map(str, Path(each).parents))} - {"", "."}
    return {Path(os.path.realpath(source / folder)) for folder in every if os.path.islink(source / folder)}


def below(path: str, folder: Path) -> bool:
    return path == str(folder) or path.startswith(os.path.join(folder, ""))


def native(name: str) -> str:
    return name if os.sep == "/" else name.replace("/", os.sep)


def stat_of(path: str) -> Stat | None:
    try:
        return look(os.stat(path))
    except OSError:
        return None
