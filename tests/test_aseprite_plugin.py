"""The Aseprite extension in a real Lua, against the real command line; Aseprite itself is not run here."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import assetforge
from assetforge.formats import aseprite, palettes, png
from assetforge.palette import Palette
from assetforge.sprite import Sprite

lua = pytest.importorskip("lupa.lua54", reason="lupa, of the dev extra, is missing")

PLUGIN = Path(__file__).parents[1] / "plugins" / "aseprite"
STUB = Path(__file__).with_name("aseprite_stub.lua")
PALETTE = Palette(((40, 20, 60), (230, 180, 120), (255, 255, 255)), "face")
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs sh")
LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


def modules() -> tuple[Any, Any]:
    """The extension's command lines, and the Lua that they run in."""
    runtime = lua.LuaRuntime(unpack_returned_tuples=True)
    return runtime.eval("dofile")(str(PLUGIN / "command.lua")), runtime


def face() -> Sprite:
    """A 12 x 12 face."""
    indices = np.zeros((12, 12), np.uint8)
    indices[1:11, 1:11] = 1
    indices[2:10, 2:10] = 2
    indices[4, [4, 7]] = 3
    return Sprite(indices, PALETTE, "face")


@pytest.mark.parametrize("name", ["plugin.lua", "command.lua"])
def test_the_scripts_are_lua(name: str) -> None:
    """Lua 5.4, which Aseprite has, compiles each file."""
    compiled = lua.LuaRuntime(unpack_returned_tuples=True).eval("load")((PLUGIN / name).read_text())
    assert not isinstance(compiled, tuple), compiled


def test_the_package_names_what_is_there() -> None:
    """package.json has assetforge's version and a script that exists."""
    facts = json.loads((PLUGIN / "package.json").read_text())
    assert facts["version"] == assetforge.__version__
    assert [(PLUGIN / script["path"]).is_file() for script in facts["contributes"]["scripts"]] == [True]


@POSIX
@given(st.lists(st.text(LETTERS), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_sh_gives_each_word_as_it_was(words: list[str]) -> None:
    """Whatever its letters, the program gets this word."""
    command, _ = modules()
    line = " ".join(command.quote(word, False) for word in words)
    told = subprocess.run(["sh", "-c", f"printf '%s\\0' {line}".encode()], capture_output=True, check=True).stdout
    assert words == [word.decode() for word in told.split(b"\0")[:-1]]


def test_a_batch_file_has_its_words_quoted() -> None:
    """Spaces and other letters stand in quotes, a percent sign is two, backslashes at the end are doubled."""
    command, runtime = modules()
    arguments = runtime.table("C:\\a b\\лиса 100%.png", "C:\\end\\")
    line = command.line("C:\\Program Files\\assetforge.exe", arguments, "C:\\e.txt", True)
    words = ['"C:\\Program Files\\assetforge.exe"', '"C:\\a b\\лиса 100%%.png"', '"C:\\end\\\\"', "<NUL", ">NUL"]
    assert line == " ".join([*words, '2>"C:\\e.txt"'])
    assert command.batch(line) == f"@echo off\r\nchcp 65001 >NUL\r\n{line}\r\n"
    assert command.call("C:\\Temp\\forge-1\\run.bat") == 'call "C:\\Temp\\forge-1\\run.bat"'
    assert command.call("C:\\Zoë\\forge-1\\run.bat") == 'call "%TMP%\\forge-1\\run.bat"'
    for text in ('a"b', "a\nb", "a\0b"):
        with pytest.raises(lua.LuaError, match="cannot be given"):
            command.quote(text, True)


def test_what_the_program_says_is_shown() -> None:
    """The last six lines, long ones cut; if it said nothing it was not found, and where to mend that is told."""
    command, _ = modules()
    assert command.complaint("")[1].endswith("Settings.")
    lines = list(command.complaint("\n".join(map(str, range(9))) + "\r\n" + "x" * 999).values())
    assert lines[:5] == ["4", "5", "6", "7", "8"]
    assert len(lines) == 6 and len(lines[5]) < 210


def test_palettes_are_whole(tmp_path: Path) -> None:
    """A palette file has each color once, and is read as that; one color, or 256, make none."""
    command, runtime = modules()

    def written(*colors: tuple[int, int, int]) -> str | None:
        return command.hex(runtime.table_from([runtime.table_from(color) for color in colors]))

    path = tmp_path / "palette.hex"
    path.write_text(written((1, 2, 3), (255, 0, 9), (1, 2, 3)) or "")
    assert palettes.load(str(path)).colors == ((1, 2, 3), (255, 0, 9))
    assert written((1, 2, 3)) is None
    assert written(*((value, 0, 0) for value in range(256))) is None


class Aseprite:
    """The extension, started over a stub of Aseprite's API with a face as the active sprite.

    Arguments:
        folder: Where the face's file and Aseprite's temporary files are.
        program: What the extension calls.
        mode: 0 for RGB, 2 for indexed.
        hole: What is selected: x, y, width, height.
    """

    def __init__(self, folder: Path, program: str, mode: int = 0, hole: tuple[int, ...] | None = None) -> None:
        self.folder = folder
        runtime = lua.LuaRuntime(unpack_returned_tuples=True)
        self.table = runtime.table_from
        colors = [(0, 0, 0, 0), *((*color, 255) for color in PALETTE.colors)]
        names = ("red", "green", "blue", "alpha")
        self.colors = self.table([self.table(dict(zip(names, color, strict=True))) for color in colors])
        host = {
            "temporary": str(folder / "temp"),
            "read": lambda path: Path(path).read_bytes().hex(),
            "is_file": lambda path: Path(path).is_file(),
            "list": lambda path: self.table(sorted(os.listdir(path))),
            "make": lambda path: os.makedirs(path, exist_ok=True),
            "remove": os.rmdir,
            "save": self.save,
            "load": self.load,
            "palette": lambda path: self.colors,
        }
        runtime.globals().host = self.table(host)
        runtime.execute(STUB.read_text())
        self.lua = runtime.globals()
        shown = self.table(face().rgba().view("<u4").ravel().tolist())
        own = self.lua.Palette(self.table({"fromFile": ""}))
        selected = self.table(hole) if hole else None
        self.sprite = self.lua.Sprite(f"{folder}/my face.png", 12, 12, mode, shown, own, selected)
        self.lua.app.sprite = self.sprite
        self.lua.start(str(PLUGIN), self.table({"program": program, "count": 2}))

    def save(self, path: str, width: int, height: int, values: Any) -> None:
        """A PNG of RGBA values, or the face as the Aseprite file that the sprite is."""
        rgba = np.array(list(values.values()), "<u4").view(np.uint8).reshape(height, width, 4)
        Path(path).write_bytes(aseprite.write([face()]) if path.endswith(".aseprite") else png.write_rgba(rgba))

    def load(self, path: str) -> Any:
        """The indices of a PNG, which must be in the face's palette."""
        found = png.read_sprite(Path(path).read_bytes())
        assert found is not None and found.palette.colors == PALETTE.colors
        return (*found.size, self.table(found.indices.ravel().tolist()))

    def click(self, name: str) -> list[Any]:
        """Choose a menu entry; what was alerted. Nothing is left in the temporary folder."""
        self.lua.log.commands[name].onclick()
        assert not list((self.folder / "temp").glob("*"))
        return [told if isinstance(told, str) else "\n".join(told.values()) for told in self.lua.log.alerts.values()]

    def opened(self) -> tuple[str, list[Any]]:
        """The name and the frames of the one file that was opened."""
        (sprite,) = self.lua.log.opened.values()
        return sprite.filename, aseprite.read(bytes.fromhex(sprite.bytes), "x")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder whose name no shell likes."""
    folder = tmp_path / "a b 'лиса' $(x) `y` 100% & \\z"
    (folder / "temp").mkdir(parents=True)
    return folder


@pytest.fixture
def program(place: Path) -> str:
    """assetforge as a program at such a place."""
    path = place / "assetforge"
    home = shlex.quote(str(Path(assetforge.__file__).parents[1]))
    path.write_text(f'#!/bin/sh\nPYTHONPATH={home} exec {shlex.quote(sys.executable)} -m assetforge "$@"\n')
    path.chmod(0o755)
    return str(path)


@POSIX
def test_without_the_program_it_says_where_to_name_it(place: Path) -> None:
    """A program that is not there, or fails, is told in an alert; a hole must be selected first."""
    assert "no-such-program" in Aseprite(place, "no-such-program").click("AssetforgeLock")[0]
    assert "Settings" in Aseprite(place, "false").click("AssetforgeMore")[0]
    assert "Select the hole" in Aseprite(place, "false").click("AssetforgeFill")[0]


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("mode", [0, 2], ids=["rgb", "indexed"])
def test_the_hole_is_filled_on_a_layer_of_its_own(place: Path, program: str, mode: int) -> None:
    """By the real command line: only what was selected is drawn, in colors of the sprite, and in its color mode."""
    editor = Aseprite(place, program, mode, hole=(0, 6, 6, 6))
    assert editor.click("AssetforgeFill") == []
    (cel,) = editor.sprite.cels.values()
    values = np.array(list(cel.image["values"].values()), np.int64).reshape(12, 12)
    assert values[6:, :6].any()
    values[6:, :6] = 0
    assert not values.any()
    allowed = {0, 1, 2, 3} if mode else {0, *face().rgba().view("<u4").ravel().tolist()}
    assert set(cel.image["values"].values()) <= allowed


@POSIX
@pytest.mark.slow
def test_more_sprites_are_opened_as_frames(place: Path, program: str) -> None:
    """As many as the settings say, of the sprite's size and colors, under a name that no file has."""
    (place / "my face-more.aseprite").touch()
    editor = Aseprite(place, program)
    assert editor.click("AssetforgeMore") == []
    name, frames = editor.opened()
    assert name == f"{place}/my face-more-2.aseprite"
    assert [frame.size for frame in frames] == [(12, 12)] * 2
    assert {tuple(pixel) for frame in frames for pixel in frame.rgba[frame.rgba[..., 3] > 0][:, :3].tolist()} <= {
        *PALETTE.colors
    }


@POSIX
@pytest.mark.slow
def test_the_locked_sprite_is_opened(place: Path, program: str) -> None:
    """In the palette of the settings, under the sprite's name; an error of the program is shown."""
    editor = Aseprite(place, program)
    assert editor.click("AssetforgeLock") == []
    name, (frame,) = editor.opened()
    assert name == f"{place}/my face-locked.aseprite"
    colors = {tuple(color) for color in frame.rgba[frame.rgba[..., 3] > 0][:, :3].tolist()}
    assert len(colors) == 3 and colors <= {*palettes.load("sweetie-16").colors}
    broken = Aseprite(place, program)
    broken.lua.start(str(PLUGIN), broken.table({"program": program, "palette": "sweetie-17"}))
    assert "sweetie-16" in broken.click("AssetforgeLock")[0]
