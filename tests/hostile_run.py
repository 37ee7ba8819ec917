"""Runs assetforge's commands one after the other in this process, and tells what each said, took and cost.

A program of its own, so that one interpreter serves hundreds of hostile inputs under one limit of memory:
standard input is JSON, a list of [folder, argument, …]; standard output is JSON, a list of `Told` as dicts.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Told", "run"]

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Told:
    """What came of a command.

    Attributes:
        code: Its exit code; -1 if it raised, -2 if it was stopped at the limit of time.
        out, err: What it said.
        seconds: Of processor time.
        peak: The most memory while it ran, in MiB, all of the interpreter's.
        before: The memory in use before it, in MiB.
    """

    code: int
    out: str
    err: str
    seconds: float
    peak: int
    before: int


def run(
    commands: Sequence[Sequence[str]], *, seconds: int = 10, memory: int = 3 << 30, preload: str = ""
) -> list[Told]:
    """Run `commands`, each of a folder and arguments.

    Arguments:
        seconds: The limit for each, of processor time; of time by the clock sixty times as much.
        memory: The limit of address space for all.
        preload: A module imported before memory is measured.
    """
    threads = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, __file__, str(seconds), str(memory), preload],
        env={**os.environ, **threads, "PYTHONPATH": str(ROOT)},
        input=json.dumps([list(command) for command in commands]),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [Told(**told) for told in json.loads(done.stdout)]


class Slow(BaseException):
    """Raised by the alarm; no handler of assetforge's catches it."""


def memory_of(key: str) -> int:
    """A figure of this process in MiB, as Linux tells it; 0 elsewhere."""
    try:
        found = re.search(rf"{key}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        return 0
    return int(found[1]) // 1024 if found else 0


def one(folder: str, arguments: list[str], seconds: int) -> Told:
    """Run one command in `folder`."""
    from assetforge.cli import main

    os.chdir(folder)
    sys.argv = ["assetforge", *arguments]
    # What a terminal in UTF-8 takes; standard output refuses lone surrogates, as Python's does.
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="\n")
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, started = memory_of("VmRSS"), time.process_time()
    code = -1
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            # Of processor time, however busy the machine is; and what waits for ever, by the clock.
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.alarm(60 * seconds)
            try:
                main()
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.alarm(0)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except Slow:
            code = -2
            traceback.print_exc()
        except BaseException:
            traceback.print_exc()
    took = time.process_time() - started
    out.flush()
    err.flush()
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    return Told(code, said[0], said[1], took, memory_of("VmHWM"), before)


def serve() -> None:
    """Be the child."""
    import resource

    seconds, memory, preload = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def stop(number: int, frame: object) -> None:
        raise Slow

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGPROF, stop)
    # Nobody pulls the plug here, and a busy disk takes longer to answer than hundreds of builds to run.
    os.fsync = lambda descriptor: None
    commands = json.load(sys.stdin)
    if preload:
        __import__(preload)
    told = [asdict(one(folder, arguments, seconds)) for folder, *arguments in commands]
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    serve()
