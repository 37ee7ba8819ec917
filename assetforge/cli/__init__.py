"""The command line: one group whose commands are imported only when they are called.

`assetforge build` stands in the path of every game build, so `--help`, an idle build and a wrong
option must not pay for torch; each command lives in a module of its own that is loaded by name.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from importlib import import_module
from typing import NoReturn

import click

from .. import __version__
from ..errors import AssetforgeError, printable

__all__ = ["main"]

COMMANDS: dict[str, dict[str, str]] = {
    "Your game project": {
        "init": "project:init",
        "demo": "project:demo",
        "build": "build:build",
        "watch": "watch:watch",
        "explain": "build:explain",
        "report": "report:report",
    },
    "Sprites": {
        "quantize": "quantize:quantize",
        "pack": "pack:pack",
        "palette": "palette:palette",
        "show": "show:show",
        "recolor": "recolor:recolor",
        "search": "search:search",
    },
    "Models": {
        "train": "train:train",
        "generate": "draw:generate",
        "complete": "draw:complete",
        "tileset": "tileset:tileset",
        "mix": "draw:mix",
        "blend": "blend:blend",
        "restyle": "restyle:restyle",
        "translate": "translate:translate",
        "evaluate": "evaluate:evaluate",
    },
}


class Commands(click.Group):
    """A group that knows the names of its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for group in COMMANDS.values() for name in group]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        for group in COMMANDS.values():
            if name in group:
                module, attribute = group[name].split(":")
                command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, group in COMMANDS.items():
            with formatter.section(title):
                commands = ((name, self.get_command(ctx, name)) for name in group)
                formatter.write_dl([(name, command.get_short_help_str(80)) for name, command in commands if command])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assetforge")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Your sprites in; more sprites in your own style out, in the palette you choose, as a build step."""


def main() -> None:
    """Run the command line and exit: 0 done, 1 something failed, 2 wrong usage or config, 3 stale, 130 interrupted."""
    # Where other programs keep the cores busy, threads that wait for each other by spinning learn a sixth as fast;
    # alone, a short spin is as good as a long one.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    for stream in (sys.stdout, sys.stderr):
        # A file's name may hold what the encoding does not: better a backslash than a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if sys.getfilesystemencoding() != "utf-8":
        # A file must be called by the same words in every language, or its lock would not match.
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    debug = "--debug" in sys.argv[1:]
    if debug:
        sys.argv = [argument for argument in sys.argv if argument != "--debug"]
    try:
        code = cli.main(prog_name="assetforge", standalone_mode=False, obj={"debug": debug})
        leave(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
            error.show()
        else:
            # Some messages of click's have several lines.
            click.echo(f"assetforge: {printable(' '.join(error.format_message().split()))}", err=True)
            if isinstance(error, click.UsageError) and error.ctx is not None:
                click.echo(f"Try '{error.ctx.command_path} --help'.", err=True)
        sys.exit(error.exit_code)
    except AssetforgeError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"assetforge: {error}", err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("assetforge: interrupted.", err=True)
        leave(130)
    except BrokenPipeError:
        sys.exit(1)


def leave(code: int) -> NoReturn:
    """Exit; at once if a signal ended a command that minds signals."""
    if interrupt := sys.modules.get(f"{__name__}.interrupt"):
        interrupt.end_at_once(code)
    sys.exit(code)
