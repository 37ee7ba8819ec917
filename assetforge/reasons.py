"""Why something is stale: what changed between what a key was made of then and now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .manifest import canonical

__all__ = ["difference"]


def difference(old: Mapping[str, Any] | None, new: Mapping[str, Any], never: str) -> tuple[str, ...]:
    """What changed between two evidences, in a reader's words; `never` if there is no old one."""
    return tuple(_changes(old, new)) if old else (never,)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    # What came from JSON has lists where ours has tuples.
    new = json.loads(canonical(new))
    was, now = old.get("inputs", {}), new["inputs"]
    gone = {path: sha for path, sha in was.items() if path not in now}
    fresh = {path: sha for path, sha in now.items() if path not in was}
    by_content = {sha: path for path, sha in gone.items()}
    for path, sha in fresh.items():
        if before := by_content.pop(sha, None):
            del gone[before]
            yield f"{before} was renamed to {path}"
        else:
            yield f"{path} is new"
    yield from (f"{path} changed" for path, sha in now.items() if path in was and was[path] != sha)
    yield from (f"{path} is gone" for path in gone)
    before, after = old.get("settings", {}), new["settings"]
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield f"{key}: {_told(before.get(key))} -> {_told(after.get(key))}"
    for key, what in (("palette", "sha256"), ("model", "key")):
        one, other = old.get(key) or {}, new.get(key) or {}
        if one.get("name") != other.get("name"):
            yield f"{key}: {one.get('name')} -> {other.get('name')}"
        elif one.get(what) != other.get(what):
            yield f"{key} {other.get('name')} changed"
    colors = old.get("swaps") or {}
    swaps = new.get("swaps", {}).items()
    yield from (f"swap palette {name} changed" for name, sha in swaps if colors.get(name, sha) != sha)
    if old.get("base", "") != new.get("base", ""):
        yield "the model it starts from changed"
    if old.get("output") != new.get("output"):
        yield f"output: {old.get('output')} -> {new.get('output')}"
    if old.get("version") != new["version"]:
        yield f"assetforge {old.get('version')} -> {new['version']}"
    elif old.get("format") != new["format"]:
        yield "its format changed"


def _told(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
