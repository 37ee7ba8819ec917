"""Resources of Godot 3: the text format 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .godot import HANDED_OVER, animations, margin, quoted, real, region, resources, shader
from .godot_tiles import tileset3

if TYPE_CHECKING:
    from ..sheet import Sheet

__all__ = ["Godot3"]


@dataclass(frozen=True)
class Godot3:
    """Gives ``NAME.tres``, SpriteFrames for an AnimatedSprite; ``NAME.swap.tres``, a material that shows a sprite in
    another palette; and the ``.import`` files of the pictures. Of a tileset also ``NAME.tileset.tres``, its TileSet.

    All frames of an animation are shown equally long in Godot 3; one that lasts longer comes several times.
    """

    handed_over: ClassVar[tuple[str, ...]] = HANDED_OVER

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        files = resources(sheet, _frames(sheet), _swap(sheet))
        if sheet.terrain:
            files[f"{sheet.name}.tileset.tres"] = tileset3(sheet, sheet.terrain).encode("utf-8", "backslashreplace")
        return files


def _frames(sheet: Sheet) -> str:
    lines = [
        f'[gd_resource type="SpriteFrames" load_steps={len(sheet.frames) + 2} format=2]',
        f'\n[ext_resource path={quoted(sheet.name + ".png")} type="Texture" id=1]\n',
    ]
    for number, frame in enumerate(sheet.frames, 1):
        lines += [f'[sub_resource type="AtlasTexture" id={number}]', "atlas = ExtResource( 1 )"]
        lines += [f"region = Rect2( {region(frame)} )"]
        if around := margin(frame):
            lines += [f"margin = Rect2( {around} )"]
        lines += [""]
    parts = []
    for animation in animations(sheet):
        step, frames = animation.even()
        shown = ", ".join(f"SubResource( {place + 1} )" for place in frames)
        parts += [
            f'{{\n"frames": [ {shown} ],\n"loop": {str(animation.loop).lower()},\n'
            f'"name": {quoted(animation.name)},\n"speed": {real(1000 / step)}\n}}'
        ]
    return "\n".join([*lines, "[resource]", f"animations = [ {', '.join(parts)} ]", ""])


def _swap(sheet: Sheet) -> str:
    columns, rows = len(sheet.atlas.palette) + 1, len(sheet.palettes)
    names = ", ".join(quoted(palette.name) for palette in sheet.palettes)
    return "\n".join(
        [
            '[gd_resource type="ShaderMaterial" load_steps=4 format=2]\n',
            f'[ext_resource path={quoted(sheet.name + ".index.png")} type="Texture" id=1]',
            f'[ext_resource path={quoted(sheet.name + ".palette.png")} type="Texture" id=2]\n',
            f'[sub_resource type="Shader" id=1]\ncode = {quoted(shader("palette_swap.shader"))}\n',
            "[resource]",
            "shader = SubResource( 1 )",
            "shader_param/indices = ExtResource( 1 )",
            "shader_param/palettes = ExtResource( 2 )",
            f"shader_param/strip = Vector2( {columns}, {rows} )",
            "shader_param/row = 0",
            f'__meta__ = {{\n"palettes": [ {names} ]\n}}\n',
        ]
    )
