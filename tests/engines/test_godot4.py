"""What is known of Godot 4 without Godot 4: its scripts parse by gdtoolkit's grammar of GDScript.

The resources are read after the documentation of their format in `tests/test_godot.py`; nothing of it has run in the
engine.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import missing

ADDON = Path(__file__).parents[2] / "plugins" / "godot" / "4"
SCRIPTS = sorted(path.name for path in ADDON.glob("*.gd"))


def test_every_script_of_the_addon_parses() -> None:
    """Each is a tool script as Godot 4 marks them; the grammar refuses each when a bracket is lost."""
    try:
        from gdtoolkit.parser import parser
    except ImportError:
        missing("gdtoolkit")
    assert {"plugin.gd", "exporter.gd", "dock.gd", "palette.gd"} <= set(SCRIPTS)
    for name in SCRIPTS:
        text = (ADDON / name).read_text()
        assert text.split("\n@tool\n")[0].startswith("#") and "\ntool\n" not in text, name
        assert parser.parse(text).children, name
        with pytest.raises(Exception, match="Unexpected"):
            parser.parse(text.replace("():", "(:").replace("() ->", "( ->"))


def test_both_addons_have_the_same_parts() -> None:
    """What one of the two does, the other does: their files have the same names, their scripts the same functions."""
    other = ADDON.parent / "3"
    assert sorted(path.name for path in other.glob("*.gd")) == SCRIPTS

    def functions(path: Path) -> set[str]:
        lines = (line.removeprefix("static ") for line in path.read_text().splitlines())
        return {line.split("(")[0].removeprefix("func ") for line in lines if line.startswith("func ")}

    differ = {"slice", "_get_name", "message", "_get_configuration_warning", "_get_configuration_warnings"}
    for name in SCRIPTS:
        assert functions(ADDON / name) ^ functions(other / name) <= differ, name
