"""What new sprites are drawn from, when it cannot be: a line that names the file and the mend, and nothing is lost."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hostile import around
from hostile_run import run
from projects import draw, picture
from test_hostile_models import ADDRESSES
from test_translate import call

from assetforge import formats
from assetforge.build import build
from assetforge.cli import main
from assetforge.formats import png
from assetforge.models.prior import Prior

IMAGES: dict[str, Callable[[], np.ndarray]] = {
    "a.png": lambda: picture(1, (16, 16)),
    "b.png": lambda: picture(2, (12, 9)),
    "grün 游戏/ö b.png": lambda: picture(3, (16, 16)),
    "dot.png": lambda: np.full((1, 1, 4), 255, np.uint8),
    "small.png": lambda: picture(4, (3, 5)),
    "void.png": lambda: np.zeros((16, 16, 4), np.uint8),
    "large.png": lambda: picture(5, (65, 30)),
    "thin.png": lambda: picture(6, (1, 16)),
    "gray.png": lambda: np.dstack([np.arange(0, 256, 16).reshape(4, 4)] * 3 + [np.full((4, 4), 255)]),
    "one/s.png": lambda: picture(7, (16, 16)),
    "two/s.png": lambda: picture(8, (16, 16)),
}


@pytest.fixture
def art(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sprites of all kinds, the current one."""
    monkeypatch.chdir(tmp_path)
    for name, make in IMAGES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png.write_rgba(make().astype(np.uint8)))
    (tmp_path / "text.png").write_text("no image")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("blend a.png void.png", 1, 'void.png: has nothing drawn in "void"'),
        ("blend a.png large.png", 1, "large.png: is 65x30 pixels; at most 64 a side can be blended"),
        ("blend a.png --plus . --minus b.png", 2, "--plus means 12 files; name one sprite"),
        ("blend a.png b.png --plus a.png", 2, "give --plus and --minus together"),
        ("blend a.png text.png", 1, "text.png: holds no PNG"),
        ("restyle large.png --to a.png", 1, "large.png: is 65x30 pixels; at most 64 a side can be restyled"),
        ("restyle a.png --to void.png large.png", 1, "void.png: of this and 1 more, no sprite of at most 64"),
        ("restyle a.png --to b.png --keep 16", 2, "slots run from 0"),
        ("complete large.png --erase 0,0,4,4", 1, "large.png: is 65x30 pixels; at most 64 a side can be filled"),
        ("complete a.png", 1, "a.png: has no hole"),
        ("recolor void.png", 1, 'no pixel of "void" is drawn'),
        ("recolor dot.png --keep #ffffff", 1, "Let all change, or keep less"),
        ("recolor a.png --keep #123456", 1, "keep: no pixel has the color #123456; the nearest that there is: #"),
        ("tileset thin.png thin.png", 1, "thin.png: is 1x16 pixels; each side of a tile must be from 8 to 256"),
        ("tileset dot.png dot.png", 1, "dot.png: is 1x1 pixels"),
        ("tileset a.png b.png", 1, 'a.png: is 16x16 pixels, "b.png" is 12x9'),
        ("tileset one a.png --set 9", 2, "--set"),
        ("train a.png --steps 1", 1, "fewer than 2 sprites to learn from"),
    ],
)
def test_what_cannot_be_drawn_from_is_told(art: Path, line: str, code: int, said: str) -> None:
    """One line, the exit code that the contract gives it, no model loaded, and the folder as it was."""
    before = around(art, "none")
    words = line.split()
    told = call(*words, "-o", "out.safetensors" if words[0] == "train" else "out.png")
    assert (told[0], told[1]) == (code, "") and said in told[2], told
    assert around(art, "none") == before


def test_a_training_never_replaces_its_base(art: Path) -> None:
    """Whatever way the same file is called."""
    (art / "m.safetensors").write_bytes(b"precious")
    code, _, told = call("train", "a.png", "b.png", "--base", art / "m.safetensors", "-o", "./m.safetensors")
    assert code == 2 and "is the base, too" in told
    assert (art / "m.safetensors").read_bytes() == b"precious"


@pytest.mark.parametrize("command", ["blend a.png b.png", "restyle a.png --to b.png", "complete a.png --erase 0,0,4,4"])
def test_an_interrupted_drawing_leaves_nothing(art: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a model draws: exit 130, one line, what was there is there, and nothing else."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    draw(art / "out" / "a.png", 9)
    before = around(art, "none")
    monkeypatch.setattr(Prior, "load", interrupt)
    monkeypatch.setattr(sys, "argv", ["assetforge", *command.split(), "-o", "out"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130
    assert around(art, "none") == before


SHEETS = """
[project]
source = "."
output = "made"
palette = "pico-8"
"""
FAULTS = {
    'kind = "blend"\nfrom = ["a.png", "void.png"]': "-> void.png: has nothing drawn",
    'kind = "blend"\nfrom = "a.png"\nplus = "*/s.png"\nminus = "b.png"': 'plus: "*/s.png" means 2 files',
    'kind = "restyle"\nfrom = "large.png"\nto = "a.png"': "-> large.png: is 65x30 pixels",
    'kind = "restyle"\nfrom = "a.png"\nto = "void.png"': "-> void.png: of this, no sprite",
    'kind = "recolor"\nfrom = "void.png"': 'no pixel of "void" is drawn',
    'kind = "tileset"\ninner = "thin.png"\nouter = "thin.png"': "-> thin.png: is 1x16 pixels",
    'kind = "tileset"\ninner = "*/s.png"\nouter = "a.png"': 'inner: "*/s.png" means 2 files; a material is one tile',
    'kind = "complete"\nfrom = "qqq/*"': 'from: "qqq/*" matches no image in the project.',
    'kind = "complete"\nfrom = "x.png"': '; did you mean "b.png"?',
    'kind = "generate"\ncount = 1\ntile = "z"': 'tile = "z": choose one of x, xy, y.',
}


def test_sheets_that_cannot_be_drawn_fail_alone(art: Path) -> None:
    """Each fault names its sheet's line, and the sound sheet beside them is built."""
    text = SHEETS + '\n[[sheet]]\nname = "good"\nkind = "recolor"\nfrom = "*/s.png"\n'
    for number, keys in enumerate(FAULTS):
        text += f'\n[[sheet]]\nname = "s{number}"\n{keys}\n'
    (art / "assetforge.toml").write_text(text)
    result = build(art)
    told = [str(error) for errors in (result.faults, *result.failed.values()) for error in errors]
    for number, said in enumerate(FAULTS.values()):
        (mine,) = [line for line in told if f'"s{number}"' in line]
        assert mine.startswith("assetforge.toml:") and said in mine and "?." not in mine
    assert set(result.built) == {"good"} and result.exit_code == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does it")
def test_odd_sprites_are_drawn_with(art: Path) -> None:
    """One pixel, three by five, nothing drawn, two sizes, names of all letters, one name twice: sprites come of it."""
    lines = [
        "blend dot.png small.png a.png 'grün 游戏/ö b.png' --steps 2 -o 'ö 0.png'",
        "blend a.png a.png --steps 3 -o o1.png",
        "blend one two --steps 2 -o o2",
        "restyle dot.png small.png void.png --to a.png -o o3",
        "restyle dot.png void.png --to dot.png --take color -o o4.png",
        "restyle one/s.png two/s.png --to 'grün 游戏' -o o5",
        "recolor dot.png -n 2 -o o6",
        "recolor gray.png --all -n 1 -o o7.png",
        "tileset a.png void.png --set 16 -o o8.png",
        "complete dot.png void.png small.png --erase 0,0,1,1 -o o9",
        "generate -p pico-8 -n 1 --size 8x8 --candidates 1 --like void.png -o o10.png",
        "generate -p pico-8 -n 1 --size 8x16 --candidates 1 --tile y -o o11.png",
    ]
    commands = [[str(art), *shlex.split(line)] for line in lines]
    before = around(art, "none")
    told = run(commands, seconds=60, memory=ADDRESSES, preload="torch")
    assert [(one.code, one.err) for one in told if one.code] == []
    after = around(art, "none")
    assert before.items() <= after.items()
    made = [Path(name) for name in after if name.endswith(".png") and name not in before]
    assert len(made) >= len(lines)
    for path in made:
        for frame in formats.read(path):
            assert set(np.unique(frame.rgba[..., 3])) <= {0, 255}, path
