"""A reader of Godot's text resources, after their documentation and by none of our code.

https://docs.godotengine.org/en/stable/contributing/development/file_formats/tscn.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Call", "Resource", "read"]

TOKEN = re.compile(r'\s*(?:(&?)"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(\w+)|([\[\]{}(),:=]))', re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class Call:
    """A value like ``Rect2(0, 0, 1, 1)``."""

    name: str
    values: tuple[Any, ...]


@dataclass
class Resource:
    """A file: its head, the external and inner resources by id, and its own properties."""

    head: dict[str, Any]
    external: dict[Any, dict[str, Any]] = field(default_factory=dict)
    inner: dict[Any, dict[str, Any]] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)


class Tokens:
    """The text from a place on."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def next(self) -> tuple[str, Any]:
        found = TOKEN.match(self.text, self.place)
        assert found, f"not understood: {self.text[self.place : self.place + 40]!r}"
        self.place = found.end()
        named, string, number, word, mark = found.groups()
        if string is not None:
            return "name" if named else "string", unescaped(string)
        if number is not None:
            return "number", float(number) if re.search("[.e]", number) else int(number)
        return ("word", word) if word is not None else ("mark", mark)

    def value(self) -> Any:
        kind, token = self.next()
        if kind in ("string", "name", "number"):
            return token
        if token == "[":
            return self.listed("]")
        if token == "{":
            return dict(self.listed("}"))
        assert kind == "word", token
        if token in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[token]
        assert self.next() == ("mark", "(")
        return Call(token, tuple(self.listed(")")))

    def listed(self, end: str) -> list[Any]:
        """What stands up to `end`, between commas; in a dictionary pairs."""
        found: list[Any] = []
        while True:
            before = self.place
            if self.next() == ("mark", end):
                return found
            self.place = before
            value = self.value()
            if end == "}":
                assert self.next() == ("mark", ":")
                value = value, self.value()
            found.append(value)
            token = self.next()
            if token == ("mark", end):
                return found
            assert token == ("mark", ","), token


def unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        return chr(int(found[1][1:], 16)) if len(found[1]) == 5 else ESCAPES.get(found[1], found[1])

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", one, text, flags=re.DOTALL)


def read(data: bytes) -> Resource:
    """The resource in a file.

    Raises:
        AssertionError: If it is none, refers to what it does not hold before, or miscounts itself.
    """
    tokens = Tokens(data.decode())
    resource: Resource | None = None
    properties: dict[str, Any] = {}
    while tokens.text[tokens.place :].strip():
        assert tokens.next() == ("mark", "[")
        kind = tokens.next()[1]
        fields: dict[str, Any] = {}
        while (token := tokens.next()) != ("mark", "]"):
            assert tokens.next() == ("mark", "=")
            fields[token[1]] = tokens.value()
        properties = {}
        if kind == "gd_resource":
            resource = Resource(fields)
        else:
            assert resource is not None
            if kind == "ext_resource":
                resource.external[fields.pop("id")] = fields
            elif kind == "sub_resource":
                properties["type"] = fields["type"]
                resource.inner[fields["id"]] = properties
            else:
                assert kind == "resource"
                resource.properties = properties
        while tokens.text[tokens.place :].strip() and not re.match(r"\s*\[", tokens.text[tokens.place :]):
            key = re.match(r"\s*([\w/:]+) = ", tokens.text[tokens.place :])
            assert key, tokens.text[tokens.place : tokens.place + 40]
            tokens.place += key.end()
            assert resource is not None
            properties[key[1]] = known(tokens.value(), resource)
    assert resource is not None
    assert resource.head["load_steps"] == 1 + len(resource.external) + len(resource.inner)
    return resource


def known(value: Any, resource: Resource) -> Any:
    """`value`, if all that it refers to stands before it."""
    if isinstance(value, Call) and value.name == "ExtResource":
        assert value.values[0] in resource.external
    elif isinstance(value, Call) and value.name == "SubResource":
        assert value.values[0] in resource.inner
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        known(each, resource)
    return value
