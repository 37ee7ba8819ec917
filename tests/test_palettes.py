"""Palettes: what is read is what was written; what cannot be kept is told; what is malformed is refused by line."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assetforge.cli.palette import palette as command
from assetforge.errors import AssetforgeError, ConfigError, InputError
from assetforge.formats import palettes, png
from assetforge.palette import Palette

SOURCES = Path(__file__).parents[2] / "shared" / "palettes"
COLORS = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=2, max_size=255)


def written(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("suffix", palettes.FORMATS)
@given(colors=COLORS)
def test_reading_what_we_wrote_returns_the_same_colors(suffix: str, colors: list, tmp_path_factory) -> None:
    """Order and doubles survive every format, with and without a transparent entry."""
    palette = Palette(tuple(colors), "some")
    folder = tmp_path_factory.mktemp("palettes")
    for transparent in (False, True) if suffix in (".gpl", ".act", ".png") else (False,):
        path = written(folder, f"p{suffix}", palettes.write(palette, suffix, transparent))
        notes: list[str] = []
        assert palettes.read(path, notes) == palette
        assert sum("again" in note for note in notes) == len(palette.doubles)
        assert any("transparent" in note for note in notes) == (transparent or suffix == ".png")


def test_act_is_as_adobe_lays_it_out() -> None:
    """256 triples, then the count and the transparent index (or 65535), big-endian."""
    palette = Palette(((1, 2, 3), (250, 251, 252)))
    assert palettes.write(palette, ".act") == bytes([1, 2, 3, 250, 251, 252]) + bytes(762) + b"\0\2\xff\xff"
    with_clear = palettes.write(palette, ".act", transparent=True)
    assert with_clear == bytes([0, 0, 0, 1, 2, 3, 250, 251, 252]) + bytes(759) + b"\0\3\0\0"


def test_ase_is_as_adobe_lays_it_out() -> None:
    """ASEF 1.0, a block per color: name in UTF-16 with its zero, model, three floats, kind."""
    name = "#ff0000\0".encode("utf-16-be")
    red = b"\0\x08" + name + b"RGB " + bytes.fromhex("3f800000 00000000 00000000 0000")
    black = b"\0\x08" + "#000000\0".encode("utf-16-be") + b"RGB " + bytes(14)
    expected = b"ASEF\0\1\0\0\0\0\0\2" + b"".join(b"\0\1\0\0\0" + bytes([len(b)]) + b for b in (red, black))
    assert palettes.write(Palette(((255, 0, 0), (0, 0, 0))), ".ase") == expected


def swatch(model: bytes, *values: float) -> bytes:
    body = b"\0\1\0\0" + model + struct.pack(f">{len(values)}fH", *values, 2)
    return struct.pack(">HI", 1, len(body)) + body


def test_ase_of_every_color_model(tmp_path: Path) -> None:
    """Gray, CMYK and Lab swatches inside groups become the sRGB colors that they are defined as."""
    group = struct.pack(">HI", 0xC001, 6) + b"\0\2\0g\0\0"
    blocks = [
        group,
        swatch(b"Gray", 0.5),
        swatch(b"CMYK", 0.0, 1.0, 1.0, 0.0),
        swatch(b"LAB ", 1.0, 0.0, 0.0),
        swatch(b"LAB ", 0.878185, -79.2713, 80.9946),
        struct.pack(">HI", 0xC002, 0),
        swatch(b"RGB ", 0.2, 0.4, 1.5),
    ]
    path = written(tmp_path, "a.ase", b"ASEF\0\1\0\0" + struct.pack(">I", len(blocks)) + b"".join(blocks))
    notes: list[str] = []
    gray, red, white, lab_green, rgb = palettes.read(path, notes).colors
    assert (gray, red, white, rgb) == ((128,) * 3, (255, 0, 0), (255,) * 3, (51, 102, 255))
    # The Lab of sRGB green relative to D50 (Bruce Lindbloom's calculator).
    assert np.abs(np.subtract(lab_green, (0, 255, 0))).max() <= 1
    assert notes == [f"{path}: converted 1 CMYK swatch to sRGB", f"{path}: converted 2 LAB swatches to sRGB"]


def test_gpl_of_aseprite(tmp_path: Path) -> None:
    """With `Channels: RGBA` the fourth number is alpha: 0 is left out with a note, what lies between is opaque."""
    text = "GIMP Palette\nChannels: RGBA\n#\n  0   0   0   0\tMask\n 10  20  30 255\tA\n 40  50  60 128\t7 b\n"
    notes: list[str] = []
    path = written(tmp_path, "a.gpl", text)
    assert palettes.read(path, notes).colors == ((10, 20, 30), (40, 50, 60))
    assert notes == [
        f"{path}: left out transparent entry 1 (#000000)",
        f"{path}: took 1 half-transparent entry as opaque",
    ]


def test_gpl_of_gimp(tmp_path: Path) -> None:
    """Names, comments, columns and old Latin-1 text stand around three numbers per row."""
    text = "GIMP Palette\r\nName: Caf\xe9\r\nColumns: 2\r\n# a comment\r\n\r\n1 2 3 12 monkeys\r\n  4\t5\t6\r\n"
    assert palettes.read(written(tmp_path, "a.gpl", text.encode("latin-1"))).colors == ((1, 2, 3), (4, 5, 6))


def test_act_leaves_out_its_transparent_index(tmp_path: Path) -> None:
    """772 bytes count their colors and name a transparent one; 768 are filled up with black."""
    table = bytes(range(9)).ljust(768, b"\0")
    notes: list[str] = []
    assert palettes.read(written(tmp_path, "a.act", table + b"\0\3\0\1"), notes).colors == ((0, 1, 2), (6, 7, 8))
    assert "transparent entry 2 (#030405)" in notes[0]
    assert len(palettes.read(written(tmp_path, "b.act", table), notes)) == 3
    assert "253 closing black entries read as padding" in notes[-1]
    assert len(palettes.read(written(tmp_path, "c.act", table + b"\0\4\xff\xff"))) == 4


def test_hex_as_people_write_it(tmp_path: Path) -> None:
    """Upper case, `#`, comments, blank lines, a byte-order mark and Windows line ends all read."""
    data = b"\xef\xbb\xbf; mine\r\n#FF8000\r\n\r\n// x\r\n# note\r\n00a0ff"
    assert palettes.read(written(tmp_path, "a.hex", data)).colors == ((255, 128, 0), (0, 160, 255))


@pytest.mark.parametrize("block", [1, 8])
def test_png_of_swatches(tmp_path: Path, block: int) -> None:
    """Strips lying and standing, and grids, read alike at one pixel or one square a swatch; equal neighbours stay."""
    colors = [(255, 0, 0, 255), (255, 0, 0, 255), (0, 0, 0, 255), (9, 9, 9, 255)]
    strip = np.array([colors], np.uint8)
    for array in (strip, strip.swapaxes(0, 1)):
        path = written(tmp_path, "p.png", png.write_rgba(array.repeat(block, 0).repeat(block, 1)))
        assert palettes.read(path).colors == tuple(color[:3] for color in colors)
    grid = np.array([[(i, j, 7, 255) for i in range(4)] for j in range(3)], np.uint8)
    path = written(tmp_path, "g.png", png.write_rgba(grid.repeat(block, 0).repeat(block, 1)))
    assert palettes.read(path).colors == tuple((i, j, 7) for j in range(3) for i in range(4))


BAD = {
    "a.hex": ("ff00ff\n00gg00\n", ":2: "),
    "argb.hex": ("ffff00ff\n", "six hexadecimal digits"),
    "one.hex": ("ff00ff\n", "holds 1 opaque color,"),
    "many.hex": ("".join(f"{i:06x}\n" for i in range(300)), "holds 300 opaque colors"),
    "empty.hex": ("", "holds 0"),
    "junk.hex": (bytes(range(256)) * 100, "zero bytes"),
    "line.hex": (b"f" * 5_000_000, "in one line"),
    "huge.hex": (b"00ff00\n" * 2_000_000, "at most"),
    "a.gpl": ("GIMP Palette\n1 2 3\n1 2 256\n", ":3: "),
    "short.gpl": ("GIMP Palette\nChannels: RGBA\n1 2 3\n", ":3: "),
    "minus.gpl": ("GIMP Palette\n1 2 -3\n", ":2: "),
    "not.gpl": ("Palette\n1 2 3\n", 'not "GIMP Palette"'),
    "clear.gpl": ("GIMP Palette\nChannels: RGBA\n1 2 3 0\n4 5 6 255\n", "left out transparent entry 1"),
    "a.pal": ("JASC-PAL\n0100\n2\n1 2 3\n1 2 x\n", ":5: "),
    "cut.pal": ("JASC-PAL\n0100\n3\n1 2 3\n4 5 6\n", "announces 3 colors and holds 2"),
    "riff.pal": (b"RIFF\x10\0\0\0PAL ", "Microsoft RIFF"),
    "empty.pal": ("", "JASC-PAL"),
    "cut.act": (bytes(767), "holds 767 bytes"),
    "count.act": (bytes(768) + b"\1\1\xff\xff", "counts 257 colors"),
    "black.act": (bytes(768), "holds 0"),
    "cut.ase": (b"ASEF\0\1\0\0\0\0\0\2" + swatch(b"RGB ", 0, 0, 0), "is cut"),
    "body.ase": (b"ASEF\0\1\0\0\0\0\0\1\0\1\0\0\0\4\0\1\0\0", "is cut"),
    "length.ase": (b"ASEF\0\1\0\0\0\0\0\1\0\1\xff\xff\xff\xff", "is cut"),
    "count.ase": (b"ASEF\0\1\0\0\xff\xff\xff\xff", "is cut"),
    "nan.ase": (b"ASEF\0\1\0\0\0\0\0\1" + swatch(b"RGB ", float("nan"), 0, 0), "no numbers"),
    "model.ase": (b"ASEF\0\1\0\0\0\0\0\1" + swatch(b"HSV ", 0, 0, 0), "color model"),
    "version.ase": (b"ASEF\0\2\0\0\0\0\0\1", "version 2"),
    "sprite.ase": (bytes(4) + b"\xe0\xa5" + bytes(200), "Aseprite sprite"),
    "text.png": ("hello", "no PNG"),
    "cut.png": (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\4\0\0\0\1\x08\2\0\0\0", "cut"),
    "large.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 30000, 30000) + bytes(9), "too large"),
    "picture.png": (png.write_rgba(np.indices((17, 16)).sum(0)[..., None].astype(np.uint8) // [9, 5, 3, 1]), "picture"),
}


@pytest.mark.parametrize("name", BAD)
def test_malformed_files_are_refused_by_place(name: str, tmp_path: Path) -> None:
    """A malformed file is an error of one or two lines that names the file, its line if it has one, and the fault."""
    data, said = BAD[name]
    with pytest.raises(InputError) as caught:
        palettes.read(written(tmp_path, name, data))
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert len(str(caught.value)) < len(str(tmp_path)) + 240


@given(suffix=st.sampled_from([*palettes.FORMATS]), data=st.binary(max_size=900), magic=st.booleans())
def test_junk_never_breaks_a_reader(suffix: str, data: bytes, magic: bool, tmp_path_factory) -> None:
    """Whatever the bytes, a reader gives a palette or one of our errors."""
    heads = {
        ".gpl": b"GIMP Palette\n",
        ".pal": b"JASC-PAL\n0100\n",
        ".ase": b"ASEF\0\1\0\0",
        ".png": b"\x89PNG\r\n\x1a\n",
    }
    path = written(tmp_path_factory.mktemp("junk"), f"j{suffix}", (heads.get(suffix, b"") if magic else b"") + data)
    with suppress(InputError):
        assert isinstance(palettes.read(path), Palette)


def test_a_folder_named_like_a_palette(tmp_path: Path) -> None:
    """A directory, a missing file and a foreign suffix are told apart from malformed files."""
    (tmp_path / "d.hex").mkdir()
    for spec in ("d.hex", "gone.hex", "notes.txt", "../out.hex", "/etc/passwd"):
        with pytest.raises(AssetforgeError):
            palettes.load(spec, tmp_path)
    with pytest.raises(ConfigError, match="leaves the project"):
        palettes.load("../out.hex", tmp_path)


def test_unknown_palette_names_the_nearest() -> None:
    """A misspelt name is answered with the right one, and the exit code is that of wrong usage."""
    with pytest.raises(ConfigError, match='did you mean "pico-8"'):
        palettes.load("pico8")


def test_every_bundled_palette_is_indexed_and_counted() -> None:
    """Index and files name the same palettes, and each holds as many colors as the index says, none twice."""
    index = palettes.index()
    assert sorted(index) == palettes.names()
    for name, fact in index.items():
        palette = palettes.load(name)
        assert (len(palette), palette.doubles, palette.name) == (fact["colors"], (), name)
        assert fact["title"] and fact["sources"]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the checked palette facts are not beside this checkout")
def test_bundled_palettes_are_the_checked_ones_byte_for_byte() -> None:
    """No palette was retyped on its way here."""
    from assetforge.files import bundled

    assert palettes.names() == sorted(path.stem for path in SOURCES.glob("*.hex"))
    for path in SOURCES.glob("*.hex"):
        assert (bundled("palettes") / path.name).read_bytes() == path.read_bytes()


def test_palettes_need_neither_numpy_nor_pillow() -> None:
    """Reading the palette of a project costs no heavy import, whatever its format but PNG."""
    code = (
        "import sys; from assetforge.formats import palettes as p; p.load('pico-8'); p.index();"
        "[p.write(p.load('msx'), s) for s in ('.hex', '.gpl', '.pal', '.act', '.ase')];"
        "print(sorted({'numpy', 'PIL', 'torch', 'sklearn'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def run(*arguments: str) -> tuple[str, str]:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def test_convert_round_trip_and_report_of_doubles(tmp_path: Path) -> None:
    """A double is kept through a chain of all formats and told on stderr, not on stdout."""
    path = written(tmp_path, "start.hex", "ff0000\n00ff00\nff0000\n")
    for suffix in (".gpl", ".pal", ".act", ".ase", ".png", ".hex"):
        out, err = run("convert", str(path), str(tmp_path / f"next{suffix}"))
        assert "color 3 is #ff0000 again, like color 1" in err and "again" not in out
        path = tmp_path / f"next{suffix}"
    assert path.read_text() == "ff0000\n00ff00\nff0000\n"


def test_compare_tells_set_order_and_distance(tmp_path: Path) -> None:
    """Equality, equality as sets and the nearest foreign colors are three different answers."""
    one = written(tmp_path, "one.hex", "000000\nffffff\nff0000\n")
    two = written(tmp_path, "two.hex", "ffffff\n000000\nff0000\n")
    three = written(tmp_path, "three.hex", "000000\nfffffe\nff0000\n")
    found = [json.loads(run("compare", str(one), str(other), "--json")[0]) for other in (one, two, three)]
    assert [(f["same_set"], f["same_order"], f["shared"]) for f in found] == [
        (True, True, 3),
        (True, False, 3),
        (False, False, 2),
    ]
    assert [(s["color"], s["nearest"]) for s in found[2]["only_in_a"]] == [("#ffffff", "#fffffe")]
    assert 0 < found[2]["largest"] < 0.01 and found[1]["largest"] == 0
    black_white = written(tmp_path, "bw.hex", "000000\n000000\n"), written(tmp_path, "w.hex", "ffffff\nffffff\n")
    assert json.loads(run("compare", *map(str, black_white), "--json")[0])["mean"] == pytest.approx(1, abs=1e-3)


def test_show_and_list_report_json_alone() -> None:
    """stdout under --json is one JSON document; without a terminal there are no color codes."""
    listed = json.loads(run("list", "--json")[0])
    assert [entry["name"] for entry in listed] == palettes.names()
    shown = json.loads(run("show", "sweetie-16", "--json")[0])
    assert (len(shown["colors"]), shown["author"], shown["transparent"]) == (16, "GrafxKid", 0)
    assert "\x1b" not in run("show", "sweetie-16")[0] + run("list")[0]


def test_extract_takes_colors_that_the_art_uses(tmp_path: Path) -> None:
    """K colors out of the pack's own; all of them, with a note, where there are fewer than K."""
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (250, 0, 0)]
    art = np.array([[(*color, 255) for color in colors]] * 4, np.uint8)
    image = written(tmp_path, "a.png", png.write_rgba(art))
    run("extract", str(image), "-k", "3", "-o", str(tmp_path / "three.hex"))
    three = palettes.read(tmp_path / "three.hex").colors
    assert len(three) == 3 and set(three) < set(colors)
    err = run("extract", str(image), "-k", "9", "-o", str(tmp_path / "all.gpl"))[1]
    assert set(palettes.read(tmp_path / "all.gpl").colors) == set(colors) and "fewer than 9" in err
    for count in ("1", "256"):
        with pytest.raises(ConfigError, match="2 to 255"):
            run("extract", str(image), "-k", count, "-o", str(tmp_path / "no.hex"))
