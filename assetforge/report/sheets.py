"""What the page tells of one sheet: its frames as indices, its palette and every bundled one, what it was made from."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..contact import cut
from ..errors import AssetforgeError, ConfigError, InputError
from ..evaluate.craft import FIGURES, craft, entries
from ..files import read_bytes
from ..formats import palettes, png
from ..palette import Palette
from ..quantize.swaps import swaps
from ..resemblance import nearest
from ..sprite import Sprite
from .before import Sources, altered, terms

__all__ = ["Artist", "told"]

Pixels = NDArray[np.uint8]
PAIRS = 2000
SLACK = 1 << 20
"""Pixels that trimming may have taken from a sprite, beyond what its sheet holds."""


class Artist(Protocol):
    """What drew a sheet, and knows what it has learnt from: a Prior."""

    @property
    def corpus_palette(self) -> Palette: ...
    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...
    def bar(self, shape: tuple[int, int]) -> float: ...


@dataclass(frozen=True)
class Built:
    """A sheet as it stands in the output folder.

    Arguments:
        meta: What its JSON says of it.
        frames: What that says of each frame, by name.
        sprites: The frames, whole.
        indices: The atlas, shape (H, W), uint8.
    """

    meta: dict[str, Any]
    frames: dict[str, Any]
    sprites: list[Sprite]
    indices: NDArray[np.uint8]

    @classmethod
    def read(cls, path: Path) -> Built:
        """The sheet whose JSON lies at `path`, with its pictures beside it.

        Raises:
            InputError: If it is none of ours, or they do not fit together.
        """
        try:
            facts = json.loads(read_bytes(path))
            meta, frames = facts["meta"], facts["frames"]
            atlas = png.read_sprite(read_bytes(path.with_suffix(".png")))
            if atlas is None or list(atlas.palette.hex) != meta["palette"]["colors"]:
                raise ValueError("another palette than its picture's")
            palette = Palette(atlas.palette.colors, meta["palette"]["name"])
            sprites = [Sprite(_whole(atlas.indices, frame), palette, name) for name, frame in frames.items()]
            inputs, settings = meta["provenance"]["inputs"], meta["provenance"]["settings"]
            if not (sprites and isinstance(inputs, dict) and isinstance(settings, dict)):
                raise ValueError("no frames, or no provenance")
            return cls(meta, frames, sprites, atlas.indices)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise InputError(f"is no sheet of assetforge: {error!r}; build it again.", str(path)) from error
        except AssetforgeError as error:
            raise error.within(path) from error

    @property
    def provenance(self) -> dict[str, Any]:
        """Where it came from."""
        facts: dict[str, Any] = self.meta["provenance"]
        return facts


def told(root: Path, path: Path, artist: Artist | None) -> dict[str, Any]:
    """Everything that the page shows of a sheet, as JSON values.

    Arguments:
        root: The project, for the art that the sheet was made from.
        path: The sheet's JSON.
        artist: The model that drew it, if it stands where the project says.

    Raises:
        InputError: If the sheet cannot be read.
    """
    built = Built.read(path)
    facts = built.provenance
    sources = Sources(root, facts["inputs"])
    mapping = facts["settings"].get("map", "faithful")
    page = {
        "name": path.stem,
        "kind": facts.get("kind", ""),
        "palette": {"name": built.meta["palette"]["name"], "colors": built.meta["palette"]["colors"]},
        "others": dict(_others(built.sprites, mapping)),
        "size": [built.indices.shape[1], built.indices.shape[0]],
        "indices": b64encode(zlib.compress(built.indices.tobytes(), 9)).decode(),
        "frames": [_frame(name, frame) for name, frame in built.frames.items()],
        "tags": [[tag["name"], tag["from"], tag["to"], tag["direction"]] for tag in built.meta["frameTags"]],
        "settings": {key: value for key, value in facts["settings"].items() if value not in ("", None, [])},
        "inputs": sorted(facts["inputs"]),
        "altered": altered(root, facts["inputs"]),
        "terms": terms(root, facts["inputs"]),
    }
    if facts.get("kind") in ("quantize", "complete"):
        page["before"] = {sprite.name: _before(sources.frame(sprite.name), sprite) for sprite in built.sprites}
    if facts.get("kind") == "mix":
        page["heads"] = {
            axis: [_head(sources, entry) for entry in facts["settings"][axis]] for axis in ("rows", "cols")
        }
    if facts.get("kind") in ("generate", "mix") and artist is not None:
        page["nearest"] = _nearest(built, artist)
        page["craft"] = _craft(built.sprites, artist)
    if "dropped" in facts:
        page["dropped"] = {"candidates": facts.get("candidates", 0), "reasons": facts["dropped"]}
    if "model" in facts:
        card = facts["model"].get("card", {})
        page["model"] = {"name": facts["model"].get("name", ""), "sha256": facts["model"].get("sha256", "")}
        page["model"]["sources"] = sorted(card.get("sources", {}))
    return page


def _others(sprites: Sequence[Sprite], mapping: str) -> Iterator[tuple[str, list[str]]]:
    """Every bundled palette that the sheet could be built in, and what its colors become there."""
    for name in palettes.names():
        with suppress(ConfigError):
            yield name, list(swaps(sprites, [palettes.load(name)], mapping)[0].hex)


def _whole(indices: NDArray[np.uint8], frame: Mapping[str, Any]) -> NDArray[np.uint8]:
    full = frame["sourceSize"]
    if full["w"] * full["h"] > indices.size + SLACK:
        raise ValueError("a frame larger than its sheet")
    return cut(indices, frame)


def _frame(name: str, frame: Mapping[str, Any]) -> list[Any]:
    box, inner, full = frame["frame"], frame["spriteSourceSize"], frame["sourceSize"]
    place = [*(box[key] for key in "xywh"), inner["x"], inner["y"], full["w"], full["h"]]
    return [name, *place, frame["duration"]]


def _before(rgba: Pixels | None, sprite: Sprite) -> str | None:
    """The picture that became a sprite; None if it is gone, has another size, or looks just like the sprite."""
    if rgba is None or rgba.shape[:2] != sprite.indices.shape:
        return None
    drawn = sprite.rgba()
    same = (rgba == drawn).all(-1) | ((rgba[..., 3] | drawn[..., 3]) == 0)
    return None if same.all() else _picture(rgba)


def _picture(rgba: Pixels | None) -> str | None:
    """A PNG as a data URL."""
    return None if rgba is None else "data:image/png;base64," + b64encode(png.write_rgba(rgba)).decode()


def _head(sources: Sources, entry: str | int) -> dict[str, Any]:
    if isinstance(entry, int):
        return {"text": f"seed {entry}"}
    return {"text": entry, "picture": _picture(sources.frame(entry.rpartition(".")[0]))}


def _nearest(built: Built, artist: Artist) -> list[dict[str, Any]]:
    """For each sprite the learnt one that it comes nearest to, the nearest pair first."""
    found = []
    palette = built.sprites[0].palette
    lab, own = entries(palette), entries(artist.corpus_palette)
    for shape in sorted({(sprite.size[1], sprite.size[0]) for sprite in built.sprites}):
        known, _ = artist.known(shape, palette)
        some = [sprite for sprite in built.sprites if sprite.indices.shape == shape]
        if not len(known):
            continue
        shares, which = nearest(np.stack([sprite.indices for sprite in some]), lab, known, own, most=PAIRS)
        for sprite, share, place in zip(some, shares.tolist(), which.tolist(), strict=True):
            picture = Sprite(known[place], artist.corpus_palette).rgba()
            found.append(
                {
                    "frame": sprite.name,
                    "share": round(share, 3),
                    "bar": round(artist.bar(shape), 3),
                    "picture": _picture(picture),
                }
            )
    return sorted(found, key=lambda each: each["share"])


def _craft(sprites: Sequence[Sprite], artist: Artist) -> list[list[Any]]:
    """Each craft figure: the median of the sheet, and the 5th, 50th and 95th percentile of what was learnt from."""
    shapes = sorted({(sprite.size[1], sprite.size[0]) for sprite in sprites})
    known = [picture for shape in shapes for picture in artist.known(shape, sprites[0].palette)[1]]
    if not known:
        return []
    lab = entries(sprites[0].palette)
    ours, theirs = craft([sprite.indices for sprite in sprites], lab), craft(known, lab)
    low, middle, high = np.percentile(theirs, [5, 50, 95], axis=0)
    columns = zip(FIGURES, np.median(ours, axis=0), low, middle, high, strict=True)
    return [[name, *(round(float(value), 3) for value in values)] for name, *values in columns]
