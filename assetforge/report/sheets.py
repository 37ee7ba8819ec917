"""What the page tells of one sheet: its frames as indices, its palette and every bundled one, what it was made from."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..ancestry import Ancestry
from ..contact import cut
from ..errors import AssetforgeError, ConfigError, InputError
from ..evaluate.craft import FIGURES, craft, entries
from ..evaluate.learning import beside_held_out
from ..files import digest, read_bytes
from ..formats import palettes, png
from ..palette import Palette
from ..quantize.swaps import swaps
from ..resemblance import nearest
from ..sprite import Sprite
from .land import laid
from .pictures import picture
from .terms import altered, terms
from .training import Trained

__all__ = ["Artist", "Kept", "anew", "told"]

Pixels = NDArray[np.uint8]
PAIRS = 2000
COPIES = ("quantize", "complete", "recolor", "tileset", "pack")
"""Kinds whose sprites are made of those that they were made from."""
NEW = ("generate", "mix", "blend", "tileset")
"""Kinds whose sprites are no one file's."""
LOOKED_AT = 500
"""Learnt sprites, evenly taken, whose craft is a pack's: more would change no percentile to speak of."""
SLACK = 1 << 20
"""Pixels that trimming may have taken from a sprite, beyond what its sheet holds."""


class Artist(Trained, Protocol):
    """What drew a sheet, and knows what it has learnt from: a Prior."""

    def bar(self, shape: tuple[int, int]) -> float: ...


Kept = Callable[[str, Callable[[], Any]], Any]
"""Gives what is made under a key: anew, or as it was kept."""


def anew(key: str, make: Callable[[], Any]) -> Any:
    """Nothing is kept."""
    return make()


@dataclass(frozen=True)
class Built:
    """A sheet as it stands in the output folder.

    Arguments:
        meta: What its JSON says of it.
        frames: What that says of each frame, by name.
        sprites: The frames, whole.
        indices: The atlas, shape (H, W), uint8.
        sha256: Of the JSON and the picture together.
    """

    meta: dict[str, Any]
    frames: dict[str, Any]
    sprites: list[Sprite]
    indices: NDArray[np.uint8]
    sha256: str

    @classmethod
    def read(cls, path: Path) -> Built:
        """The sheet whose JSON lies at `path`, with its pictures beside it.

        Raises:
            InputError: If it is none of ours, or they do not fit together.
        """
        try:
            text, data = read_bytes(path), read_bytes(path.with_suffix(".png"))
            facts = json.loads(text)
            meta, frames = facts["meta"], facts["frames"]
            atlas = png.read_sprite(data)
            if atlas is None or list(atlas.palette.hex) != meta["palette"]["colors"]:
                raise ValueError("another palette than its picture's")
            palette = Palette(atlas.palette.colors, meta["palette"]["name"])
            sprites = [Sprite(_whole(atlas.indices, frame), palette, name) for name, frame in frames.items()]
            inputs, settings = meta["provenance"]["inputs"], meta["provenance"]["settings"]
            if not (sprites and isinstance(inputs, dict) and isinstance(settings, dict)):
                raise ValueError("no frames, or no provenance")
            return cls(meta, frames, sprites, atlas.indices, digest(text + data))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise InputError(f"is no sheet of assetforge: {error!r}; build it again.", str(path)) from error
        except AssetforgeError as error:
            raise error.within(path) from error

    @property
    def provenance(self) -> dict[str, Any]:
        """Where it came from."""
        facts: dict[str, Any] = self.meta["provenance"]
        return facts


def told(root: Path, path: Path, artist: Callable[[], Artist] | None = None, kept: Kept = anew) -> dict[str, Any]:
    """Everything that the page shows of a sheet, as JSON values.

    Arguments:
        root: The project, for the art that the sheet was made from.
        path: The sheet's JSON.
        artist: Loads the model that drew it, if it stands where the project says.
        kept: Where what takes time is looked up first.

    Raises:
        InputError: If the sheet cannot be read.
    """
    built = Built.read(path)
    facts = built.provenance
    kind, settings = facts.get("kind", ""), facts["settings"]
    ancestry = Ancestry(root, facts["inputs"])
    page = {
        "name": path.stem,
        "kind": kind,
        "palette": {"name": built.meta["palette"]["name"], "colors": built.meta["palette"]["colors"]},
        "rows": [[row["name"], *row["colors"]] for row in built.meta.get("palettes", [])[1:]],
        "others": kept(f"others {built.sha256}", lambda: dict(_others(built.sprites, settings.get("map", "faithful")))),
        "size": [built.indices.shape[1], built.indices.shape[0]],
        "indices": b64encode(zlib.compress(built.indices.tobytes(), 9)).decode(),
        "frames": [_frame(name, frame) for name, frame in built.frames.items()],
        "tags": [[tag["name"], tag["from"], tag["to"], tag["direction"]] for tag in built.meta["frameTags"]],
        "settings": {key: value for key, value in settings.items() if value not in ("", None, [])},
        "inputs": sorted(facts["inputs"]),
        "altered": altered(root, facts["inputs"]),
        "terms": terms(root, facts["inputs"]),
    }
    if kind not in NEW:
        before = {sprite.name: _before(ancestry.frame(sprite.name), sprite) for sprite in built.sprites}
        page["before"] = {name: found for name, found in before.items() if found}
    if isinstance(settings.get("rows"), list) and isinstance(settings.get("cols"), list):
        page["heads"] = {axis: [_head(ancestry, entry) for entry in settings[axis]] for axis in ("rows", "cols")}
    if kind not in COPIES and artist is not None:
        page |= kept(f"honesty {built.sha256}", lambda: _honesty(built, artist()))
    if "terrain" in built.meta:
        page["land"] = _land(built.meta["terrain"])
    if "dropped" in facts:
        page["dropped"] = {"candidates": facts.get("candidates", 0), "reasons": facts["dropped"]}
    if "model" in facts:
        card = facts["model"].get("card", {})
        page["model"] = {"name": facts["model"].get("name", ""), "sha256": facts["model"].get("sha256", "")}
        page["model"]["sources"] = sorted(card.get("sources", {}))
    return page


def _land(terrain: Mapping[str, Any]) -> list[list[str]]:
    """No land at all from tiles of a set that is not ours."""
    try:
        return laid(terrain)
    except (KeyError, TypeError):
        return []


def _others(sprites: Sequence[Sprite], mapping: str) -> Iterator[tuple[str, list[str]]]:
    """Every bundled palette that the sheet could be built in, and what its colors become there."""
    targets = {name: palettes.load(name) for name in palettes.names()}
    try:
        # At once, so that the sprites are counted once.
        found = swaps(sprites, list(targets.values()), mapping)
        yield from ((name, list(each.hex)) for name, each in zip(targets, found, strict=True))
    except ConfigError:
        # Of a mapping for which some have not the right number of colors, the others.
        for name, target in targets.items():
            with suppress(ConfigError):
                yield name, list(swaps(sprites, [target], mapping)[0].hex)


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
    return None if same.all() else picture(rgba)


def _head(ancestry: Ancestry, entry: str | int) -> dict[str, Any]:
    if isinstance(entry, int):
        return {"text": f"seed {entry}"}
    rgba = ancestry.frame(entry)
    return {"text": entry, "picture": None if rgba is None else picture(rgba)}


def _honesty(built: Built, artist: Artist) -> dict[str, Any]:
    return {"nearest": _nearest(built, artist), "craft": _craft(built.sprites, artist)}


def _nearest(built: Built, artist: Artist) -> list[dict[str, Any]]:
    """For each sprite the learnt one that it comes nearest to; those that count as copies first, then the nearest.

    ``nearer`` of the ``beside`` held-out sprites of its size come as near to a learnt one.
    """
    found = []
    palette = built.sprites[0].palette
    lab, own = entries(palette), entries(artist.corpus_palette)
    for shape in sorted({(sprite.size[1], sprite.size[0]) for sprite in built.sprites}):
        known, _ = artist.known(shape, palette)
        some = [sprite for sprite in built.sprites if sprite.indices.shape == shape]
        if not len(known):
            continue
        beside = beside_held_out(artist, artist.record.held_out, shape)
        shares, which = nearest(np.stack([sprite.indices for sprite in some]), lab, known, own, most=PAIRS)
        for sprite, share, place in zip(some, shares.tolist(), which.tolist(), strict=True):
            found.append(
                {
                    "frame": sprite.name,
                    "share": round(share, 3),
                    "bar": round(artist.bar(shape), 3),
                    "nearer": int(np.searchsorted(beside, share, "right")),
                    "beside": len(beside),
                    "picture": picture(Sprite(known[place], artist.corpus_palette).rgba()),
                }
            )
    return sorted(found, key=lambda each: (each["share"] >= each["bar"], each["share"]))


def _craft(sprites: Sequence[Sprite], artist: Artist) -> list[list[Any]]:
    """Each craft figure: the median of the sheet, and the 5th, 50th and 95th percentile of what was learnt from."""
    shapes = sorted({(sprite.size[1], sprite.size[0]) for sprite in sprites})
    known = [picture for shape in shapes for picture in artist.known(shape, sprites[0].palette)[1]]
    if not known:
        return []
    known = known[:: 1 + len(known) // LOOKED_AT]
    lab = entries(sprites[0].palette)
    ours, theirs = craft([sprite.indices for sprite in sprites], lab), craft(known, lab)
    low, middle, high = np.percentile(theirs, [5, 50, 95], axis=0)
    columns = zip(FIGURES, np.median(ours, axis=0), low, middle, high, strict=True)
    return [[name, *(round(float(value), 3) for value in values)] for name, *values in columns]
