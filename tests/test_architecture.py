"""The walls of ARCHITECTURE.md: who may import whom, and what an idle build may load."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from projects import project

import assetforge
from assetforge.build import build

PACKAGE = Path(assetforge.__file__).parent

FLOORS = {
    "errors": 0,
    "palette": 1,
    "color": 1,
    "files": 1,
    "globs": 1,
    "lettering": 1,
    "sprite": 2,
    "settings": 2,
    "toml": 2,
    "manifest": 2,
    "shelf": 2.1,
    "parallel": 2,
    "cluster": 2.1,
    "watch": 2,
    "resemblance": 2,
    "morph": 2,
    "texture": 2.1,
    "formats": 3,
    "quantize": 3.1,
    "colorways": 3.2,
    "sheet": 3,
    "terrain": 3.1,
    "models": 3.2,
    "ancestry": 3.2,
    "sources": 3.2,
    "corpus": 4,
    "training": 5,
    "trial": 5,
    "pairs": 4.1,
    "evaluate": 4.1,
    "steps": 4,
    "exports": 4,
    "search": 4,
    "contact": 4,
    "exact": 4,
    "origin": 4,
    "destination": 5,
    "terminal": 4,
    "blocks": 4.5,
    "pipeline": 5,
    "finder": 5,
    "reasons": 5,
    "counting": 5,
    "plan": 6,
    "ahead": 6.1,
    "work": 6,
    "commit": 6.1,
    "turn": 6,
    "priors": 5,
    "outcome": 6,
    "build": 7,
    "report": 7,
    "overview": 7.1,
    "cli": 8,
    "api": 8,
    "__main__": 9,
    "__init__": 0.5,
}
"""Where each room stands; a file imports from lower floors only. A tenth is a step within a floor."""

HEAVY = {
    "torch": {"models"},
    "sklearn": {"quantize/kmeans.py", "evaluate/forest.py"},
    "PIL": {"formats"},
    "dask": {"cluster.py"},
    "distributed": {"cluster.py"},
    "watchdog": {"watch/hints.py"},
    "click": {"cli"},
    "tqdm": {"cli"},
    "rich": {"cli"},
    "rectpack": set(),
    "safetensors": {"models"},
    "imagequant": set(),
}
"""Each heavy dependency, and the only places it may be imported in, late imports too."""

LIGHT = ("errors", "files", "globs", "palette", "settings", "toml", "manifest", "watch", "parallel", "pipeline")
LIGHT += ("blocks", "shelf", "cluster", "finder", "reasons", "plan", "commit", "turn", "outcome", "build", "exports")
"""Rooms free of numpy, late imports too (a step is free of it until it runs)."""

NOUNS = {"sprite", "sheet", "palette", "corpus"}
"""Rooms whose classes anyone may name in a type."""

STUDY = {"evaluate", "report"}
TOWER = {"steps", "exports", "blocks", "pipeline", "finder", "reasons", "plan", "work", "commit", "turn", "outcome"}
TOWER |= {"build"}


class Import(tuple[str, bool, bool]):
    """A module that is imported; whether within a function; whether for types alone."""


def files() -> list[str]:
    return [path.relative_to(PACKAGE).as_posix() for path in sorted(PACKAGE.rglob("*.py")) if "_data" not in path.parts]


def room(module: str) -> str:
    """The room of a file or of an inner module: the first part of its path."""
    return module.removesuffix(".py").split("/")[0]


@cache
def imports(file: str) -> tuple[Import, ...]:
    """Every import of a file: inner ones as paths below the package, others by name."""
    tree = ast.parse((PACKAGE / file).read_text())
    return tuple(_walk(tree, file, False, False))


def _walk(node: ast.AST, file: str, late: bool, typed: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import((alias.name, late, typed)) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import((name, late, typed)) for name in _names(child, file))
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            yield from _walk(child, file, late, True)
        else:
            yield from _walk(child, file, late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef), typed)


def _names(node: ast.ImportFrom, file: str) -> Iterator[str]:
    if node.level == 0:
        yield (node.module or "").replace("assetforge.", "./") if node.module != "assetforge" else "./__init__"
        return
    here = Path("/" + file).parent
    for _ in range(node.level - 1):
        here = here.parent
    base = here / (node.module or "").replace(".", "/")
    for alias in node.names:
        inner = (base / alias.name).as_posix().strip("/")
        whole = base.as_posix().strip("/")
        found = inner if any((PACKAGE / f"{inner}{end}").exists() for end in (".py", "/__init__.py")) else whole
        yield "./" + (found or "__init__")


def inner(file: str) -> list[tuple[str, bool, bool]]:
    return [(name[2:], late, typed) for name, late, typed in imports(file) if name.startswith("./")]


def outer(file: str) -> list[tuple[str, bool, bool]]:
    return [(name.split(".")[0], late, typed) for name, late, typed in imports(file) if not name.startswith("./")]


def test_every_room_has_a_floor() -> None:
    """A new room is placed before it is moved into."""
    assert {room(file) for file in files()} <= FLOORS.keys()


@pytest.mark.parametrize("file", files())
def test_imports_go_down(file: str) -> None:
    """Late ones too; only a type may be named from a floor above, and only a noun."""
    own = room(file)
    for module, _, typed in inner(file):
        other = room(module)
        if other == own or (typed and (other in NOUNS or other == "models" or (own, other) == ("__init__", "api"))):
            continue
        assert FLOORS[other] < FLOORS[own] or (FLOORS[other], FLOORS[own]) == (6, 6), f"{file} imports {module}"


@pytest.mark.parametrize("file", files())
def test_heavy_dependencies_stay_in_their_places(file: str) -> None:
    """One heavy dependency, one place."""
    for name, _, typed in outer(file):
        if name in HEAVY and not typed:
            assert HEAVY[name] & {file, room(file)}, f"{file} imports {name}"


@pytest.mark.parametrize("file", [file for file in files() if room(file) in LIGHT])
def test_light_rooms_are_free_of_numpy(file: str) -> None:
    """Not even a function of theirs imports it."""
    assert not {"numpy", "PIL", "torch", "sklearn"} & {name for name, _, typed in outer(file) if not typed}


@pytest.mark.parametrize("file", [file for file in files() if room(file) == "steps"])
def test_a_step_costs_nothing_until_it_runs(file: str) -> None:
    """Whatever is heavy, of ours or of others, is imported within a function or for types."""
    allowed = {"errors", "settings", "steps"}
    assert {room(module) for module, late, typed in inner(file) if not late and not typed} <= allowed
    assert not {"numpy", "PIL", "torch"} & {name for name, late, typed in outer(file) if not late and not typed}


@pytest.mark.parametrize("file", files())
def test_the_towers_do_not_meet(file: str) -> None:
    """The build never imports the study, nor the study the build; they meet in overview, cli and api."""
    others = {room(module) for module, _, _ in inner(file)}
    assert not (room(file) in TOWER and others & STUDY)
    assert not (room(file) in STUDY and others & TOWER)


@pytest.mark.parametrize("file", files())
def test_the_models_have_one_face(file: str) -> None:
    """Outside its wing only prior is imported, by cli, training and work also train; the budget is plain numbers."""
    faces = {"models/prior", "models/budget"} | (
        {"models/train"} if room(file) in ("cli", "training", "work") else set()
    )
    faces |= {"models/encoder"} if room(file) == "search" else set()
    if room(file) != "models":
        used = {module for module, _, typed in inner(file) if room(module) == "models" and not typed}
        assert used <= faces, f"{file} imports {used - faces}"


def test_no_circles() -> None:
    """No file needs itself, at load or later; types do not count."""
    graph = {
        file: {found for module, _, typed in inner(file) if not typed for found in _file(module)} for file in files()
    }
    done: set[str] = set()

    def visit(file: str, trail: tuple[str, ...]) -> None:
        assert file not in trail, " -> ".join((*trail[trail.index(file) :], file))
        if file not in done:
            for other in sorted(graph[file] - {file}):
                visit(other, (*trail, file))
            done.add(file)

    for file in graph:
        visit(file, ())


def _file(module: str) -> list[str]:
    return [name for name in (f"{module}.py", f"{module}/__init__.py") if (PACKAGE / name).exists()]


def test_no_pickle_no_network_no_eval() -> None:
    """What reads strangers' files never runs them, and nothing leaves the machine."""
    banned = {"pickle", "shelve", "marshal", "socket", "urllib", "http", "requests", "ftplib", "subprocess"}
    for file in files():
        assert not banned & {name for name, _, _ in outer(file)}, file
        calls = [node.func for node in ast.walk(ast.parse((PACKAGE / file).read_text())) if isinstance(node, ast.Call)]
        assert not {"eval", "exec"} & {call.id for call in calls if isinstance(call, ast.Name)}, file


@pytest.mark.parametrize("file", files())
def test_files_are_short(file: str) -> None:
    """One idea per file."""
    assert len((PACKAGE / file).read_text().splitlines()) <= 350


def test_an_idle_build_loads_nothing_heavy(tmp_path: Path) -> None:
    """With nothing to do, a fresh interpreter never sees torch, scikit-learn, numpy, Pillow or watchdog."""
    root = project(tmp_path)
    build(root)
    for arguments in (["build"], ["build", "--check"], ["explain", "items"], ["build", "--only", "items", "--json"]):
        command = [*arguments, str(root)] if arguments[0] == "build" else arguments
        code = (
            "import json, sys\nfrom assetforge.cli import main\n"
            f"sys.argv = ['assetforge', *{command!r}]\n"
            "try: main()\nexcept SystemExit as end: assert end.code == 0, end.code\n"
            "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, env=environment())
        assert run.returncode == 0, run.stderr
        loaded = set(json.loads(run.stdout.splitlines()[-1]))
        heavy = {"torch", "sklearn", "numpy", "PIL", "watchdog", "scipy", "multiprocessing", "safetensors"}
        assert not loaded & (heavy | {"dask", "distributed", "tornado", "asyncio"})


def environment() -> dict[str, str]:
    """Where the package under test is found, wherever the process runs."""
    import os

    return {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
