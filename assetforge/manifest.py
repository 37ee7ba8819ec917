"""What was built, from what, and how it failed: the lock for git, and the cache that may be lost.

``assetforge.lock`` is the truth about outputs. ``.assetforge/`` holds shortcuts only: digests of
files by their stat, failures with the key they failed under, and the journal, which tells after a
kill which half of the outputs is already ours. A damaged cache is forgotten, never believed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import ConfigError, InputError, OutputError
from .files import digest, read_bytes, sealed, unsealed, write_atomic
from .globs import Stat, look

__all__ = ["CACHE", "LOCK", "Cache", "Digests", "Journal", "Lock", "canonical"]

LOCK = "assetforge.lock"
CACHE = ".assetforge"
FORMAT = 1
STATE_LIMIT = 1 << 30
MOST_VALUES = 5_000_000
"""What half a million files need; as Python's objects, values take up to fifty times their place in a text."""

# A file changed twice within one tick of the file system's clock has one mtime; FAT ticks every 2 s.
# What was read so soon after its own mtime is read again, as git does with its index.
GRAIN = 2_000_000_000


def canonical(value: Any) -> bytes:
    """`value` as JSON with one spelling: what keys are digests of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def spelled(value: Any, depth: int = 0) -> str:
    """`value` as JSON of one line for each entry, in order, so that a change shows well in git.

    It is what ``json.dumps(value, sort_keys=True, indent=1)`` gives, in a tenth of the time.

    Arguments:
        value: Plain JSON values; keys are strings.
        depth: How deep it stands in the file.
    """
    inner, outer = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, Mapping) and value:
        if not any(isinstance(each, Mapping | list | tuple) for each in value.values()):
            # The fast encoder of the standard library writes no indents, but any separator.
            return "{" + inner + json.dumps(value, sort_keys=True, separators=("," + inner, ": "))[1:-1] + outer + "}"
        parts = (f"{json.dumps(key)}: {spelled(value[key], depth + 1)}" for key in sorted(value))
        return "{" + inner + ("," + inner).join(parts) + outer + "}"
    if isinstance(value, list | tuple) and value:
        return "[" + inner + ("," + inner).join(spelled(each, depth + 1) for each in value) + outer + "]"
    return json.dumps(value)


def parsed(data: bytes) -> Any:
    """The JSON value in a file that anyone may have written.

    Raises:
        ValueError: If it is none, nests too deep, or would take hundreds of megabytes.
    """
    if sum(data.count(mark) for mark in b",:[{") > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES} values")
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nests too deep") from None


@dataclass
class Lock:
    """The content of ``assetforge.lock``.

    Attributes:
        models: By name: `key`, `sha256` of the checkpoint, `evidence`.
        sheets: By name: `key`, `evidence` (settings, inputs, palette, model), `model` (sha256).
        outputs: By path below the project: `sha256`, `sheet`, `key`, `inputs` (sha256 over all of
            them), `palette`, `seed`, `model` (sha256), `version`.
    """

    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    sheets: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Each sheet as it was last written: the lock is saved after every sheet, and spelling all of them each time
    # would take longer than making them.
    spelt: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, root: Path) -> Lock:
        """The lock of a project; an empty one if it has none.

        Raises:
            ConfigError: If the file is damaged, for instance by a merge.
        """
        if not os.path.lexists(root / LOCK):
            return cls()
        mend = "take it from git, or delete it and build again."
        try:
            data = parsed(read_bytes(root / LOCK, STATE_LIMIT))
            lock = cls(data["models"], data["sheets"], data["outputs"])
            version = data["format"]
            entries = [entry for table in (lock.models, lock.sheets, lock.outputs) for entry in table.values()]
            evidences = [entry["evidence"] for table in (lock.models, lock.sheets) for entry in table.values()]
            words = [entry["key"] for entry in entries]
            words += [entry["model"] for entry in lock.sheets.values()]
            words += [entry["sha256"] for table in (lock.models, lock.outputs) for entry in table.values()]
            words += [entry["sheet"] for entry in lock.outputs.values()]
            words += [sha for each in evidences for sha in each["inputs"].values()]
            tables = [table for each in evidences for table in map(each.get, ("palette", "model", "swaps"))]
            sound = all(isinstance(word, str) for word in words)
            sound &= all(isinstance(table, dict | None) for table in tables)
            sound &= all(isinstance(each["settings"], dict) for each in evidences)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ConfigError(f"is damaged; {mend}", LOCK) from error
        if not sound or version != FORMAT:
            raise ConfigError(f"is of another format than {FORMAT}; {mend}", LOCK)
        for path in lock.outputs:
            if path.startswith("/") or ".." in path.split("/") or "\\" in path or "\0" in path:
                raise ConfigError(f'names the output "{path[:80]}", outside the project; {mend}', LOCK)
        return lock

    def save(self, root: Path) -> None:
        """Write the lock, whole, in one order.

        Raises:
            OutputError: If it cannot be written.
        """
        for name, entry in self.sheets.items():
            if self.spelt.get(name, (None,))[0] is not entry:
                self.spelt[name] = entry, spelled(entry, 2)
        sheets = (f"{json.dumps(name)}: {self.spelt[name][1]}" for name in sorted(self.sheets))
        told = "{\n  " + ",\n  ".join(sheets) + "\n }" if self.sheets else "{}"
        models, outputs = spelled(self.models, 1), spelled(self.outputs, 1)
        text = f'{{\n "format": {FORMAT},\n "models": {models},\n "outputs": {outputs},\n "sheets": {told}\n}}\n'
        try:
            write_atomic(root / LOCK, text.encode())
        except OutputError as error:
            raise OutputError(error.message, LOCK) from error

    def record(self, name: str, key: str, evidence: Mapping[str, Any], model: str, shas: Mapping[str, str]) -> None:
        """Put down a built sheet.

        Arguments:
            name, key, evidence: As of its plan.
            model: The sha256 of what it was drawn with, or nothing.
            shas: Path below the project and sha256 of each of its files.
        """
        self.sheets[name] = {"key": key, "evidence": evidence, "model": model}
        entry = {
            "sheet": name,
            "key": key,
            "inputs": digest(canonical(evidence["inputs"])),
            "palette": evidence["palette"]["name"],
            "seed": evidence["settings"]["seed"],
            "model": model,
            "version": evidence["version"],
        }
        for path, sha in shas.items():
            self.outputs[path] = {"sha256": sha, **entry}

    def retain(self, sheets: Container[str], models: Container[str]) -> bool:
        """Drop sheets and models of other names; whether there were any."""
        before = len(self.sheets) + len(self.models)
        self.sheets = {name: entry for name, entry in self.sheets.items() if name in sheets}
        self.models = {name: entry for name, entry in self.models.items() if name in models}
        return len(self.sheets) + len(self.models) != before

    def exports(self, name: str) -> list[str]:
        """The names of the exports that a sheet was built with."""
        told = self.sheets.get(name, {}).get("evidence", {}).get("settings", {}).get("exports")
        return [each for each in told if isinstance(each, str)] if isinstance(told, list | tuple) else []

    def of_sheet(self, name: str) -> dict[str, str]:
        """The outputs of a sheet: path to sha256."""
        return {path: entry["sha256"] for path, entry in self.outputs.items() if entry["sheet"] == name}


@dataclass
class Cache:
    """What spares work and may be deleted: digests by stat, and failures.

    Attributes:
        files: From path to [size, mtime, ctime, when it was read, sha256].
        failures: By sheet or model: `key` and `errors`, each a list of message and trail.
    """

    files: dict[str, list[Any]] = field(default_factory=dict)
    failures: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def load(cls, root: Path) -> Cache:
        """The cache of a project; an empty one if there is none, or it was cut or altered."""
        try:
            head, _, body = read_bytes(root / CACHE / "cache.json", STATE_LIMIT).partition(b"\n")
            if digest(body).encode() != head:
                return cls()
            data = parsed(body)
            files, failures = data["files"], data["failures"]
            return cls(files, failures) if isinstance(files, dict) and all(map(whole, failures.values())) else cls()
        except (InputError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def save(self, root: Path) -> None:
        """Write the cache if there is anything new in it."""
        if self.changed:
            body = json.dumps({"files": self.files, "failures": self.failures}).encode()
            write_atomic(root / CACHE / "cache.json", digest(body).encode() + b"\n" + body)
            self.changed = False

    def failed(self, name: str, key: str) -> bool:
        """Whether a job failed under `key` when it was last tried."""
        return self.failures.get(name, {}).get("key") == key

    def fail(self, name: str, key: str, errors: list[list[str]]) -> None:
        """Remember that a job failed under `key`; without errors, forget that it ever did."""
        failure = {"key": key, "errors": errors}
        if errors and self.failures.get(name) != failure:
            self.failures[name] = failure
            self.changed = True
        elif not errors and name in self.failures:
            del self.failures[name]
            self.changed = True


def whole(failure: Any) -> bool:
    """Whether this is what a cache says of a failure."""
    errors = [error for error in failure["errors"] if isinstance(error, list) and error]
    words = [failure["key"], *(word for error in errors for word in error)]
    return len(errors) == len(failure["errors"]) and all(isinstance(word, str) for word in words)


class Digests:
    """SHA-256 of files below `root`, reading only those whose stat changed since they were read."""

    def __init__(self, root: Path, cache: Cache) -> None:
        self.root, self.cache = root, cache
        self.used: set[str] = set()

    def __call__(self, path: str, stat: Stat | None = None) -> str:
        """The digest of the file at `path` below the root.

        Raises:
            InputError: If it cannot be read; its trail is `path`.
        """
        self.used.add(path)
        full = os.path.join(self.root, path)
        try:
            stat = stat or look(os.stat(full))
        except (OSError, ValueError) as error:
            # A lock may name what no file can be called.
            raise InputError(f"cannot be read: {getattr(error, 'strerror', 'its name is none')}.", path) from error
        with suppress(KeyError, TypeError, ValueError):
            size, mtime, ctime, read, found = self.cache.files[path]
            settled = max(mtime, ctime) + GRAIN < read
            if settled and (size, mtime, ctime) == (stat.size, stat.mtime, stat.ctime):
                return str(found)
        now = time.time_ns()
        try:
            found = digest(read_bytes(Path(full)))
        except InputError as error:
            raise InputError(error.message, path) from error
        self.cache.files[path] = [stat.size, stat.mtime, stat.ctime, now, found]
        self.cache.changed = True
        return found

    def forget(self) -> None:
        """Drop what no look since the start asked for."""
        for path in self.cache.files.keys() - self.used:
            del self.cache.files[path]
            self.cache.changed = True


class Journal:
    """The outputs that a build is about to write, noted before the first of them lands.

    After a kill the lock is still the old one; what lies in the output folder with a digest noted
    here is ours all the same, not edited by hand.

    Attributes:
        noted: By path below the project, the sha256 of each content that was to land there.
        broken: Whether the disk failed while outputs landed, so that the next build must look here.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / CACHE / "journal.json"
        self.noted: dict[str, list[str]] = {}
        self.broken = False
        try:
            found = parsed(unsealed(read_bytes(self.path, STATE_LIMIT)) or b"{}")
            self.noted = {path: [str(sha) for sha in shas] for path, shas in found.items()}
        except (InputError, ValueError, TypeError, AttributeError):
            pass

    def note(self, outputs: dict[str, str]) -> None:
        """Put down path and sha256 of each output that is about to land.

        Raises:
            OutputError: If it cannot be written; it is noted for this build all the same.
        """
        for path, sha in outputs.items():
            if sha not in self.noted.setdefault(path, []):
                self.noted[path].append(sha)
        write_atomic(self.path, sealed(canonical(self.noted)))

    def holds(self, path: str, sha: str) -> bool:
        """Whether a build set out to write this file."""
        return sha in self.noted.get(path, ())

    def close(self) -> None:
        """Every output noted is in the lock now."""
        self.noted = {}
        # Left behind it does no harm: it names files that are in the lock, and the next build closes it.
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
