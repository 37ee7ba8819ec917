"""TileSets of Godot 3 and Godot 4, whose terrains know which tile belongs between which neighbors.

Godot 3: https://docs.godotengine.org/en/3.2/tutorials/2d/using_tilemaps.html and ``scene/resources/tile_set.h`` there;
Godot 4: https://docs.godotengine.org/en/stable/classes/class_tileset.html and class_tiledata.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .godot import quoted, real

if TYPE_CHECKING:
    from ..sheet import Sheet, Terrain

__all__ = ["tileset3", "tileset4"]

BITS = (2, 4, 32, 256, 128, 64, 8, 1)
"""Godot 3's bits of the eight neighbors, N, NE, E, … clockwise; its center is 16."""
CENTER = 16
PEERS = (
    "top_side",
    "top_right_corner",
    "right_side",
    "bottom_right_corner",
    "bottom_side",
    "bottom_left_corner",
    "left_side",
    "top_left_corner",
)
"""Godot 4's names of the same."""


def tileset3(sheet: Sheet, terrain: Terrain) -> str:
    """A TileSet of the text format 2: tile 0 is an autotile, tile 1 the plain outer material where there is one.

    Its cells of tile 0 are the inner material. In a set of corners, a corner is inner where all three cells there are.
    """
    corners_only = None in terrain.centers
    width, height = sheet.atlas.size
    wide, high = sheet.frames[0].source
    flags, plain = [], None
    for frame, center, around in zip(sheet.frames, terrain.centers, terrain.around, strict=True):
        if 1 not in around and center != 1:
            plain = frame
        if center == 0:
            continue
        bits = sum(bit for bit, inner in zip(BITS, around, strict=True) if inner == 1)
        bits += 0 if corners_only else CENTER
        flags += [f"Vector2( {frame.x // wide}, {frame.y // high} ), {bits}"] if bits else []
    # Godot keeps no tile without any bit; where it finds none it takes the icon: in a set of corners, the plain one.
    full = next(frame for frame, around in zip(sheet.frames, terrain.around, strict=True) if 0 not in around)
    icon = plain if corners_only and plain else full
    lines = [
        '[gd_resource type="TileSet" load_steps=2 format=2]\n',
        f'[ext_resource path={quoted(sheet.name + ".png")} type="Texture" id=1]\n',
        "[resource]",
        *_tile3(0, terrain.name, f"0, 0, {width}, {height}", 1),
        # 0 is 2x2, told by corners; 1 is 3x3 minimal, where a corner counts if both of its sides do.
        f"0/autotile/bitmask_mode = {0 if corners_only else 1}",
        f"0/autotile/bitmask_flags = [ {', '.join(flags)} ]",
        f"0/autotile/icon_coordinate = Vector2( {icon.x // wide}, {icon.y // high} )",
        f"0/autotile/tile_size = Vector2( {wide}, {high} )",
        "0/autotile/spacing = 0",
        *(f"0/autotile/{kind}_map = [  ]" for kind in ("occluder", "navpoly", "priority", "z_index")),
        *_rest3(0),
    ]
    if plain:
        area = f"{plain.x}, {plain.y}, {wide}, {high}"
        lines += [*_tile3(1, f"{terrain.name} outer", area, 0), *_rest3(1)]
    return "\n".join([*lines, ""])


def _tile3(number: int, name: str, area: str, mode: int) -> list[str]:
    return [
        f"{number}/name = {quoted(name)}",
        f"{number}/texture = ExtResource( 1 )",
        f"{number}/tex_offset = Vector2( 0, 0 )",
        f"{number}/modulate = Color( 1, 1, 1, 1 )",
        f"{number}/region = Rect2( {area} )",
        f"{number}/tile_mode = {mode}",
    ]


def _rest3(number: int) -> list[str]:
    return [
        f"{number}/occluder_offset = Vector2( 0, 0 )",
        f"{number}/navigation_offset = Vector2( 0, 0 )",
        f"{number}/shape_offset = Vector2( 0, 0 )",
        f"{number}/shape_transform = Transform2D( 1, 0, 0, 1, 0, 0 )",
        f"{number}/shape_one_way = false",
        f"{number}/shape_one_way_margin = 0.0",
        f"{number}/shapes = [  ]",
        f"{number}/z_index = 0",
    ]


def tileset4(sheet: Sheet, terrain: Terrain) -> str:
    """A TileSet of the text format 3: one terrain set of two terrains, 0 the inner material and 1 the outer one.

    A corner that lies between unlike cells is of the outer one, whatever is beyond it. Of tiles that are told by their
    corners, those with two inner ones or more are for inner cells.
    """
    corners_only = None in terrain.centers
    wide, high = sheet.frames[0].source
    lines = [
        '[gd_resource type="TileSet" load_steps=3 format=3]\n',
        f'[ext_resource type="Texture2D" path={quoted(sheet.name + ".png")} id="1"]\n',
        '[sub_resource type="TileSetAtlasSource" id="atlas"]',
        'texture = ExtResource("1")',
        f"texture_region_size = Vector2i({wide}, {high})",
    ]
    for frame, center, around in zip(sheet.frames, terrain.centers, terrain.around, strict=True):
        tile = f"{frame.x // wide}:{frame.y // high}/0"
        inner = center if center is not None else int(sum(bit == 1 for bit in around) >= 2)
        lines += [f"{tile} = 0", f"{tile}/terrain_set = 0", f"{tile}/terrain = {1 - inner}"]
        lines += [
            f"{tile}/terrains_peering_bit/{peer} = {1 - bit}"
            for peer, bit in zip(PEERS, around, strict=True)
            if bit >= 0
        ]
    # 0 matches corners and sides, 1 corners alone.
    lines += ["\n[resource]", f"tile_size = Vector2i({wide}, {high})"]
    lines += [f"terrain_set_0/mode = {1 if corners_only else 0}"]
    for number, (side, color) in enumerate(zip(("inner", "outer"), terrain.colors, strict=True)):
        parts = ", ".join(real(round(int(color[at : at + 2], 16) / 255, 6)) for at in (1, 3, 5))
        lines += [f"terrain_set_0/terrain_{number}/name = {quoted(f'{terrain.name} {side}')}"]
        lines += [f"terrain_set_0/terrain_{number}/color = Color({parts}, 1.0)"]
    return "\n".join([*lines, 'sources/0 = SubResource("atlas")', ""])
