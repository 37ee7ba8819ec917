"""From assetforge.toml to what is to be built, or to every fault in it.

A fault in one ``[[sheet]]`` or ``[[model]]`` does not keep the others from being built: the
pipeline holds what is sound and the faults beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from .blocks import Learnt, Model, Pipeline, Project, Sheet
from .errors import ConfigError, did_you_mean
from .exports import EXPORTS
from .files import inside, name_fault
from .formats import palettes
from .palette import auto_size
from .settings import Place, brief, make, resolve
from .steps import KINDS
from .steps.base import Modelled, Step
from .toml import Document, read

__all__ = ["CONFIG", "Learnt", "Model", "Pipeline", "Project", "Sheet", "find_root", "load"]

CONFIG = "assetforge.toml"
MOST_SWAPS = 255
MANY = 100
"""Faults of one file that are told each by itself."""

PATHS = {"source", "output", "palette", "swaps", "from", "like", "rows", "cols", "model", "base", "pairs"}
"""Keys whose strings are paths below the project."""


def find_root(start: Path) -> Path:
    """The project that `start` lies in: the nearest folder upwards that holds an assetforge.toml.

    Raises:
        ConfigError: If there is none.
    """
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / CONFIG).is_file():
            return folder
    raise ConfigError(f"no {CONFIG} in {start} or above; `assetforge init` makes one.")


def load(root: Path, palette: str | None = None) -> Pipeline:
    """Read the project at `root`.

    Arguments:
        root: The folder of assetforge.toml.
        palette: Takes the place of every sheet's palette.

    Raises:
        ConfigError: If the file is no TOML at all.
        InputError: If it cannot be read.
    """
    if not (root / CONFIG).exists():
        raise ConfigError(f"no {CONFIG} in {root}; `assetforge init` makes one.")
    document = read(root / CONFIG, CONFIG)
    return Loader(root, replace(document, table=slashed(document.table)), palette).run()


def slashed(table: Any, deep: int = 2) -> Any:
    """A document whose paths have slashes, as they are written in the lock: on Windows people type backslashes."""

    def path(value: Any) -> Any:
        if isinstance(value, list):
            return [path(each) for each in value]
        return value.replace("\\", "/") if isinstance(value, str) else value

    if isinstance(table, list):
        return [slashed(each, deep) for each in table]
    if not isinstance(table, dict) or not deep:
        return table
    return {key: path(value) if key in PATHS else slashed(value, deep - 1) for key, value in table.items()}


class Loader:
    """Reads one document, gathering faults."""

    def __init__(self, root: Path, document: Document, palette: str | None) -> None:
        self.root, self.document, self.override = root, document, palette
        self.faults: list[ConfigError] = []
        self.found = 0
        self.links = False
        self.names: dict[str, dict[str, str]] = {"sheet": {}, "model": {}}

    def run(self) -> Pipeline:
        pipeline = self.load()
        if self.found > MANY:
            more = ConfigError(f"{self.found - MANY} more faults; mend those above first.", self.document.name)
            return replace(pipeline, faults=(*self.faults, more))
        return pipeline

    def load(self) -> Pipeline:
        table = self.document.table
        for key in table:
            if key not in ("project", "model", "sheet"):
                place = self.document.place(key, 0)
                # A typo of a table takes its keys with it: the name of the table is the fault.
                self.fault(f'unknown section "{key[:80]}"; {did_you_mean(key, ("project", "model", "sheet"))}', place)
        project = self.project(table.get("project", {}))
        if project is None:
            return Pipeline(self.root, None, (), (), tuple(self.faults))
        models = [learnt for place, block in self.blocks("model") if (learnt := self.model(place, block))]
        broken = set(self.names["model"].values()) - {learnt.model.name for learnt in models}
        known = {learnt.model.name: learnt.model for learnt in models}
        blocks = self.blocks("sheet")
        sheets = [sheet for place, block in blocks if (sheet := self.sheet(place, block, project, known, broken))]
        return Pipeline(self.root, project, tuple(models), tuple(sheets), tuple(self.faults))

    def fault(self, message: str, place: str) -> None:
        self.tell(ConfigError(message, place))

    def tell(self, *faults: ConfigError) -> None:
        """Count faults; keep the first `MANY`."""
        self.found += len(faults)
        self.faults += faults[: max(0, MANY - len(self.faults))]

    def blocks(self, section: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        """The sound tables of ``[[section]]`` with their places; not those whose name comes twice."""
        found = self.document.table.get(section, [])
        if not isinstance(found, list) or not all(isinstance(block, dict) for block in found):
            self.fault(f"write each {section} as a table under [[{section}]].", self.document.place(section))
            return
        names = [block["name"].casefold() if isinstance(block.get("name"), str) else None for block in found]
        firsts = {name: number for number, name in reversed([*enumerate(names)])}
        many = Counter(names)
        for number, block in enumerate(found):
            place: Place = partial(self.place, section, number, block.get("name"))
            if isinstance(name := block.get("name"), str):
                self.names[section][name.casefold()] = name
                first = firsts[name.casefold()]
                if fault := name_fault(name):
                    self.fault(f'name = "{name[:60]}": {fault}', place("name"))
                    continue
                if many[name.casefold()] > 1:
                    if first != number:
                        other = self.document.place(section, first).rpartition(":")[2]
                        self.fault(f"the name is taken by line {other}; give each {section} its own.", place("name"))
                    continue
            yield place, block

    def place(self, section: str, number: int, name: object, key: str) -> str:
        label = f'"{name[:60]}"' if isinstance(name, str) else f"number {number + 1}"
        at = self.document.place(section, number, key) if key else self.document.place(section, number)
        return f"{at} [[{section}]] {label}"

    def project(self, table: Any) -> Project | None:
        def place(key: str) -> str:
            return f"{self.document.place('project', key) if key else self.document.place('project')} [project]"

        if not isinstance(table, dict):
            self.fault("write the project as a table under [project].", self.document.place("project"))
            return None
        project, faults = make(Project, table, place)
        if project is None:
            self.tell(*faults)
            return None
        before = self.found
        self.check(self.folder, project.output, place("output"), "output")
        self.links = project.follow_links
        self.check(self.folder, project.source, place("source"), "source")
        if self.found == before:
            source, output = (inside(self.root, each, self.links) for each in (project.source, project.output))
            linked = output.is_relative_to(source) and output != inside(self.root, project.output, links=True)
            if source.is_relative_to(output) or linked:
                fault = f'output = "{project.output}" {"leads into" if linked else "holds"} the source folder'
                self.fault(f"{fault}; give the output a folder of its own.", place("output"))
        if project.palette and not self.override:
            self.check(self.palette, project.palette, place("palette"), "palette")
        self.exports(project.exports, place("exports"))
        self.swaps(project.swaps, place("swaps"))
        return project if self.found == before else None

    def check(self, function: Any, value: str, place: str, key: str) -> None:
        """Call `function`, and make its ConfigError a fault of `key`."""
        try:
            if any(ord(character) < 32 for character in value):
                raise ConfigError(f"{value[:60]!r} holds a control character.")
            function(value)
        except ConfigError as error:
            self.fault(f"{key}: {error}", place)

    def folder(self, value: str) -> None:
        if ".assetforge" in inside(self.root, value, self.links).relative_to(self.root.resolve()).parts:
            raise ConfigError(f'"{value}" lies in the cache, which may be deleted at any time.')

    def palette(self, spec: str) -> None:
        if auto_size(spec) is None:
            palettes.find(spec, self.root, self.links)

    def checkpoint(self, value: str) -> None:
        if not inside(self.root, value, self.links).is_file():
            raise ConfigError(f'there is no file "{value}" in the project.')

    def exports(self, names: tuple[str, ...], place: str) -> None:
        for name in dict.fromkeys(names):
            if name not in EXPORTS:
                self.fault(f'unknown export "{name[:60]}"; {did_you_mean(name, EXPORTS)}', place)

    def swaps(self, specs: tuple[str, ...], place: str) -> None:
        found = tuple(dict.fromkeys(specs))
        if len(found) > MOST_SWAPS:
            self.fault(f"swaps: {len(found)} palettes are given, at most {MOST_SWAPS} are taken.", place)
            return
        for spec in found:
            if spec.startswith("auto:"):
                self.fault(f'swaps: "{spec[:60]}" is fitted to art; give the name or the file of a palette.', place)
            else:
                self.check(self.palette, spec, place, "swaps")
        # Engines tell the rows of a strip apart by name.
        for name, times in Counter(PurePath(spec).stem for spec in found).items():
            if times > 1:
                self.fault(f'swaps: {times} palettes are called "{name[:60]}"; rename a file.', place)

    def model(self, place: Place, table: dict[str, Any]) -> Learnt | None:
        model, faults = make(Model, table, place)
        if model is None:
            self.tell(*faults)
            return None
        before = self.found
        if bool(model.from_) == bool(model.pairs):
            told = (
                "from and pairs are both given; keep one."
                if model.from_
                else "from: the key is missing; or give pairs."
            )
            self.fault(told, place("pairs" if model.pairs else ""))
        elif len(model.pairs) not in (0, 2):
            self.fault(f'pairs: {len(model.pairs)} given; name two folders: ["sketches", "sprites"].', place("pairs"))
        if model.minutes is not None and model.steps is not None:
            self.fault("minutes and steps are both given; keep one.", place("steps"))
        if model.name in ("base", "none"):
            self.fault(f'name = "{model.name}" means the bundled model or none; call yours otherwise.', place("name"))
        if model.base not in ("base", "none"):
            self.check(self.checkpoint, model.base, place("base"), "base")
        return Learnt(model, place, model.base) if self.found == before else None

    def sheet(
        self, place: Place, table: dict[str, Any], project: Project, models: dict[str, Model], broken: set[str]
    ) -> Sheet | None:
        kind = table.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            told = f"choose one of {', '.join(KINDS)}." if not isinstance(kind, str) else did_you_mean(kind, KINDS)
            given = "the key is missing" if kind is None else f"{brief(kind)} is unknown"
            self.fault(f"kind: {given}; {told}", place("kind"))
            return None
        step, faults = make(resolve(KINDS[kind]), table, place)
        if step is None:
            self.tell(*faults)
            return None
        before = self.found
        for key, message in step.problems():
            self.fault(message, place(key))
        if step.exports is not None:
            self.exports(step.exports, place("exports"))
        if step.swaps is not None:
            self.swaps(step.swaps, place("swaps"))
        palette = self.override or step.palette or project.palette
        if not palette:
            self.fault("no palette; give one here or in [project].", place(""))
        elif step.palette or self.override:
            self.check(self.palette, palette, "--palette" if self.override else place("palette"), "palette")
        model = self.model_of(step, place, models, broken)
        if self.found != before:
            return None
        fits = auto_size(palette) and step.takes == "nothing"
        pack = models[model].art.get("right", models[model].from_) if fits and model in models else ()
        exports = project.exports if step.exports is None else step.exports
        swaps = project.swaps if step.swaps is None else step.swaps
        return Sheet(step, place, palette, tuple(dict.fromkeys(exports)), tuple(dict.fromkeys(swaps)), model, pack)

    def model_of(self, step: Step, place: Place, models: dict[str, Model], broken: set[str]) -> str:
        """What a sheet draws with."""
        if not isinstance(step, Modelled):
            return ""
        name = step.model or "base"
        if step.pairs and (name == "base" or (name in models and not models[name].pairs)):
            self.fault(f'model = "{name}" learns no pairs; give a [[model]] `pairs = [LEFT, RIGHT]`.', place("model"))
            return name
        if name in models or name == "base":
            return name
        if name in broken:
            self.fault(f'model = "{name}" waits for its [[model]] to be mended.', place("model"))
        elif name.endswith(".safetensors"):
            self.check(self.checkpoint, name, place("model"), "model")
        else:
            mend = did_you_mean(name, models) if models else "add a [[model]], or leave it out for the bundled one."
            self.fault(f'unknown model "{name[:60]}"; {mend}', place("model"))
        return name
