"""One job: files in, bytes out. Runs in this process or another; writes nothing into the project.

Everything that goes wrong with the files comes back as errors of the job, so that one bad sprite
ends one sheet and nothing else.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__, formats, priors
from . import sheet as sheets
from .counting import Counting, count
from .errors import AssetforgeError, InputError
from .exports import sheet_files
from .files import read_bytes
from .formats import palettes
from .palette import auto_size
from .pipeline import Learnt, Sheet
from .plan import BASE, Item, training_path
from .quantize.swaps import swaps
from .shelf import Shelf
from .sprite import Raster
from .steps.base import Bench, Inputs, Packed, Source, Step

if TYPE_CHECKING:
    from .models.prior import Prior
    from .quantize.tally import Tally

__all__ = ["Done", "SheetJob", "TrainJob", "draw_sheet", "train_model"]


@dataclass(frozen=True)
class SheetJob:
    """A sheet to be made.

    Arguments:
        root: The project, absolute.
        place: What messages call the sheet.
        step: Its settings and what runs.
        inputs: The files it reads.
        palette: A bundled name, a path below the root, or auto:K.
        exports: Their names.
        swaps: The palettes that its strip has rows for.
        former: The JSON of the pages where its sprites are to stay, below the root.
        checkpoint: The model's file, below the root or absolute; empty if it needs none.
        provenance: What goes into the sheet's JSON, but for the model's card.
    """

    root: str
    place: str
    step: Step
    inputs: Inputs
    palette: str
    exports: tuple[str, ...]
    swaps: tuple[str, ...]
    former: tuple[str, ...]
    checkpoint: str
    provenance: dict[str, Any]

    @classmethod
    def of(cls, item: Item, root: Path) -> SheetJob:
        """The job of making a stale sheet."""
        sheet, evidence = item.subject, item.evidence
        assert isinstance(sheet, Sheet) and evidence is not None and item.inputs is not None
        provenance = {
            "tool": "assetforge",
            "version": __version__,
            "kind": sheet.step.kind,
            "seed": sheet.step.seed,
            "palette": sheet.palette,
            "settings": evidence["settings"],
            "inputs": evidence["inputs"],
        }
        if sheet.model:
            provenance["model"] = {"name": sheet.model}
        return cls(
            str(root),
            sheet.place(""),
            sheet.step,
            item.inputs,
            sheet.palette,
            sheet.exports,
            sheet.swaps,
            item.former,
            item.checkpoint,
            provenance,
        )


@dataclass(frozen=True)
class TrainJob:
    """A model to be trained.

    Arguments:
        root, place, inputs: As of a sheet.
        base: The checkpoint to start from, below the root or absolute; "base"; or "none".
        state: Where a killed training goes on from, below the root.
    """

    root: str
    place: str
    name: str
    inputs: Inputs
    base: str
    steps: int
    seed: int
    state: str

    @classmethod
    def of(cls, item: Item, root: Path) -> TrainJob:
        """The job of training a stale model."""
        learnt = item.subject
        assert isinstance(learnt, Learnt) and item.inputs is not None
        return cls(
            str(root),
            learnt.place(""),
            item.name,
            item.inputs,
            str(BASE) if learnt.base == "base" else learnt.base,
            learnt.model.budget,
            learnt.model.seed,
            training_path(item.name),
        )


@dataclass(frozen=True)
class Done:
    """What came of a job.

    Arguments:
        files: Path below the output folder, and content; empty if it failed.
        errors: What a reader must mend.
        lasting: Whether the same inputs would fail again.
        trace: The traceback of a fault of ours.
        shelf: What is to be kept of the sprites for the next time, if there is anything new.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    errors: tuple[AssetforgeError, ...] = ()
    lasting: bool = False
    trace: str = ""
    shelf: bytes = b""


def draw_sheet(job: SheetJob) -> Done:
    """Make one sheet."""
    shelf = Shelf.load(Path(job.root), job.step.name)
    done = _told(job.root, job.place, lambda: _draw(job, shelf))
    # Of a sheet that failed too: when its one bad sprite is mended, the others are known.
    return replace(done, shelf=shelf.dump()) if shelf.changed else done


def train_model(job: TrainJob, report: Callable[[Any], None] | None = None) -> Done:
    """Train one model; its checkpoint is the one file, called by the model's name."""
    return _told(job.root, job.place, lambda: {job.name: _train(job, report)})


def _draw(job: SheetJob, shelf: Shelf) -> dict[str, bytes]:
    root = Path(job.root)
    size = auto_size(job.palette)
    palette = size if size is not None else palettes.load(job.palette, root, links=True)
    model: list[Prior] = []

    def prior() -> Prior:
        if not model:
            model.append(priors.prior(root / job.checkpoint))
        return model[0]

    def counted(sources: Sequence[Source], step: Step) -> list[tuple[Tally, str]]:
        return count(root, sources, Counting.of(step, palette), job.provenance["inputs"], shelf)

    targets = [palettes.load(spec, root, links=True) for spec in job.swaps]
    taken = tuple(target.name for target in targets)
    bench = Bench(job.inputs, lambda sources: _read(root, sources), palette, prior, count=counted, taken=taken)
    drawn: Any = job.step.run(bench)
    name = job.step.name
    flat = [sprite for row in drawn for sprite in row] if job.step.grid else drawn
    rows = (*bench.rows, *swaps(flat, targets, job.step.map))
    if isinstance(job.step, Packed):
        options = {key: getattr(job.step, key) for key in ("padding", "extrude", "trim", "power_of_two", "max_size")}
        stood = [read_bytes(root / path) for path in job.former]
        former = sheets.boxes(stood, padding=job.step.padding, extrude=job.step.extrude)
        pages = sheets.pages(drawn, name, former=former, **options)
    else:
        pages = [sheets.grid(drawn, name)]
    provenance = job.provenance | bench.facts
    if model:
        # A learning curve is for reports; a sheet says what was learnt from, and how.
        card = {key: value for key, value in model[0].card.items() if key != "curve"}
        provenance["model"] = {**provenance["model"], "sha256": model[0].sha256, "card": card}
    files: dict[str, bytes] = {}
    for page in pages:
        whole = job.step.dressed(replace(page, swaps=rows, pivot=job.step.pivot))
        files |= sheet_files(whole, provenance, job.exports)
    return files


def _read(root: Path, sources: Sequence[Source]) -> list[list[Raster]]:
    """The frames of each source.

    Raises:
        ExceptionGroup: Of an InputError for each file that cannot be read.
    """
    frames, errors = [], []
    for source in sources:
        try:
            frames.append(formats.read(root / source.path, source.name))
        except InputError as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("inputs", errors)
    return frames


def _train(job: TrainJob, report: Callable[[Any], None] | None) -> bytes:
    from . import corpus, pairs
    from .models import train

    root = Path(job.root)
    sides = {key: [corpus.Source(root / one.path, one.name) for one in found] for key, found in job.inputs.items()}
    for sources in job.inputs.values():
        _read(root, sources)
    if "from" in sides:
        examples = corpus.gather(sides["from"])
    else:
        examples = pairs.gather_pairs(pairs.matched(sides["left"], sides["right"]))
    return train.train(
        examples,
        base=None if job.base == "none" else root / job.base,
        steps=job.steps,
        seed=job.seed,
        state=root / job.state,
        resume=True,
        report=report,
        name=job.name,
    )


def _told(root: str, place: str, action: Callable[[], dict[str, bytes]]) -> Done:
    """What `action` gives, or its faults with their trail."""
    try:
        return Done(action())
    except Exception as fault:
        errors, lasting = [], True
        for each in _leaves(fault):
            if isinstance(each, AssetforgeError):
                # The disk may be better next time; a file that is wrong stays wrong.
                lasting &= not isinstance(each.__cause__, OSError)
                prefix = os.path.join(root, "")
                each.trail = tuple(step.removeprefix(prefix) for step in each.trail)
                errors.append(each)
            elif isinstance(each, MemoryError):
                lasting = False
                errors.append(InputError("there is not enough memory for it."))
            else:
                lasting = False
                told = " ".join(f"{type(each).__name__}: {each}".split())[:200]
                errors.append(AssetforgeError(f"assetforge itself failed ({told}); --debug shows where."))
        trace = "" if lasting else "".join(traceback.format_exception(fault))
        return Done({}, tuple(error.within(place) for error in errors), lasting, trace)


def _leaves(fault: BaseException) -> Iterator[BaseException]:
    if isinstance(fault, BaseExceptionGroup):
        for each in fault.exceptions:
            yield from _leaves(each)
    else:
        yield fault
