"""Pictures in the terminal: what is printed, read back as a terminal reads it, is the picture."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from base64 import standard_b64decode
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assetforge.cli import cli
from assetforge.formats import png
from assetforge.terminal.blocks import LOWER, UPPER, blocks, shades
from assetforge.terminal.gallery import gallery
from assetforge.terminal.kitty import CHUNK, kitty
from assetforge.terminal.sixel import sixel

pty = pytest.importorskip("pty", reason="pseudo-terminals are Unix's")


@st.composite
def pictures(draw: st.DrawFn) -> np.ndarray:
    """RGBA of a few colors, some pixels not drawn."""
    height, width = draw(st.integers(1, 14)), draw(st.integers(1, 9))
    colors = draw(arrays(np.uint8, (4, 4)))
    colors[:, 3] = [0, 255, 255, 255]
    return colors[draw(arrays(np.uint8, (height, width), elements=st.integers(0, 3)))]


def drawn(rgba: np.ndarray) -> np.ndarray:
    """The picture as an eye sees it: what is transparent has no color."""
    return np.where(rgba[..., 3:] >= 128, rgba, 0)


def from_blocks(lines: list[str]) -> np.ndarray:
    """RGBA of what a terminal shows, two pixels a character."""
    rows = []
    for line in lines:
        fore = back = None
        pair: list[list[tuple[int, ...]]] = [[], []]
        for style, character in re.findall(r"\x1b\[([0-9;]*)m|(.)", line):
            if character:
                upper = fore if character == UPPER else back
                lower = fore if character == LOWER else back
                for row, color in zip(pair, (upper, lower), strict=True):
                    row.append((*color, 255) if color else (0, 0, 0, 0))
                continue
            codes = [int(code) for code in style.split(";")]
            while codes:
                code = codes.pop(0)
                if code == 0:
                    fore = back = None
                elif code in (38, 48):
                    assert codes[0] == 2
                    fore, back = (tuple(codes[1:4]), back) if code == 38 else (fore, tuple(codes[1:4]))
                    codes = codes[4:]
        rows += pair
    return np.array(rows, np.uint8)


@given(pictures())
def test_blocks_are_the_picture(rgba: np.ndarray) -> None:
    """Every pixel has its color, what is transparent has none, and the last line leaves no style behind."""
    lines = list(blocks(rgba))
    assert all(line.endswith("\x1b[0m") for line in lines)
    shown = from_blocks(lines)
    assert (shown[: len(rgba)] == drawn(rgba)).all()
    assert not shown[len(rgba) :].any()


@given(pictures())
def test_shades_draw_what_is_drawn(rgba: np.ndarray) -> None:
    """Without color, too, a character stands where a pixel of its two is drawn, and nowhere else."""
    lines = list(shades(rgba))
    assert "\x1b" not in "".join(lines)
    for row, line in enumerate(lines):
        mask = rgba[2 * row : 2 * row + 2, :, 3].any(0)
        assert [character != " " for character in line] == mask.tolist()


def from_sixel(text: str) -> np.ndarray:
    """RGBA of what DEC STD 070 says that `text` draws."""
    body = re.fullmatch(r"\x1bP0;1q(.*)\x1b\\", text, re.S)
    assert body
    _, _, width, height = (int(number) for number in re.match(r'"(\d+);(\d+);(\d+);(\d+)', body[1]).groups())
    registers: dict[int, tuple[int, ...]] = {}
    canvas = np.zeros((height, width, 4), np.uint8)
    x = y = color = 0
    pattern = r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])"
    rest = body[1][body[1].index("#") :] if "#" in body[1] else ""
    for found in re.finditer(pattern, rest):
        defined, *mix, chosen, times, repeated, once, control = found.groups()
        if defined:
            registers[int(defined)] = tuple(round(int(part) * 255 / 100) for part in mix)
        elif chosen:
            color = int(chosen)
        elif control:
            x, y = 0, y + 6 * (control == "-")
        else:
            end = x + int(times or 1)
            for bit in range(6):
                if ord(repeated or once) - 63 >> bit & 1:
                    assert not canvas[y + bit, x:end, 3].any(), "a pixel is drawn once"
                    canvas[y + bit, x:end] = (*registers[color], 255)
            x = end
    return canvas


@given(pictures(), st.integers(1, 3))
def test_sixel_is_the_picture(rgba: np.ndarray, zoom: int) -> None:
    """Every pixel is a square of its color, to the hundredth that sixel knows; nothing else is drawn."""
    large = drawn(rgba).repeat(zoom, 0).repeat(zoom, 1)
    shown = from_sixel(sixel(rgba, zoom))
    assert (shown[..., 3] == large[..., 3]).all()
    assert np.abs(shown.astype(int) - large).max() <= 2


def test_sixel_refuses_more_colors_than_it_has() -> None:
    """256 colors are one too many; the gallery then draws blocks."""
    rgba = np.full((16, 16, 4), 255, np.uint8)
    rgba[..., 0] = np.arange(256).reshape(16, 16)
    with pytest.raises(ValueError, match="256 colors"):
        sixel(rgba, 1)
    assert UPPER in next(gallery([("many", rgba)], "sixel", 80))


def test_kitty_is_the_picture() -> None:
    """Put together, its chunks are a PNG of the picture, each pixel a square; none is longer than may be."""
    rgba = np.random.default_rng(0).integers(0, 256, (40, 40, 4), np.uint8)
    rgba[..., 3] = 255
    chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", kitty(rgba, 2))
    assert len(chunks) > 1 and all(len(data) <= CHUNK for _, data in chunks)
    assert chunks[0][0] == "a=T,f=100,q=2,m=1" and [keys for keys, _ in chunks[1:]] == ["m=1"] * (len(chunks) - 2) + [
        "m=0"
    ]
    picture = png.read(standard_b64decode("".join(data for _, data in chunks)), "x")[0].rgba
    assert (picture == rgba.repeat(2, 0).repeat(2, 1)).all()


@given(st.lists(st.integers(1, 70), min_size=1, max_size=6), st.integers(20, 60))
def test_a_gallery_is_no_wider_than_the_terminal(widths: list[int], columns: int) -> None:
    """Sprites wrap, and one that is too wide is thinned out by a whole number, which its name tells."""
    shown = [(f"n{number}", np.full((2, width, 4), 255, np.uint8)) for number, width in enumerate(widths)]
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in gallery(shown, "blocks", columns)]
    assert max(len(line) for line in lines) <= columns
    shown_wide = [-(-width // -(-width // columns)) for width in widths]
    assert sum(line.count(UPPER) + line.count(LOWER) for line in lines) == sum(shown_wide)


def asked(answer: Callable[[bytes], bytes]) -> str:
    """What `way` says in a terminal that answers so."""
    process, terminal = pty.fork()
    if not process:
        os.environ.pop("NO_COLOR", None)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-c", "from assetforge.terminal.ask import way; print('=', way())"])
    said, end = b"", time.monotonic() + 60
    answered = False
    while b"= " not in said or not said.endswith(b"\n"):
        assert time.monotonic() < end, said
        if select.select([terminal], [], [], 0.1)[0]:
            said += os.read(terminal, 4096)
        if not answered and b"\x1b[c" in said:
            answered = True
            os.write(terminal, answer(said))
    # Closed any earlier, the terminal would hang up on the process.
    assert os.waitpid(process, 0)[1] == 0, said
    os.close(terminal)
    return said.rpartition(b"= ")[2].decode().strip()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c", "kitty"),
        (b"\x1b[?62;4;22c", "sixel"),
        (b"\x1b[?64;1;2;6;9;15;18;21;22c", "blocks"),
        (b"", "blocks"),
    ],
    ids=["kitty", "sixel", "neither", "deaf"],
)
def test_the_terminal_is_believed(answer: bytes, expected: str) -> None:
    """It is asked once, and gets the best that it says it can draw; a deaf one gets blocks."""
    assert asked(lambda said: answer) == expected


def test_show_prints_a_sheet_sprite_by_sprite(tmp_path: Path) -> None:
    """With its JSON beside it, a sheet is its sprites; escape sequences in a name are not sent to the terminal."""
    for name in ("orc", "b\x1b[2Jat"):
        (tmp_path / f"{name}.png").write_bytes(png.write_rgba(np.full((4, 4, 4), 255, np.uint8)))
    runner = CliRunner()
    inputs = sorted(str(path) for path in tmp_path.glob("*.png"))
    assert runner.invoke(cli, ["pack", *inputs, "-o", str(tmp_path / "sheet.png")]).exit_code == 0
    text = runner.invoke(cli, ["show", str(tmp_path / "sheet.png"), "--as", "blocks"]).output
    assert text.count(UPPER) == 2 * 4 * 2
    assert "orc" in text and "\x1b[2J" not in text and "\\x1b" in text
    bare = runner.invoke(cli, ["show", str(tmp_path / "sheet.png"), "--as", "shades", "--quiet"]).output
    assert set(bare) == {"█", " ", "\n"}


def test_a_drawing_command_shows_what_it_drew(tmp_path: Path) -> None:
    """`--show` prints each sprite behind the line that tells where it was written; JSON stays JSON."""
    command = [sys.executable, "-m", "assetforge", "generate", "-p", "pico-8", "-n", "2", "--size", "8x8"]
    command += ["--candidates", "1", "-o", str(tmp_path / "new.png"), "--show"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    first, *lines = text.split("\n")
    assert first.endswith("new.png and 3 more") or first.endswith("new.png and 1 more")
    assert len(lines) >= 5
    sprites = png.read((tmp_path / "new.png").read_bytes(), "x")[0].rgba
    assert (from_blocks(lines[:4])[..., 3] > 0).sum() == (sprites[..., 3] > 0).sum()
