"""Whatever is put before a build: a line or two, little time and memory, nothing written elsewhere, the rest built."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import hostile_configs
import hostile_files
import hostile_states
import pytest
from hostile import around, counted, faults, game, images, masks, outside, safe
from hostile_images import header, png_of, stream
from hostile_run import Told, run
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assetforge.globs import matches
from assetforge.manifest import Lock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="made of links, FIFOs and limits as Linux has them")

WAYS = "3 ** 30 ways by links"
LARGE = 100_000

Case = tuple[str, Callable[[Path], object], str]


def built(root: Path) -> set[str]:
    """The sheets that lie in the output, whole."""
    found = {path.stem for path in (root / "out").glob("*.json")}
    for name in found:
        json.loads((root / "out" / f"{name}.json").read_text())
    return found


def check(told: Sequence[Told], names: Sequence[str]) -> None:
    """Each command ended as it must."""
    wrong = [f"{name}: {fault}" for name, one in zip(names, told, strict=True) if (fault := safe(one))]
    assert not wrong, "\n".join(wrong)


def check_sheets(tmp_path: Path, cases: Sequence[Case], kind: str = "quantize") -> None:
    """A build of all cases: each sheet is built or told of, the sound one is built, nothing else changes."""
    beside = outside(tmp_path / "outside")
    root = game(tmp_path / "game", cases, kind)
    before = around(tmp_path)
    told = run([[str(root), "build"], [str(root), "build", "--json"], [str(root), "build", "--check", "--quiet"]])
    check(told, ("build", "build --json", "build --check"))
    assert around(tmp_path) == before
    done = built(root)
    assert "good" in done
    assert told[0].code in (1, 2) and told[1].code == told[0].code
    result = json.loads(told[1].out)
    assert set(result["fresh"]) == done
    for number, (name, _, expected) in enumerate(cases):
        sheet, lines = f"c{number:03d}", faults(told[0], number)
        assert (sheet in done) == (not lines), f"{name}: {lines}"
        assert len(lines) <= 2, f"{name}: {lines}"
        assert all("assetforge.toml:" in line for line in lines)
        if expected != "either":
            assert (sheet in done) == (expected == "built"), f"{name}: {lines}"
    assert beside.is_dir()


def test_broken_images_fail_their_sheets_alone(tmp_path: Path) -> None:
    """Files that are cut, that lie, or that are something else."""
    check_sheets(tmp_path, images("cuts", "lies", "foreign"))


@pytest.mark.slow
def test_bombs_take_little(tmp_path: Path) -> None:
    """Files that hold or promise far more than they are: each in a build of its own, within time and memory."""
    cases = images("bombs")
    roots = [game(tmp_path / str(number), [case]) for number, case in enumerate(cases)]
    before = around(tmp_path, "none")
    told = [run([[str(root), "build", "--quiet"]])[0] for root in roots]
    check(told, [name for name, _, _ in cases])
    assert all("good" in built(root) for root in roots)
    after = around(tmp_path, "none")
    assert before.items() <= after.items()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "pack", "quantize", "palette extract"])
def test_many_large_images_are_too_much_together(tmp_path: Path, command: str) -> None:
    """24 small files of 16 million pixels each: whoever would hold them all at once refuses, in little memory."""
    data = png_of(header(4096, 4096, 8, 0), (b"IDAT", stream(17)))

    def fill(folder: Path) -> None:
        for number in range(24):
            (folder / f"{number}.png").write_bytes(data)

    root = game(tmp_path / "game", [("many", fill, "refused")])
    out = {"build": [], "palette extract": ["art/c000", "-k", "4", "-o", "out/x.hex"]}
    words = out.get(command, ["art/c000", "-o", "out/x.png"])
    told = run([[str(root), *command.split(), *words, "--quiet"]])
    check(told, [command])
    assert told[0].code == 1 and "pixels together" in told[0].err


def test_names_and_links_do_no_harm(tmp_path: Path) -> None:
    """Any name is built and printed safely; links out are refused, circles harmless, links within work."""
    cases = hostile_files.cases(tmp_path / "outside")
    check_sheets(tmp_path, [case for case in cases if case[0] != WAYS])


@pytest.mark.slow
def test_links_to_folders_of_links_are_bounded(tmp_path: Path) -> None:
    """3 ** 30 ways by links take a second or two, and are told."""
    check_sheets(tmp_path, [case for case in hostile_files.cases(tmp_path / "outside") if case[0] == WAYS])


def test_explain_and_json_give_any_name(tmp_path: Path) -> None:
    """What is told of a file as JSON is JSON, and gives back its very name; on a terminal it is printable."""
    names = [b"a\nb.png", b"\x1b[31m.png", b"\xff.png", b"\xed\xa0\x80.png", "\u202eg.png".encode()]

    def fill(folder: Path) -> None:
        for name in names:
            hostile_files.put(folder, name)

    root = game(tmp_path / "game", [("names", fill, "built")])
    commands = (["build", "--quiet"], ["explain", "c000", "--json"], ["explain", "c000"], ["explain", "out/c000.png"])
    told = run([[str(root), *command] for command in commands])
    check(told, [" ".join(command) for command in commands])
    inputs = json.loads(told[1].out)["inputs"]
    assert {path.rpartition("/")[2].encode("utf-8", "surrogateescape") for path in inputs} == set(names)
    assert set(Lock.load(root).sheets["c000"]["evidence"]["inputs"]) == set(inputs)
    frames = json.loads((root / "out" / "c000.json").read_bytes())["frames"]
    assert len(frames) == len(names)


def test_links_out_are_followed_if_the_project_says_so(tmp_path: Path) -> None:
    """With follow_links sprites, folders and palettes outside are read; what is written stays inside."""
    beside = outside(tmp_path / "outside")
    (beside / "two.hex").write_text("000000\nffffff\n")

    def fill(folder: Path) -> None:
        (folder / "x.png").symlink_to(beside / "secret.png")
        (folder / "more").symlink_to(beside / "more")

    root = game(tmp_path / "game", [("links", fill, "built")], more="follow_links = true\n")
    (root / "two.hex").symlink_to(beside / "two.hex")
    text = (root / "assetforge.toml").read_text()
    (root / "assetforge.toml").write_text(text.replace('palette = "pico-8"', 'palette = "two.hex"'))
    before = around(tmp_path)
    told = run([[str(root), "build"], [str(root), "build", "--check"]])
    assert [one.code for one in told] == [0, 0], told[0].err
    facts = json.loads((root / "out" / "c000.json").read_text())
    assert len(facts["frames"]) == 2 and facts["meta"]["palette"]["colors"] == ["#000000", "#ffffff"]
    (root / "assetforge.toml").write_text((root / "assetforge.toml").read_text().replace("follow_links = true\n", ""))
    refused = run([[str(root), "build"]])[0]
    assert refused.code == 2 and "two.hex" in refused.err and safe(refused) == ""
    (root / "assetforge.toml").write_text(text.replace('output = "out"', 'output = "linked"'))
    (root / "linked").symlink_to(beside)
    assert run([[str(root), "build"]])[0].code == 2
    (root / "linked").unlink()
    (root / "assetforge.toml").write_text(text.replace('palette = "pico-8"', 'palette = "two.hex"'))
    assert around(tmp_path) == before


def check_configs(tmp_path: Path, texts: Sequence[tuple[str, str | bytes]], after: bool) -> None:
    commands, roots = [], []
    for number, (_, text) in enumerate(texts):
        roots.append(game(tmp_path / f"{number:03d}"))
        hostile_configs.put(roots[-1], text, after)
        commands.append([str(roots[-1]), "build", "--quiet"])
    before = around(tmp_path, "none")
    told = run(commands)
    check(told, [name for name, _ in texts])
    new = around(tmp_path, "none").keys() - before.keys()
    for root, one, (name, _) in zip(roots, told, texts, strict=True):
        assert one.code != 1, f"{name}: {one.err}"
        assert one.code == 0 or "assetforge.toml" in one.err, f"{name}: {one.err}"
        # A number or a text out of all reason makes the whole file none; all else leaves the sound sheet be.
        if after and " more than 32 parts" not in one.err and "digits" not in one.err and "bytes" not in one.err:
            assert "good" in built(root), f"{name}: {one.err}"
        told_of = [line for line in one.err.splitlines() if line.startswith("assetforge:")]
        assert len(told_of) <= 102, f"{name}: {len(told_of)} lines"
    writable = [(str(root / "out"), str(root / ".assetforge"), str(root / "assetforge.lock")) for root in roots]
    assert {path for path in new if not path.startswith(tuple(p for three in writable for p in three))} <= {
        path for path in new if "Windows" in path
    }


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_value_in_every_key_is_a_fault_of_its_sheet(tmp_path: Path, every: bool) -> None:
    """Numbers out of range, dates, tables, escapes, paths: exit 2 with the line, and the sound sheet is built."""
    small = [(name, text) for name, text in hostile_configs.configs(every) if len(text) < LARGE]
    check_configs(tmp_path, small, after=True)


def test_wrong_files_are_told_at_once(tmp_path: Path) -> None:
    """What is no TOML, or has no sound [project], ends in a line."""
    small = [(name, text) for name, text in hostile_configs.whole() if len(text) < LARGE]
    check_configs(tmp_path, small, after=False)


@pytest.mark.slow
@pytest.mark.parametrize("after", [True, False])
def test_configurations_out_of_all_reason_are_told_in_time(tmp_path: Path, after: bool) -> None:
    """Hundreds of thousands of keys, parts, patterns and brackets take seconds, not hours."""
    texts = hostile_configs.configs() if after else hostile_configs.whole()
    check_configs(tmp_path, [(name, text) for name, text in texts if len(text) >= LARGE], after)


@pytest.mark.parametrize(
    ("command", "large"),
    [("build", False), *(pytest.param(command, True, marks=pytest.mark.slow) for command in ("build", "show"))],
)
def test_broken_palettes_fail_their_sheets_alone(tmp_path: Path, command: str, large: bool) -> None:
    """Palettes of all formats, cut, lying, huge: read or refused, and the sheet of a sound one is built."""
    cases = [(name, data) for name, data in hostile_configs.palettes() if large or len(data) < LARGE]
    root = game(tmp_path / "game")
    text = (root / "assetforge.toml").read_text()
    for number, (name, data) in enumerate(cases):
        file = f"p{number:03d}.{name.rpartition('.')[2]}"
        (root / file).write_bytes(data)
        text += f'\n[[sheet]]\nname = "c{number:03d}"\nkind = "quantize"\nfrom = "good/*"\npalette = "{file}"\n'
    (root / "assetforge.toml").write_text(text)
    before = around(tmp_path)
    if command == "show":
        files = sorted(path.name for path in root.glob("p*.*"))
        told = run([[str(root), "palette", "show", file] for file in files])
        check(told, [name for name, _ in cases])
        assert all(len(one.err.splitlines()) <= 2 for one in told if one.code)
    else:
        told = run([[str(root), "build", "--quiet"]])
        check(told, ["build"])
        done = built(root)
        assert "good" in done
        for number, (name, _) in enumerate(cases):
            lines = faults(told[0], number)
            assert len(lines) == (f"c{number:03d}" not in done), f"{name}: {lines}"
    assert around(tmp_path) == before


def test_broken_masks_fail_their_sheets_alone(tmp_path: Path) -> None:
    """A mask of another size, or that is none, is told with its sprite; no model is loaded for it."""
    check_sheets(tmp_path, masks(), "complete")


@pytest.mark.parametrize("step", [23, pytest.param(1, marks=pytest.mark.slow)])
def test_no_lock_cache_or_link_leads_a_build_astray(tmp_path: Path, step: int) -> None:
    """Whatever the lock and the cache say, and wherever links in them lead: no source is lost, nothing outside
    changes, and the build ends in words; the sound sheet is there unless the output folder is at fault."""
    whole = game(tmp_path / "whole")
    (whole / "src").mkdir()
    (whole / "src" / "main.c").write_text("int x;\n")
    assert run([[str(whole), "build", "--quiet"]])[0].code == 0
    cases = list(hostile_states.states(whole))[::step]
    commands, befores = [], []
    asked = (["build", "--check"], ["explain", "good"], ["build"], ["build", "--dry-run"])
    for number, (_, spoil) in enumerate(cases):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder / "game")
        spoil(folder / "game", outside(folder / "outside"))
        befores.append(around(folder))
        commands += [[str(folder / "game"), *words] for words in asked]
    told = run(commands)
    check(told, [f"{name}, {words[0]}" for name, _ in cases for words in asked])
    for number, ((name, _), before) in enumerate(zip(cases, befores, strict=True)):
        assert around(tmp_path / str(number)) == before, name
        if told[len(asked) * number + 2].code == 0:
            assert "good" in built(tmp_path / str(number) / "game"), name


@pytest.mark.slow
@pytest.mark.parametrize("command", [["pack"], ["quantize", "-p", "auto:8"], ["palette", "extract", "-k", "4"]])
def test_commands_take_any_image(tmp_path: Path, command: list[str]) -> None:
    """Every broken image, name and link given to a command by hand is read, or refused in a line or two."""
    # What quantizing takes of bombs, builds tell: packing reads them in a way of its own.
    bombs = images("bombs") if command == ["pack"] else []
    cases = [*bombs, *images("cuts", "lies", "foreign"), *hostile_files.cases(outside(tmp_path / "outside"))]
    root = game(tmp_path / "game", cases)
    before = around(tmp_path)
    out = {"pack": "out/x.png", "quantize": "out/x", "palette": "out/x.hex"}[command[0]]
    commands = [[str(root), *command, f"art/c{number:03d}", "-o", out, "--quiet"] for number in range(len(cases))]
    # Memory that one command gave back late would be laid to the next.
    told = [each for alone in commands[: len(bombs)] for each in run([alone])] + run(commands[len(bombs) :])
    check(told, [name for name, _, _ in cases])
    assert all(len(one.err.splitlines()) <= 2 for one in told)
    assert around(tmp_path) == before


def means(parts: list[str], names: list[str]) -> bool:
    """Whether a pattern means a path, tried in every way."""
    if not parts:
        return not names
    if parts[0] == "**":
        return bool(names) if len(parts) == 1 else any(means(parts[1:], names[n:]) for n in range(len(names)))
    return bool(names) and fnmatchcase(names[0], parts[0]) and means(parts[1:], names[1:])


@given(
    parts=st.lists(st.just("**") | st.text("ab*?", min_size=1, max_size=5).filter(lambda t: "**" not in t), min_size=1),
    names=st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=5),
)
@settings(max_examples=300, deadline=None)
def test_a_pattern_matched_in_one_go_means_what_all_ways_say(parts: list[str], names: list[str]) -> None:
    """Taking each piece of a pattern where it comes first finds the same files as trying all places."""
    assume(any(mark in part for part in parts for mark in "*?"))
    assert list(matches("/".join(parts), ["/".join(names)])) == ["/".join(names)] * means(parts, names)


@pytest.mark.slow
def test_the_corpus_is_large(tmp_path: Path) -> None:
    """At least 300 cases, some in every family."""
    counts = counted(tmp_path)
    assert min(counts.values()) >= 8 and sum(counts.values()) >= 300
