"""From a table of a configuration file to a frozen dataclass, and from a name to a class.

The options of a thing are the fields of the dataclass that does it. A field's annotation says
which values it takes, `option` says within which bounds; a key that is no field, and a value that
does not fit, are faults that say what would have been right. All faults of a table are found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from .errors import ConfigError, did_you_mean

__all__ = ["Place", "brief", "make", "option", "plain", "resolve"]

MANY = 30
"""Faults of one table that are told; a file out of all reason would take long to go through."""

MOST_ENTRIES = 10_000

T = TypeVar("T")

Place = Callable[[str], str]
"""From a key (or "" for the whole table) to the place that a message names."""

_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a string",
}


def option(
    default: Any = dataclasses.MISSING,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a settings dataclass.

    Arguments:
        default: What holds if the key is absent; without one the key must be given.
        low, high: Bounds, both included, of a number or of each number in a list.
        choices: The strings allowed.
    """
    return dataclasses.field(default=default, metadata={"low": low, "high": high, "choices": choices})


def make(cls: type[T], table: Mapping[str, Any], place: Place) -> tuple[T | None, list[ConfigError]]:
    """The settings that `table` gives, or every fault in it.

    Arguments:
        cls: A frozen dataclass; a field ``from_`` is the key ``from``.
        table: As TOML gives it.
        place: Where a key stands.
    """
    fields = {f.name.rstrip("_"): f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = _hints(cls)  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    faults: list[ConfigError] = []
    for key, value in table.items():
        if len(faults) >= MANY:
            faults.append(ConfigError(f"has more than {MANY} faults; mend those first.", place("")))
            return None, faults
        if key not in fields:
            faults.append(ConfigError(f'unknown key "{key[:80]}"; {did_you_mean(key, fields)}', place(key)))
            continue
        field = fields[key]
        try:
            fitted = _fit(hints[field.name], value)
            _bound(fitted, field.metadata)
            values[field.name] = fitted
        except ValueError as error:
            faults.append(ConfigError(f"{key} = {brief(value)}: {error}", place(key)))
    for key, field in fields.items():
        if key not in table and field.default is dataclasses.MISSING:
            faults.append(ConfigError(f'the key "{key}" is missing; give {_words(hints[field.name])}.', place("")))
    return (None if faults else cls(**values)), faults


def resolve(spec: str) -> Any:
    """The class that ``package.module:Class`` names, imported now."""
    module, _, attribute = spec.partition(":")
    return getattr(import_module(module), attribute)


def plain(settings: Any) -> dict[str, Any]:
    """The settings as JSON-ready values under their keys, defaults included."""
    return {f.name.rstrip("_"): getattr(settings, f.name) for f in dataclasses.fields(settings)}


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


def _fit(kind: Any, value: Any) -> Any:
    """`value` as a `kind`; a single string where a list of them is wanted is a list of one.

    Raises:
        ValueError: If it does not fit, saying what would.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        for choice in arguments:
            if choice is not NoneType:
                try:
                    return _fit(choice, value)
                except ValueError:
                    continue
    elif origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            if isinstance(value, str):
                value = [value]
            if isinstance(value, list):
                if len(value) > MOST_ENTRIES:
                    raise ValueError(f"holds {len(value)} entries, at most {MOST_ENTRIES} are taken.")
                return tuple(_fit(arguments[0], item) for item in value)
        elif isinstance(value, list) and len(value) == len(arguments):
            return tuple(_fit(*pair) for pair in zip(arguments, value, strict=True))
    elif kind is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                return float(value)
            except OverflowError:
                raise ValueError(f"give {_words(kind)}.") from None
    elif type(value) is kind:
        return value
    raise ValueError(f"give {_words(kind)}.")


def _bound(value: Any, metadata: Mapping[str, Any]) -> None:
    for item in value if isinstance(value, tuple) else (value,):
        choices, low, high = metadata.get("choices"), metadata.get("low"), metadata.get("high")
        if choices and item not in choices:
            raise ValueError(did_you_mean(str(item), choices))
        if isinstance(item, bool) or not isinstance(item, int | float):
            continue
        # Written so that nan, which is neither below nor above, is refused.
        if (low is not None and not item >= low) or (high is not None and not item <= high):
            raise ValueError(f"give a number from {low} to {high}.")


def _words(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " or ".join(_words(choice) for choice in arguments if choice is not NoneType)
    if origin is tuple:
        if arguments[1] is not Ellipsis:
            return f"a list of {len(arguments)} numbers"
        return f"{_words(arguments[0])} or a list of them"
    return _WORDS.get(kind, str(kind))


def brief(value: Any) -> str:
    """A value as a message quotes it: short, whatever it is."""
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict):
        text = "{…}"
    elif isinstance(value, list):
        nested = any(isinstance(item, list | dict) for item in value)
        text = "[…]" if nested else f"[{', '.join(map(brief, value[:9]))}{', …' * (len(value) > 9)}]"
    elif isinstance(value, int):
        # More digits than Python turns into text by default are an error of their own.
        text = str(value) if abs(value) < 10**30 else "a huge number"
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"
