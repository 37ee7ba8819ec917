"""Tables for people: columns that line up in a terminal, and in a file without one."""

from __future__ import annotations

import io
from collections.abc import Sequence

import click

__all__ = ["show_table"]


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
    """Print a table under its title; the first column is of names, the others of numbers.

    Arguments:
        note: What is to be known of it, below.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    # Drawn into memory first: click knows what the stream behind it can show, and whether colors are wanted.
    page = io.StringIO()
    console = Console(file=page, force_terminal=True, width=120, color_system="standard", no_color=None)
    console.print(Text(title, "bold"))
    console.print(table)
    if note:
        console.print(Text(note, "dim"))
    click.echo("\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n")
