"""The Lua that LÖVE is given: strings that hold any name, keys that are identifiers or quoted."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetforge.exports.love import Love
from assetforge.palette import Palette
from assetforge.sheet import pack
from assetforge.sprite import Sprite


def names(name: str) -> list[bytes]:
    """What Lua reads as the names of frames: of the list, and of the table."""
    sprite = Sprite(np.ones((1, 1), np.uint8), Palette(((1, 2, 3), (4, 5, 6))), name)
    text = Love().files(pack([sprite], "x"), {})["x.lua"]
    listed = re.findall(rb'names = \{\n    "(.*)",\n  \}', text)
    keyed = re.findall(rb'frames = \{\n    (?:\["(.*)"\]|([A-Za-z_][A-Za-z0-9_]*)) = ', text)
    return [unescaped(each) for each in (*listed, *(quoted or bare for quoted, bare in keyed))]


def unescaped(text: bytes) -> bytes:
    assert not re.search(rb'(?<!\\)(\\\\)*"|[\x00-\x1f]', text)
    return re.sub(rb"\\(\d{3}|.)", lambda m: bytes([int(m[1])]) if m[1].isdigit() else m[1], text)


@given(st.text())
def test_a_string_is_the_name_again(name: str) -> None:
    """Quotes, backslashes, control characters, any script: unescaped, the bytes are the name's in UTF-8."""
    assert names(name) == [name.encode("utf-8", "surrogatepass")] * 2


def test_a_name_that_is_no_utf8_is_its_bytes() -> None:
    """What Python marks as an undecodable byte of a file's name is that byte; half a letter of Windows' stays one."""
    assert names("\udcff-\udc80") == [b"\xff-\x80"] * 2
    assert names("\ud83d") == ["\ud83d".encode("utf-8", "surrogatepass")] * 2


def test_keywords_are_quoted() -> None:
    """A bare key is a name of Lua's and none of its words."""
    sprites = [
        Sprite(np.ones((1, 1), np.uint8), Palette(((1, 2, 3), (4, 5, 6))), name)
        for name in ("end", "ender", "goto", "_x1", "1x", "a-b", "über")
    ]
    text = Love().files(pack(sprites, "x"), {})["x.lua"].decode()
    assert re.findall(r"^    (\S+) = \{ x", text, re.M) == [
        '["end"]', "ender", '["goto"]', "_x1", '["1x"]', '["a-b"]', '["über"]'
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["lua51", "lua54", "luajit21"])
def test_plain_lua_reads_it(version: str) -> None:
    """It asks for nothing of LÖVE's: any Lua gives names in order, boxes, animations, and paths beside the module."""
    lua = pytest.importorskip(f"lupa.{version}").LuaRuntime()
    sprites = [
        Sprite(np.ones((2, 3), np.uint8), Palette(((1, 2, 3), (4, 5, 6))), name, 50 * n, "run")
        for n, name in enumerate(("b", "a/b"))
    ]
    sheet = replace(pack(sprites, "my.sheet", extrude=1), others=("my.sheet-2",))
    chunk = lua.eval("function(text) return (loadstring or load)(text) end")(Love().files(sheet, {})["my.sheet.lua"])
    data = chunk("assets.forge.my.sheet")
    assert [data[key] for key in ("name", "image", "strip")] == [
        "my.sheet", "assets/forge/my.sheet.png", "assets/forge/my.sheet.palette.png"
    ]  # fmt: skip
    assert list(data.names.values()) == ["b", "a/b"] and list(data.others.values()) == ["my.sheet-2"]
    assert dict(data.frames["a/b"]) | {"x": 0, "y": 0} == {
        "x": 0, "y": 0, "w": 3, "h": 2, "left": 0, "top": 0, "width": 3, "height": 2, "duration": 50
    }  # fmt: skip
    assert list(data.animations.run.frames.values()) == ["b", "a/b"] and data.animations.run.rounds == 0
    assert chunk("x.y/my.sheet").index == "x.y/my.sheet.index.png" and chunk().image == "my.sheet.png"
