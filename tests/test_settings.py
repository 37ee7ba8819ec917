"""Tables become frozen dataclasses, or every fault in them is told."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetforge.errors import ConfigError
from assetforge.settings import make, option, plain, resolve
from assetforge.steps import KINDS
from assetforge.steps.base import Step


@dataclass(frozen=True, kw_only=True)
class Thing:
    from_: tuple[str, ...] = option()
    count: int = option(4, low=1, high=9)
    heat: float = option(1.0, low=0, high=2)
    size: tuple[int, int] = option((8, 8), low=1, high=64)
    mode: str = option("plain", choices=("plain", "fancy"))
    trim: bool = option(False)
    names: tuple[str | int, ...] = option(())
    end: int | None = option(None)


def place(key: str) -> str:
    return f"file:{key or 'table'}"


def faults(table: dict[str, Any]) -> list[str]:
    return [str(fault) for fault in make(Thing, table, place)[1]]


def test_a_sound_table_gives_its_values() -> None:
    """Every value fits where its annotation says so; what is absent takes its default; nothing can be changed."""
    thing, found = make(Thing, {"from": "*.png", "heat": 1, "size": [4, 5], "names": ["a", 3]}, place)
    assert found == []
    assert thing == Thing(from_=("*.png",), heat=1.0, size=(4, 5), names=("a", 3))
    with pytest.raises(FrozenInstanceError):
        thing.count = 5  # type: ignore[misc, union-attr]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"from": "x", "cuont": 3}, 'file:cuont: unknown key "cuont"; did you mean "count"?'),
        ({"from": "x", "count": "many"}, 'file:count: count = "many": give a whole number.'),
        ({"from": "x", "count": True}, "file:count: count = true: give a whole number."),
        ({"from": "x", "count": 2.5}, "file:count: count = 2.5: give a whole number."),
        ({"from": "x", "count": 0}, "file:count: count = 0: give a number from 1 to 9."),
        ({"from": "x", "heat": float("nan")}, "file:heat: heat = nan: give a number from 0 to 2."),
        ({"from": "x", "size": [8]}, "file:size: size = [8]: give a list of 2 numbers."),
        ({"from": "x", "size": [8, 65]}, "file:size: size = [8, 65]: give a number from 1 to 64."),
        ({"from": "x", "mode": "fnacy"}, 'file:mode: mode = "fnacy": did you mean "fancy"?'),
        ({"from": "x", "trim": 1}, "file:trim: trim = 1: give true or false."),
        ({"from": 7}, "file:from: from = 7: give a string or a list of them."),
        ({"from": {"a": 1}}, "file:from: from = {…}: give a string or a list of them."),
        ({}, 'file:table: the key "from" is missing; give a string or a list of them.'),
    ],
)
def test_a_fault_names_key_value_and_mend(table: dict[str, Any], told: str) -> None:
    """Each fault is one line with the place, the value and what would be right."""
    assert faults(table) == [told]


def test_all_faults_are_found() -> None:
    """One wrong key does not hide the next."""
    assert len(faults({"cuont": 1, "heat": "hot", "mode": 3})) == 4


@given(
    st.dictionaries(st.text(max_size=8), st.recursive(st.none() | st.integers() | st.floats() | st.text(), st.lists))
)
def test_no_table_breaks_it(table: dict[str, Any]) -> None:
    """Whatever a table holds, it is taken or refused by a ConfigError of one line."""
    thing, found = make(Thing, table, place)
    assert (thing is None) == bool(found)
    assert all(isinstance(fault, ConfigError) for fault in found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_resolves_to_a_step_whose_settings_are_plain(kind: str) -> None:
    """A name in the table of kinds leads to a frozen dataclass that shows its keys under their TOML names."""
    step = resolve(KINDS[kind])
    assert issubclass(step, Step)
    given = {"name": "x", "kind": kind, "from": "*.png", "rows": [1], "cols": [2], "count": 1}
    known = {field.name.rstrip("_") for field in fields(step)}
    made, found = make(step, {key: value for key, value in given.items() if key in known}, place)
    assert found == []
    assert plain(made).keys() == known
