"""A game project from Python: the build step, and the page that shows it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..build import build as run
from ..outcome import Options, Reporter, Result
from ..overview import PAGE

__all__ = ["build", "report"]


def build(
    root: str | os.PathLike[str] = ".",
    *,
    only: Sequence[str] = (),
    palette: str | None = None,
    force: bool = False,
    check: bool = False,
    frozen: bool = False,
    jobs: int = 1,
    reporter: Reporter | None = None,
) -> Result:
    """Build the game project at `root`, as ``assetforge build`` does: what is stale is made, and nothing else.

    What came of it stands by name of sheet in `built`, `fresh`, `stale`, `failed`, `removed` and `kept`; `exit_code` is
    that of the command. Nothing heavy is imported if nothing is to be done.

    Arguments:
        root: The folder of ``assetforge.toml``.
        only: Names of the sheets to look at; all if empty.
        palette: Takes the place of every sheet's palette.
        force: Make even what is fresh, over files that are not ours.
        check: Write nothing, and only tell what is stale or altered.
        frozen: Never train.
        jobs: How many processes make sheets.
        reporter: Told what happens on the way.

    Raises:
        ConfigError: If the configuration is at fault; what is sound was built.
        AssetforgeError: If a sheet could not be made; the rest was built.
        OutputError: If the project cannot be written.

    Examples:
        >>> from pathlib import Path
        >>> config = '''
        ... [project]
        ... source = "art"
        ... palette = "pico-8"
        ...
        ... [[sheet]]
        ... name = "heroes"
        ... kind = "quantize"
        ... from = "heroes/*.png"
        ... '''
        >>> _ = Path("assetforge.toml").write_text(config)
        >>> sorted(af.build().built)
        ['heroes']
        >>> af.build(check=True).fresh
        ['heroes']
    """
    options = Options(tuple(only), palette, force, check, frozen=frozen, jobs=jobs)
    result = run(Path(root), options, reporter)
    faults = (*result.faults, *(error for errors in result.failed.values() for error in errors))
    if faults and not check:
        first, *others = faults
        if others:
            many = f"{len(others)} more fault{'s' * (len(others) > 1)}"
            raise type(first)(f"{first.message} ({many}: {others[0]})", *first.trail)
        raise first
    return result


def report(
    root: str | os.PathLike[str] = ".", output: str | os.PathLike[str] | None = None, *, quick: bool = False
) -> Path:
    """Write the page that shows every sheet of a project, and what it was made from; where it is.

    Arguments:
        root: The folder of ``assetforge.toml``.
        output: The page, ``.html``; by default ``report.html`` in `root`.
        quick: Draw nothing anew: mix grids get no sliders.

    Raises:
        ConfigError: If no sheet is built, or the page's name does not end in ``.html``.
        AssetforgeError: If a sheet cannot be read; the page shows the others.
        OutputError: If the page cannot be written.

    Examples:
        >>> from pathlib import Path
        >>> config = '[project]\\npalette = "pico-8"\\n[[sheet]]\\nname = "all"\\nkind = "quantize"\\nfrom = "heroes/*"'
        >>> _ = Path("assetforge.toml").write_text(config)
        >>> _ = af.build()
        >>> af.report().name
        'report.html'
    """
    from ..overview.report import written

    page = Path(root) / PAGE if output is None else Path(output)
    _, faults, _ = written(Path(root), page, quick=quick)
    if faults:
        raise faults[0]
    return page
