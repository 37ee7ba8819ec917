"""Options that take many values in one go: ``--rows a.png b.png --cols c.png``, as a shell's globs give them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

__all__ = ["Variadic"]


class Variadic(click.Command):
    """A command whose repeatable options also take several values after one name.

    Values end at the next option. A folder is left for the command's own argument, if it has one.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments left over, as click has them."""
        return super().parse_args(ctx, self.spread(args))

    def spread(self, args: Sequence[str]) -> list[str]:
        """``--rows a b`` as ``--rows a --rows b``."""
        many = {name for one in self.params if getattr(one, "multiple", False) for name in one.opts}
        takes_folder = any(isinstance(one, click.Argument) for one in self.params)
        result: list[str] = []
        option, values = "", 0
        for place, word in enumerate(args):
            if word == "--":
                return result + list(args[place:])
            if word.startswith("-"):
                option, values = word.partition("=")[0], word.count("=")
                option = option if option in many else ""
            elif option:
                if values and takes_folder and Path(word).is_dir():
                    option = ""
                elif values:
                    result.append(option)
                values += 1
            result.append(word)
        return result
