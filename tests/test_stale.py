"""What is stale: all whose bytes would come out otherwise, and nothing else; stat is a shortcut, never the truth."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import QUANTIZE, Telling, draw, project, tree

from assetforge import work
from assetforge.build import build
from assetforge.cli.build import explain
from assetforge.formats import palettes
from assetforge.manifest import CACHE, LOCK
from assetforge.outcome import Options, Result
from assetforge.steps.quantize import Quantize

OUTPUTS = ["items.png", "items.json", "items.index.png", "items.palette.png"]
NAMES = ["items/a.png", "items/b.png", "items/c.png", "heroes/a.png", "heroes/b.png"]
KEYS = st.sampled_from(["padding = 1", "trim = true", "seed = 4", 'palette = "sweetie-16"', "exports = []"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = project(tmp_path_factory.mktemp("built") / "game")
    assert build(root).exit_code == 0
    return root


@pytest.fixture
def game(built: Path, tmp_path: Path) -> Path:
    """A built project."""
    return Path(shutil.copytree(built, tmp_path / "game"))


def check(root: Path) -> Result:
    """What --check says; with the cache and without it, which is the same."""
    with_cache = build(root, Options(check=True))
    cache, spare = root / CACHE, root.parent / f"{root.name}.cache"
    cache.rename(spare)
    try:
        without = build(root, Options(check=True))
        assert not cache.exists()
    finally:
        spare.rename(cache)
    assert without.as_json() == with_cache.as_json()
    return with_cache


def edit(root: Path, before: str, after: str) -> None:
    text = (root / "assetforge.toml").read_text()
    assert before in text
    (root / "assetforge.toml").write_text(text.replace(before, after, 1))


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda path: path.unlink(), "is gone"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "was altered"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "was altered"),
        (lambda path: path.write_bytes(b""), "was altered"),
        (lambda path: overwrite(path), "was altered"),
    ],
)
def test_whatever_happens_to_an_output_is_seen(
    game: Path, output: str, damage: Callable[[Path], object], why: str
) -> None:
    """Deleted, cut, lengthened, emptied, or changed in place with its size and time kept."""
    damage(game / "out" / output)
    assert check(game).stale == {"items": (f"out/{output} {why}",)}
    assert build(game, Options(force=True, only=("items",))).exit_code == 0
    assert check(game).exit_code == 0


def overwrite(path: Path) -> None:
    """Another byte, the same size, the same time."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def touch(root: Path) -> None:
    for path in (*(root / "art").rglob("*.png"), *(root / "out").iterdir(), root / "assetforge.toml"):
        os.utime(path, ns=(1, 10**18))


def again(root: Path) -> None:
    for path in [*(root / "art").rglob("*.png"), *(root / "out").iterdir()]:
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)


def reorder(root: Path) -> None:
    head, items, heroes = (root / "assetforge.toml").read_text().split("[[sheet]]")
    text = f"# the same, told otherwise\n{head}[[sheet]]{heroes}\n\n[[sheet]]{items}seed = 0\n"
    (root / "assetforge.toml").write_text(text)


def there_and_back(root: Path) -> None:
    path = root / "art/items/axe.png"
    old = path.read_bytes()
    draw(path, 50)
    assert check(root).exit_code == 3
    path.write_bytes(old)


@pytest.mark.parametrize(
    "change",
    [
        touch,
        again,
        reorder,
        there_and_back,
        lambda root: draw(root / "art/other/new.png", 3),
        lambda root: (root / "art/items/notes.txt").write_text("x"),
        lambda root: (root / "art/items/.hidden.png").write_bytes(b"x"),
        lambda root: draw(root / "art/items/axe.mask.png", 3),
        lambda root: (root / "out/mine.txt").write_text("x"),
        lambda root: shutil.copytree(root, root.parent / "clone" / "deep"),
    ],
)
def test_what_changes_no_byte_makes_nothing_stale(game: Path, change: Callable[[Path], object]) -> None:
    """Times, copies, comments, the order of the file, files that no pattern means, a way there and back."""
    change(game)
    for root in [game, *(game.parent / "clone").glob("*")]:
        assert check(root).exit_code == 0
        assert build(root).built == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda root: draw(root / "art/items/axe.png", 70), "art/items/axe.png changed"),
        (
            lambda root: (root / "art/items/axe.png").rename(root / "art/items/zax.png"),
            "art/items/axe.png was renamed to art/items/zax.png",
        ),
        (lambda root: edit(root, '"pico-8"', '"sweetie-16"'), "palette: pico-8 -> sweetie-16"),
        (lambda root: edit(root, 'from = "items/*.png"', 'from = "items/*.png"\ntrim = true'), "trim: false -> true"),
        (lambda root: edit(root, "items/*.png", "items/*x*.png"), "art/items/bow.png is gone"),
        (lambda root: edit(root, '"out"', '"dist"'), "output: out -> dist"),
        (lambda root: (root / "out/items.json").unlink(), "out/items.json is gone"),
    ],
)
def test_explain_names_the_one_thing_that_changed(
    game: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object], why: str
) -> None:
    """First, and where only one thing changed, alone; a sheet and each of its files say the same."""
    change(game)
    monkeypatch.chdir(game)
    for target in ("items", "out/items.png"):
        run = CliRunner().invoke(explain, [target, "--json"])
        told = json.loads(run.output)
        reasons = [reason for reason in told["reasons"] if not reason.startswith("from: ")]
        assert (told["state"], reasons) == ("stale", [why])
        assert CliRunner().invoke(explain, [target, "-q"]).output.splitlines()[:2] == [
            "items: stale",
            f"  {told['reasons'][0]}",
        ]


def test_a_step_that_comes_to_mean_other_bytes_is_seen(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its format is part of the key, in a version that is otherwise the same."""
    monkeypatch.setattr(Quantize, "format", 2)
    assert check(game).stale == {name: ("its format changed",) for name in ("items", "heroes")}
    assert sorted(build(game).built) == ["heroes", "items"]
    assert check(game).exit_code == 0


def test_a_bundled_palette_that_changes_is_seen(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade may mend a color; palettes count by their content, not by their name."""
    original = palettes.find
    other = game / "other.hex"
    other.write_text("000000\nffffff\n")
    monkeypatch.setattr(
        palettes, "find", lambda spec, *rest, **how: other if spec == "sweetie-16" else original(spec, *rest, **how)
    )
    assert check(game).stale == {"heroes": ("palette sweetie-16 changed",)}


@pytest.mark.parametrize("altered", [False, True])
def test_an_export_that_is_gone_takes_its_file_along(game: Path, altered: bool) -> None:
    """What an export wrote goes with it, unless it was altered since; then it is kept and said."""
    edit(game, 'from = "items/*.png"', 'from = "items/*.png"\nexports = ["json-array"]')
    assert build(game).exit_code == 0
    if altered:
        (game / "out/items.array.json").write_text("mine")
    edit(game, 'exports = ["json-array"]', "exports = []")
    assert "items" in check(game).stale
    result, gone = build(game, Options(force=altered)), "out/items.array.json"
    assert result.exit_code == 0
    assert (result.removed, result.kept) == (([], [gone]) if altered else ([gone], []))
    assert sorted(tree(game, "out")) == sorted(
        [f"out/{name}" for name in OUTPUTS]
        + [f"out/{name.replace('items', 'heroes')}" for name in OUTPUTS]
        + [gone] * altered
    )
    assert check(game).exit_code == 0


def fake(job: work.SheetJob) -> work.Done:
    """Work that takes no time and loses nothing: all that the sheet depends on, in each of its files."""
    read = [(s.path, (Path(job.root) / s.path).read_bytes()) for inputs in job.inputs.values() for s in inputs]
    facts = f"{job.step} {job.palette} {job.exports} {read}".encode()
    return work.Done({f"{job.step.name}.png": facts, **{f"{job.step.name}.{name}": facts for name in job.exports}})


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_after_any_edits_a_build_gives_what_a_clean_one_does(data: st.DataObject) -> None:
    """Sprites made, changed, renamed, swapped, deleted; settings changed; outputs deleted; the cache lost; in any
    order, with builds between: the outputs and the lock are those of a clean build, and a sheet none of whose
    things changed is not built."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "draw_sheet", fake)
        root = project(Path(folder) / "game", QUANTIZE, NAMES)
        build(root)
        for turn in range(data.draw(st.integers(1, 4))):
            before = {name: facts(root, name) for name in ("items", "heroes")}
            gone: set[str] = set()
            for _ in range(data.draw(st.integers(0, 3))):
                gone |= change(root, data)
            told = Telling()
            result = build(root, reporter=told)
            assert not result.failed, told.errors
            after = {name: facts(root, name) for name in ("items", "heroes")}
            stale = {name for name in before if before[name] != after[name] or name in gone}
            assert set(result.built) == stale
            clean = Path(folder) / f"clean-{turn}"
            shutil.copytree(root, clean, ignore=shutil.ignore_patterns("out", CACHE, LOCK))
            build(clean)
            assert tree(root, "out", LOCK) == tree(clean, "out", LOCK)
            assert check(root).exit_code == 0


def facts(root: Path, name: str) -> tuple[object, ...]:
    """All that a sheet depends on."""
    blocks = (root / "assetforge.toml").read_text().split("[[sheet]]")[1:]
    return sorted(tree(root / "art", name).items()), *(block for block in blocks if f'"{name}"' in block)


def change(root: Path, data: st.DataObject) -> set[str]:
    """One thing that people do to a project; the sheets whose outputs it touches."""
    sprites = sorted((root / "art").rglob("*.png"))
    kind = data.draw(st.sampled_from(["draw", "rename", "swap", "delete", "touch", "key", "output", "cache"]))
    sprite = data.draw(st.sampled_from(sprites))
    siblings = [path for path in sprites if path.parent == sprite.parent]
    if kind == "draw":
        draw(root / "art" / data.draw(st.sampled_from(NAMES)), data.draw(st.integers(0, 3)))
    elif kind == "rename":
        sprite.rename(sprite.with_name(data.draw(st.sampled_from(["a.png", "b.png", "z.png"]))))
    elif kind == "swap":
        other = data.draw(st.sampled_from(sprites))
        one, two = sprite.read_bytes(), other.read_bytes()
        sprite.write_bytes(two)
        other.write_bytes(one)
    elif kind == "delete" and len(siblings) > 1:
        sprite.unlink()
    elif kind == "touch":
        os.utime(sprite, ns=(0, data.draw(st.integers(0, 2**61))))
    elif kind == "key":
        line = data.draw(KEYS)
        head, items, heroes = (root / "assetforge.toml").read_text().split("[[sheet]]")
        kept = [old for old in items.splitlines() if old.partition(" = ")[0] != line.partition(" = ")[0]]
        block = "\n".join([*kept, line, ""])
        (root / "assetforge.toml").write_text(f"{head}[[sheet]]{block}[[sheet]]{heroes}")
    elif kind == "output":
        output = data.draw(st.sampled_from(sorted((root / "out").iterdir())))
        output.unlink()
        return {output.name.partition(".")[0]}
    elif kind == "cache":
        shutil.rmtree(root / CACHE, ignore_errors=True)
        (root / CACHE).mkdir()
    return set()
