"""Documentation is code: every command documented, every example in the help a real command line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from assetforge.cli import COMMANDS, cli, main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
NAMES = [name for group in COMMANDS.values() for name in group]


def leaves(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    """The command itself, or those of a group."""
    if isinstance(command, click.Group):
        return [leaf for name, one in command.commands.items() for leaf in leaves(one, (*path, name))]
    return [(path, command)]


def all_leaves() -> list[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(cli)
    return [leaf for name in NAMES if (command := cli.get_command(context, name)) for leaf in leaves(command, (name,))]


@pytest.mark.parametrize(
    ("path", "command"), all_leaves(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_has_help_with_an_example_that_parses(path: tuple[str, ...], command: click.Command) -> None:
    """Its help names what it does, ends with an example, and the example's options are options it has."""
    text = command.get_help(click.Context(command, info_name=" ".join(path)))
    assert "--quiet" in text
    examples = re.findall(
        r"assetforge " + " ".join(path) + r"(?![a-z])([^\n]*(?:\n\s{2,}\S[^\n]*)*)",
        (command.epilog or "") + (command.help or ""),
    )
    assert examples, text
    known = {option for parameter in command.params for option in parameter.opts}
    for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", examples[-1]):
        assert option in known, option


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_names_every_command(name: str) -> None:
    """A newcomer finds each of them on the first page."""
    assert f"`{name}`" in README


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    """One runs the main job, one passes the tests; .ci/run takes both from here."""
    lines = [line for line in README.splitlines() if "pip install" in line and line.startswith("python3")]
    assert [line.rsplit("&& ", 1)[1] for line in lines] == ["assetforge demo", "pytest"]


def test_the_readme_config_is_a_config(tmp_path: Path) -> None:
    """The assetforge.toml shown is one that assetforge reads."""
    from assetforge.pipeline import load

    text = re.findall(r"```toml\n(.*?)```", README, re.S)[0]
    assert tomllib.loads(text)
    (tmp_path / "assetforge.toml").write_text(text)
    (tmp_path / "art" / "monsters").mkdir(parents=True)
    (tmp_path / "art" / "monsters" / "orc.png").write_bytes(b"")
    assert [sheet.name for sheet in load(tmp_path).sheets] == ["monsters"]


def test_pictures_are_drawn_by_what_pages_name() -> None:
    """Each `docs/pictures.py NAME` of a page is a module that writes a picture of that page; all modules are named."""
    drawing = {path.stem: path.read_text() for path in (ROOT / "docs" / "drawing").glob("[!_]*.py")}
    named = set()
    for page in sorted(ROOT.glob("docs/*.md")):
        text = page.read_text()
        for name in re.findall(r"docs/pictures\.py (\w+)", text):
            named.add(name)
            shown = re.findall(r"\]\((pictures/[\w-]+\.png)\)", text)
            written = drawing[name].replace("{name}", page.stem)
            assert any(picture in written for picture in shown), (page, name)
    assert named == drawing.keys() - {"game"}


def test_links_and_pictures_exist() -> None:
    """Every relative link of a page points to a file of the repository."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.relative_to(ROOT)}: {link}"


@pytest.mark.parametrize("arguments", [["build", "nowhere"], ["bild"], ["mix"], ["generate", "--sead", "3"]])
def test_wrong_usage_is_one_or_two_lines(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2; the fault, and where to read more."""
    monkeypatch.setattr("sys.argv", ["assetforge", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert len(lines) == 2 and lines[0].startswith("assetforge: ") and "--help" in lines[1]
