"""What the resources of Godot 3 and Godot 4 share: their text, their animations, how textures are to be imported.

A resource is text of sections and assignments
(https://docs.godotengine.org/en/stable/contributing/development/file_formats/tscn.html). A SpriteFrames resource holds
an animation for each tag; one of a single frame under the name of each frame, so that stills are found by their names,
too; and ``default``, all frames in the order of the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, gcd
from typing import TYPE_CHECKING

from ..files import bundled, read_bytes
from .json import one_round

if TYPE_CHECKING:
    from ..sheet import Frame, Sheet

__all__ = ["HANDED_OVER", "Animation", "animations", "margin", "quoted", "real", "region", "resources", "shader"]

PICTURES = (".png", ".index.png", ".palette.png")

HANDED_OVER = (".import",)
"""Godot adds to these files where it keeps the imported texture, and the user may set them otherwise."""

MOST_TICKS = 1000
"""An animation of more equal steps than this is timed roughly."""

# Neither asks for what the other does not know: one file serves both. All that could change a pixel is off: filters,
# mipmaps, colors bled into transparent pixels, compression of textures that are found in 3D. `compress/mode` 0 is
# lossless in both. What is left out takes its default.
IMPORT = """[remap]

importer="texture"

[params]

compress/mode=0
compress/normal_map=2
detect_3d=false
detect_3d/compress_to=0
flags/anisotropic=false
flags/filter=false
flags/mipmaps=false
flags/repeat=0
flags/srgb=0
mipmaps/generate=false
process/HDR_as_SRGB=false
process/fix_alpha_border=false
process/hdr_as_srgb=false
process/invert_color=false
process/normal_map_invert_y=false
process/premult_alpha=false
process/size_limit=0
roughness/mode=1
size_limit=0
stream=false
"""


@dataclass(frozen=True)
class Animation:
    """One entry of a SpriteFrames resource.

    Arguments:
        name: A tag, a frame or ``default``.
        frames: Places in the sheet, in the order shown.
        durations: Milliseconds of each.
        loop: Whether it starts again.
        counted: Whether its frames are found by their places, so that none may come twice.
    """

    name: str
    frames: tuple[int, ...]
    durations: tuple[int, ...]
    loop: bool = True
    counted: bool = False

    def even(self) -> tuple[int, list[int]]:
        """The same at one speed, for an engine that shows all frames equally long: a longer one comes several times.

        Returns:
            The milliseconds of a step, and the frame at each.
        """
        if self.counted:
            return self.durations[0], [*self.frames]
        whole = sum(self.durations)
        step = gcd(*self.durations)
        if whole > step * MOST_TICKS:
            step = ceil(whole / MOST_TICKS)
        times = (max(1, round(duration / step)) for duration in self.durations)
        return step, [frame for frame, many in zip(self.frames, times, strict=True) for _ in range(many)]


def animations(sheet: Sheet) -> list[Animation]:
    """Every animation, in the order of the sheet: ``default``, the tags, the frames.

    A tag keeps its name where a frame has the same; that frame is found in the tag or by its place in ``default``.
    Tags that share a name are one animation, as in NAME.json.
    """
    lengths = [max(1, frame.duration) for frame in sheet.frames]
    found: dict[str, Animation] = {}
    for tag in sheet.tags:
        frames = one_round(tag)
        rounds = tag.repeat if 0 < tag.repeat * len(frames) <= MOST_TICKS else 1
        before = found.get(tag.name, Animation(tag.name, (), ()))
        frames = [*before.frames, *frames * rounds]
        found[tag.name] = Animation(tag.name, tuple(frames), tuple(lengths[place] for place in frames), not tag.repeat)
    for place, frame in enumerate(sheet.frames):
        found.setdefault(frame.name, Animation(frame.name, (place,), (lengths[place],)))
    everything = Animation("default", tuple(range(len(lengths))), tuple(lengths), counted=True)
    return [*([everything] if "default" not in found else []), *found.values()]


def region(frame: Frame) -> str:
    """Where a frame lies in its picture, as Godot writes it."""
    return f"{frame.x}, {frame.y}, {frame.width}, {frame.height}"


def margin(frame: Frame) -> str:
    """What trimming took: left and top, and how much wider and higher the sprite was; nothing if it took nothing."""
    wider, higher = frame.source[0] - frame.width, frame.source[1] - frame.height
    return f"{frame.left}, {frame.top}, {wider}, {higher}" if frame.trimmed else ""


def resources(sheet: Sheet, frames: str, swap: str) -> dict[str, bytes]:
    """The files of a sheet: its two resources, and the sidecar of each picture, by which Godot imports it as it is.

    Arguments:
        frames, swap: The text of the SpriteFrames, and of the material that shows a sprite in another palette.
    """
    files = {f"{sheet.name}.tres": frames, f"{sheet.name}.swap.tres": swap}
    told = {path: text.encode("utf-8", "backslashreplace") for path, text in files.items()}
    return told | {f"{sheet.name}{ending}.import": IMPORT.encode() for ending in PICTURES}


def shader(name: str) -> str:
    """The text of one of our shaders."""
    return read_bytes(bundled("plugins") / "godot" / name).decode()


def quoted(text: str) -> str:
    """`text` as a string of Godot's."""
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(named.get(c, c if c >= " " else f"\\u{ord(c):04x}") for c in text) + '"'


def real(value: float) -> str:
    """A number that Godot reads as no integer."""
    text = f"{value:.10g}"
    return text if "." in text or "e" in text else f"{text}.0"
