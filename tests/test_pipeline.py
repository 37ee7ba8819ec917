"""assetforge.toml becomes what is to be built, or every fault in it with its line."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import draw, project

from assetforge.errors import ConfigError
from assetforge.globs import matches, prefix, scan
from assetforge.pipeline import load, name_fault
from assetforge.plan import State, make
from assetforge.steps.mix import slots
from assetforge.toml import read

HEAD = '[project]\npalette = "pico-8"\n\n'
SHEET = '[[sheet]]\nname = "{}"\nkind = "quantize"\nfrom = "items/*.png"\n'


def told(root: Path) -> list[str]:
    """Every fault of a project, those of its globs too, each without the folder of the test."""
    pipeline = load(root)
    found = list(pipeline.faults)
    if pipeline.project is not None:
        found += [error for item in make(pipeline, State.load(root)).sheets for error in item.errors]
    return [str(error) for error in found]


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        (
            HEAD + SHEET.format("a") + "paddnig = 3\n",
            'assetforge.toml:8 [[sheet]] "a": unknown key "paddnig"; did you mean "padding"?',
        ),
        (
            HEAD + SHEET.format("a") + "seed = 'x'\n",
            'assetforge.toml:8 [[sheet]] "a": seed = "x": give a whole number.',
        ),
        (
            HEAD + SHEET.format("a") + 'map = "nearst"\n',
            'assetforge.toml:8 [[sheet]] "a": map = "nearst": did you mean "nearest"?',
        ),
        (
            HEAD + SHEET.format("a") + 'palette = "pico8"\n',
            'assetforge.toml:8 [[sheet]] "a": palette: no palette "pico8"; did you mean "pico-8"?',
        ),
        (HEAD + SHEET.format("a") + 'palette = "auto:1"\n', '"auto:1": give auto:K with K from 2 to 255.'),
        (
            HEAD + SHEET.format("a") + 'exports = ["jsno"]\n',
            'assetforge.toml:8 [[sheet]] "a": unknown export "jsno"; ',
        ),
        (
            HEAD + '[[sheet]]\nname = "a"\nkind = "quantise"\n',
            'assetforge.toml:6 [[sheet]] "a": kind: "quantise" is unknown; did you mean "quantize"?',
        ),
        (HEAD + '[[sheet]]\nname = "a"\n', 'assetforge.toml:4 [[sheet]] "a": kind: the key is missing; choose one of'),
        (HEAD + '[[sheet]]\nkind = "quantize"\nfrom = "*.png"\n', '[[sheet]] number 1: the key "name" is missing'),
        (
            HEAD + SHEET.format("a") + SHEET.format("A"),
            'assetforge.toml:9 [[sheet]] "A": the name is taken by line 4; give each sheet its own.',
        ),
        (HEAD + SHEET.format("con"), 'assetforge.toml:5 [[sheet]] "con": name = "con": Windows keeps'),
        (HEAD + SHEET.format("../x"), 'assetforge.toml:5 [[sheet]] "../x": name = "../x": give 1 to 80 letters'),
        ('[project]\nsource = "../art"\n', 'assetforge.toml:2 [project]: source: "../art" leaves the project'),
        ('[project]\nsource = "/etc"\n', 'assetforge.toml:2 [project]: source: "/etc" leaves the project'),
        ('[project]\noutput = "."\n', 'assetforge.toml:2 [project]: output = "." holds the source folder'),
        ('[project]\noutput = ".assetforge/x"\n', "lies in the cache"),
        (
            '[project]\npalete = "pico-8"\n',
            'assetforge.toml:2 [project]: unknown key "palete"; did you mean "palette"?',
        ),
        ('[[shet]]\nname = "a"\n', 'assetforge.toml:1: unknown section "shet"; did you mean "sheet"?'),
        (SHEET.format("a"), 'assetforge.toml:1 [[sheet]] "a": no palette; give one here or in [project].'),
        (
            HEAD + '[[sheet]]\nname = "a"\nkind = "generate"\ncount = 1\nmodel = "huose"\n[[model]]\nname = "house"\n'
            'from = "items/*.png"\n',
            'assetforge.toml:8 [[sheet]] "a": unknown model "huose"; did you mean "house"?',
        ),
        (
            HEAD + '[[sheet]]\nname = "a"\nkind = "generate"\ncount = 1\nmodel = "x.safetensors"\n',
            'assetforge.toml:8 [[sheet]] "a": model: there is no file "x.safetensors" in the project.',
        ),
        (
            HEAD + '[[sheet]]\nname = "a"\nkind = "mix"\nrows = [1]\ncols = [2]\ncol_styles = "8-16"\n',
            'assetforge.toml:9 [[sheet]] "a": col_styles = "8-16": slots run from 0',
        ),
        (
            HEAD + '[[sheet]]\nname = "a"\nkind = "complete"\nfrom = "items/*.png"\nhole = "pink"\n',
            'assetforge.toml:8 [[sheet]] "a": hole = "pink": give a color as "#rrggbb".',
        ),
        (
            HEAD + '[[model]]\nname = "m"\nfrom = "items/*.png"\nminutes = 1\nsteps = 3\n',
            'assetforge.toml:8 [[model]] "m": minutes and steps are both given; keep one.',
        ),
        (
            HEAD + SHEET.format("a").replace("items/*.png", "itmes/*.png"),
            'assetforge.toml:7 [[sheet]] "a": from: "itmes/*.png" matches no image in art/; did you mean "items/*.png"?',  # noqa: E501
        ),
        (
            HEAD + SHEET.format("a").replace("items/*.png", "../../x/*.png"),
            'assetforge.toml:7 [[sheet]] "a": from: "../../x/*.png" leaves the source folder art/',
        ),
        (
            HEAD + SHEET.format("a").replace("items/*.png", "items"),
            'matches no image in art/; did you mean "items/**/*.png"?',
        ),
    ],
)
def test_each_fault_names_file_line_key_and_mend(tmp_path: Path, config: str, fault: str) -> None:
    """A wrong configuration gives one error of one line that leads to the fault."""
    found = told(project(tmp_path, config))
    assert len(found) == 1
    assert fault in found[0]
    assert "\n" not in found[0]


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ("a = " + "[" * 100_000, "assetforge.toml: nests too deep"),
        ("[project]\nsource = \n", "assetforge.toml:2: Invalid value"),
        ("[project]\n[project]\n", "assetforge.toml:2: Cannot declare"),
        ("x = " + "9" * 10_000, "assetforge.toml:1: "),
        ("#" * 2_000_000, "assetforge.toml: holds 2000000 bytes"),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, config: str, fault: str) -> None:
    """Broken, deep or huge TOML is a ConfigError of one line, never a traceback."""
    (tmp_path / "assetforge.toml").write_text(config)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(fault)
    assert "\n" not in str(caught.value)


def test_not_utf8_names_the_line(tmp_path: Path) -> None:
    """A file in another encoding is refused with the line of the first foreign byte."""
    (tmp_path / "assetforge.toml").write_bytes(b"[project]\nsource = '\xe9'\n")
    with pytest.raises(ConfigError, match=r"assetforge.toml:2: is not UTF-8"):
        load(tmp_path)


def test_backslashes_are_slashes(tmp_path: Path) -> None:
    """A path typed as on Windows means the same as with slashes, in every key that takes one."""
    config = '[project]\nsource = "art"\noutput = "public/forge"\npalette = "art/own.hex"\n\n[[sheet]]\nname = "a"\n'
    config += 'kind = "quantize"\nfrom = ["items/*.png", "a/b/*.png"]\n'
    root = project(tmp_path, config)
    (root / "art" / "own.hex").write_text("000000\nffffff\n")
    plain = load(root)
    (root / "assetforge.toml").write_text(config.replace("/", "\\\\"))
    typed = load(root)
    assert not plain.faults and (plain.project, plain.sheets[0].step) == (typed.project, typed.sheets[0].step)
    assert typed.sheets[0].palette == "art/own.hex"


def test_a_fault_leaves_the_other_sheets_sound(tmp_path: Path) -> None:
    """What is sound is kept beside the faults."""
    pipeline = load(project(tmp_path, HEAD + SHEET.format("a") + SHEET.format("b") + "wrong = 1\n" + SHEET.format("c")))
    assert [sheet.name for sheet in pipeline.sheets] == ["a", "c"]
    assert len(pipeline.faults) == 1


def test_lines_are_found_around_strings_and_lists(tmp_path: Path) -> None:
    """Values over several lines, comments and quoted keys do not shift the count."""
    text = 'a = """\n[[sheet]]\nb = 1\n"""\n[[sheet]] # one\n"name" = [ # x = 3\n  "]",\n  "c = 1",\n]\n'
    text += "kind = 1\n[[sheet]]\n"
    (tmp_path / "x.toml").write_text(text)
    lines = read(tmp_path / "x.toml").lines
    assert lines == {
        ("a",): 1,
        ("sheet", 0): 5,
        ("sheet", 0, "name"): 6,
        ("sheet", 0, "kind"): 10,
        ("sheet", 1): 11,
    }


def test_minutes_are_a_fixed_number_of_steps(tmp_path: Path) -> None:
    """A clock would give other weights on every run."""
    config = (
        HEAD + '[[model]]\nname = "m"\nfrom = "*.png"\nminutes = 2\n[[model]]\nname = "n"\nfrom = "*.png"\nsteps = 7\n'
    )
    pipeline = load(project(tmp_path, config))
    first, second = (learnt.model.budget for learnt in pipeline.models)
    assert (first % 2, second) == (0, 7)


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("*.png", ["c.png"]),
        ("**/*.png", ["a/b/x.png", "a/y.png", "c.png"]),
        ("a/**/*.{png,gif}", ["a/b/x.png", "a/b/z.gif", "a/y.png"]),
        ("a/**", ["a/b/x.png", "a/b/z.gif", "a/y.png"]),
        ("{a/y,c}.png", ["a/y.png", "c.png"]),
        ("?.png", ["c.png"]),
        ("[!a-b].png", ["c.png"]),
        ("c.png", ["c.png"]),
        ("./c.png", ["c.png"]),
        ("c.mask.png", ["c.mask.png"]),
        ("[z-a].png", []),
    ],
)
def test_patterns(pattern: str, meant: list[str]) -> None:
    """A pattern means what a shell's would, with ** and braces; masks only if named."""
    names = ["a/b/x.png", "a/b/z.gif", "a/y.png", "c.mask.png", "c.png"]
    assert list(matches(pattern, names)) == meant


@settings(max_examples=200)
@given(st.text(alphabet="ab*?[]{},/.!-\\^", max_size=12))
def test_no_pattern_breaks_it(pattern: str) -> None:
    """Any string is a pattern; a name that it means lies under its fixed part."""
    assert all(name.startswith(prefix(pattern)) or name == pattern for name in matches(pattern, ["a/b", "ab", "b"]))


PARTS = st.lists(st.sampled_from(["a", "b", "a.b", "*", "**", "?", "{a,b}"]), min_size=1, max_size=4).map("/".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=8))
def test_looking_in_one_folder_finds_what_looking_everywhere_does(patterns: list[str]) -> None:
    """A listing knows where each folder begins and ends: the files of a pattern, and their order, are the same."""
    with TemporaryDirectory() as folder:
        for number, name in enumerate(("a/a/a", "a/b", "a.b/a", "b/a.b/b", "b/a/b", "a.a")):
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(bytes(number))
        listing = scan(Path(folder), Path(folder))
    assert len(listing.files) == 6
    for pattern in patterns:
        assert list(listing.meant(pattern)) == list(matches(pattern, listing.files))


def test_links_that_leave_the_project_are_refused(tmp_path: Path) -> None:
    """Neither a linked file nor a linked folder outside is read; a circle of links ends."""
    root = project(tmp_path / "game")
    draw(tmp_path / "elsewhere" / "x.png", 1)
    (root / "art" / "items" / "link.png").symlink_to(tmp_path / "elsewhere" / "x.png")
    (root / "art" / "heroes" / "more").symlink_to(tmp_path / "elsewhere")
    (root / "art" / "heroes" / "big" / "round").symlink_to(root / "art" / "heroes")
    listing = scan(root / "art", root)
    assert set(listing.refused) >= {"items/link.png", "heroes/more"}
    assert not any("elsewhere" in str((root / "art" / name).resolve()) for name in listing.files)
    assert all("links out of the project" in fault for fault in told(root))
    assert len(told(root)) == 2


@pytest.mark.parametrize("name", ["orc", "orc 2", "Œuvre", "a.b", "x-1_2"])
def test_good_names(name: str) -> None:
    """Names that are files everywhere pass."""
    assert name_fault(name) == ""


@pytest.mark.parametrize("name", ["", ".x", "a/b", "a\\b", "nul.png", "x.", "x ", "a\n", "x" * 81, "a:b"])
def test_bad_names(name: str) -> None:
    """Names that leave the folder or that some system cannot hold are refused."""
    assert name_fault(name)


@given(st.sets(st.integers(0, 15), min_size=1))
def test_slots_read_back(chosen: set[int]) -> None:
    """A list of slots means exactly those, in order."""
    assert slots(",".join(map(str, sorted(chosen, reverse=True)))) == tuple(sorted(chosen))
    assert slots(f"0-{max(chosen)}") == tuple(range(max(chosen) + 1))
