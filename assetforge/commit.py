"""Putting finished bytes into the game project, whole or not at all, over nobody else's files.

The order makes a kill harmless: the journal tells what is about to land, then each output is
replaced by rename, then what is no longer made is removed, then the lock is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .errors import AssetforgeError, ConfigError, InputError, OutputError
from .exports import handed_over
from .files import TEMPORARY, digest, inside, read_bytes, sync_folder, temporary_prefix, write_atomic, write_together
from .manifest import CACHE, LOCK, STATE_LIMIT, canonical
from .pipeline import Project
from .plan import Item, Plan, State, model_path, training_path
from .shelf import SHELVES

__all__ = ["adopt", "keep", "land", "prepare", "prune", "sweep"]


def prepare(root: Path) -> None:
    """Make the cache folder, which ignores itself in git. Links in it are removed: they would lead us to write, and
    to sweep, elsewhere.

    Raises:
        ConfigError: If the cache itself is a link.
        OutputError: If the project cannot be written.
    """
    if (root / CACHE).is_symlink():
        raise ConfigError("is a link; what is kept here must not lead elsewhere: remove it.", CACHE)
    with suppress(OSError), os.scandir(root / CACHE) as entries:
        for entry in entries:
            if entry.is_symlink():
                os.unlink(entry)
    if not (root / CACHE / ".gitignore").exists():
        write_atomic(root / CACHE / ".gitignore", b"*\n")


def sweep(root: Path, output: str, sheets: Iterable[str], state: State) -> None:
    """Remove the temporary files of a build that was killed; outside the cache only those of names that we write.

    Arguments:
        root, output: The project, and its output folder below it.
        sheets: The names of all sheets; what they write may be in no lock and no journal yet.
        state: Names what was written, or was to be.
    """
    ours: dict[str, set[str]] = {"": {LOCK}, output.strip("/"): set()}
    for path in (*state.journal.noted, *state.lock.outputs):
        folder, _, name = path.rpartition("/")
        ours.setdefault(folder, set()).add(name)
    starts = tuple(temporary_prefix(name) for name in sheets)
    for folder, names in ours.items():
        prefixes = {temporary_prefix(f"{name}{end}") for name in names for end in ("", ".orig")}
        with suppress(ConfigError):
            _sweep(inside(root, folder), prefixes, starts if folder == output.strip("/") else ())
    for folder in (CACHE, f"{CACHE}/models", SHELVES):
        _sweep(root / folder, set(), ("",))


def _sweep(folder: Path, prefixes: Container[str], starts: tuple[str, ...]) -> None:
    """Remove the temporary files in `folder` whose prefix is known, or whose name starts so."""
    try:
        for name in os.listdir(folder):
            if temporary := TEMPORARY.fullmatch(name):
                prefix = re.sub(r"(?<=\.orig)\d+\.$", ".", temporary[1])
                if prefix in prefixes or name.startswith(starts):
                    os.unlink(folder / name)
    except OSError:
        return


def land(
    root: Path,
    output: str,
    sheet: str,
    files: Mapping[str, bytes],
    state: State,
    *,
    force: bool,
    taken: Callable[[str], bool],
    exports: Sequence[str] = (),
) -> tuple[dict[str, str], list[str]]:
    """Put the files of a sheet into the output folder.

    Arguments:
        root, output: The project, and its output folder below it.
        sheet: Whose files they are.
        files: Path below the output folder, and content.
        state: The lock that says which files are ours; gains journal entries.
        force: Replace foreign and altered files, keeping each as ``.orig``.
        taken: Whether a name is that of another sheet that is still built.
        exports: What the files are of; what they hand over to their engine is never replaced.

    Returns:
        Path below the root and sha256 of each file, and what there is to tell.

    Raises:
        ExceptionGroup: Of an OutputError for each file that must not be replaced; then none is.
        OutputError: If the disk refuses: for want of room, before any was replaced.
    """
    targets = {f"{output.strip('/')}/{name}": data for name, data in files.items()}
    shas = {path: digest(data) for path, data in targets.items()}
    errors: list[AssetforgeError] = []
    stale: list[str] = []
    foreign: dict[str, bytes] = {}
    notes = []
    for path, sha in shas.items():
        owner = state.lock.outputs.get(path, {})
        try:
            target = _target(root, output, path)
            if owner and owner["sheet"] != sheet and taken(owner["sheet"]):
                raise OutputError(f'is an output of [[sheet]] "{owner["sheet"]}"; rename one of the two.', path)
            if not os.path.lexists(target):
                stale.append(path)
                continue
            if target.is_symlink() or not target.is_file():
                raise OutputError("is no regular file; move it away.", path)
            there = read_bytes(target, STATE_LIMIT)
        except AssetforgeError as error:
            errors.append(error)
            continue
        found = digest(there)
        if found == sha:
            continue
        if handed_over(path, exports):
            if not owner and not state.journal.holds(path, found):
                notes.append(f"kept {path}: it was there before; delete it to have ours, which keeps every pixel.")
            continue
        stale.append(path)
        if found != owner.get("sha256") and not state.journal.holds(path, found):
            foreign[path] = there
            if not force:
                fault = "was altered since it was built" if owner else "was not written by assetforge"
                mend = "move it away, or build with --force, which keeps it as .orig."
                errors.append(OutputError(f"{fault}; {mend}", path))
    if errors:
        raise ExceptionGroup("outputs", errors)
    try:
        state.journal.note(shas)
    except OutputError as error:
        # It spares a question after a kill; outputs are whole without it.
        notes.append(f"{CACHE}: {error.message}")
    try:
        notes += [f"kept the old {path} as {_keep(root / path, there)}." for path, there in foreign.items()]
        write_together({root / path: targets[path] for path in stale})
    except OutputError as error:
        state.journal.broken = True
        error.trail = tuple(step.removeprefix(os.path.join(root, "")) for step in error.trail)
        raise
    return shas, notes


def keep(root: Path, item: Item, data: bytes, state: State) -> None:
    """Put a trained model into the cache, and what it is into the lock.

    Raises:
        OutputError: If either cannot be written.
    """
    path, sha = model_path(item.name), digest(data)
    try:
        write_atomic(root / path, data)
        # Last: without it the checkpoint is not believed.
        write_atomic((root / path).with_suffix(".json"), canonical({"key": item.key, "sha256": sha}))
    except OutputError as error:
        raise OutputError(error.message, path) from error
    state.lock.models[item.name] = {"key": item.key, "sha256": sha, "evidence": item.evidence}
    state.lock.save(root)


def adopt(root: Path, plan: Plan, state: State) -> None:
    """Tell in the lock of models that a killed build had trained and not told of; what it went on from is over."""
    found = {
        item.name: {"key": item.key, "sha256": item.model, "evidence": item.evidence}
        for item in plan.models
        if item.state == "fresh" and item.checkpoint
    }
    for name in found:
        path = root / training_path(name)
        if path.exists():
            with suppress(OSError):
                path.unlink()
    new = {name for name, entry in found.items() if state.lock.models.get(name, {}).get("key") != entry["key"]}
    if new:
        state.lock.models |= found
        # Every sheet that lands writes it again.
        with suppress(OutputError):
            state.lock.save(root)


def prune(
    root: Path, outputs: Mapping[str, str], state: State, project: Project
) -> tuple[list[str], list[str], list[OutputError]]:
    """Remove outputs that nothing makes any more, unless they were altered since by another than their engine.

    Arguments:
        root: The project.
        outputs: Path below the root, and the sha256 it was written with.
        state: Its journal also tells what is ours.
        project: Says where outputs lie, and sources.

    Returns:
        The paths removed; those kept because they were altered; and an error, whose trail is the
        path, for each that the disk would not let go of.
    """
    removed, kept, errors = [], [], []
    alive = {path.casefold(): path for path in state.lock.outputs if path not in outputs}
    for path, sha in outputs.items():
        try:
            target = inside(root, path)
            # A link leads to somebody else's file.
            if (root / path).is_symlink() or not target.is_file() or not _placed(root, path, target, state, project):
                continue
            # Where the system sees no case, a sheet renamed by its case alone has written to these very files.
            twin = alive.get(path.casefold())
            if twin and (root / twin).exists() and os.path.samefile(root / twin, target):
                continue
            found = digest(read_bytes(target, STATE_LIMIT))
        except (InputError, ConfigError):
            continue
        ours = found == sha or state.journal.holds(path, found)
        if not ours and not handed_over(path, state.lock.exports(state.lock.outputs[path]["sheet"])):
            kept.append(path)
            continue
        try:
            os.unlink(target)
            sync_folder(target.parent)
        except OSError as error:
            errors.append(OutputError(f"cannot be removed: {error.strerror}.", path))
            continue
        removed.append(path)
        _remove_empty(root, target.parent)
    return removed, kept, errors


def _placed(root: Path, path: str, target: Path, state: State, project: Project) -> bool:
    """Whether an output of ours may lie there: in the output folder, or in the one that its sheet had before.

    A lock is a file that anyone may have written, and may name a source, or the configuration.
    """
    if target.is_relative_to(inside(root, project.output)):
        return True
    sheet = state.lock.sheets.get(state.lock.outputs[path]["sheet"], {})
    before = inside(root, str(sheet.get("evidence", {}).get("output", "")))
    source = inside(root, project.source, project.follow_links)
    return before != root.resolve() and target.is_relative_to(before) and not target.is_relative_to(source)


def _target(root: Path, output: str, path: str) -> Path:
    try:
        target = inside(root, path)
    except ConfigError as error:
        raise OutputError(error.message, path) from error
    if not target.is_relative_to(inside(root, output)):
        raise OutputError("lies outside the output folder.", path)
    return root / path


def _keep(path: Path, data: bytes) -> str:
    """Write `data` beside `path` as ``.orig``, or under the next free number; the name."""
    number = 1
    while True:
        kept = path.with_name(f"{path.name}.orig{number if number > 1 else ''}")
        try:
            if read_bytes(kept, STATE_LIMIT) == data:
                return kept.name
        except InputError:
            if not os.path.lexists(kept):
                write_atomic(kept, data)
                return kept.name
        number += 1


def _remove_empty(root: Path, folder: Path) -> None:
    """Remove a folder that pruning emptied, and those above it, up to the project."""
    while folder != root.resolve() and folder.is_relative_to(root.resolve()):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
