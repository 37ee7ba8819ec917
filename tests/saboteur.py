"""A server of builds that go wrong: each is the real command in a process of its own, one call of which is sabotaged.

As a program it imports the tool once and then forks for every request, so that thousands of faults take minutes.
Calls that write below the project, and steps of training, are numbered from 1 in the order in which they come.
Training looks at the held-out sprites, and keeps its state, after every second step.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).parent
ERRORS = ("ENOSPC", "EIO", "EACCES")
KILLS = ("before", "after", "within")


@dataclass(frozen=True)
class Fault:
    """What goes wrong.

    Arguments:
        at: The number of the first call that does; 0 for none.
        deed: A name of `errno`: the call fails, a write after half of it. Or the process is killed
            "before" the call, "after" it, or "within" a write. Or "short": a write takes one byte.
        lasting: Whether every later call fares the same.
        under: Count only calls below this folder of the project.
        seconds: If any, the process is killed so long after it began.
    """

    at: int = 0
    deed: str = ""
    lasting: bool = False
    under: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What came of a command.

    Attributes:
        code: Its exit code; negative for a signal.
        out, err: What it printed.
        calls: Kind and path of each call that wrote, unless it was killed.
    """

    code: int
    out: str
    err: str
    calls: list[tuple[str, str]]


class Sabotage:
    """Stands between this process and the functions that write below `root`."""

    def __init__(self, root: str, fault: Fault) -> None:
        self.root, self.fault = os.path.join(root, ""), fault
        self.calls: list[tuple[str, str]] = []
        self.files: dict[int, str] = {}
        self.folders: dict[int, str] = {}

    def arm(self) -> None:
        """Take the place of what the standard library and ours call."""
        for kind in ("replace", "rename", "unlink", "remove", "rmdir", "mkdir", "chmod", "link", "truncate"):
            setattr(os, kind, self.named(kind, getattr(os, kind)))
        opened, written, closed, stream = os.open, os.write, os.close, io.open

        def open_(path: Any, flags: int, *rest: Any, **options: Any) -> int:
            name = os.path.abspath(os.fsdecode(path))
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            call = self.named("open", opened) if writes else opened
            found = call(path, flags, *rest, **options)
            if writes:
                self.files[found] = name
            elif flags & os.O_DIRECTORY:
                self.folders[found] = name
            return found

        def write(file: int, data: Any) -> int:
            if file not in self.files or not self.counts("write", self.files[file]):
                return written(file, data)
            half = max(1, len(data) // 2)
            if self.fault.deed == "short":
                return written(file, data[:1])
            if self.fault.deed in ("within", *ERRORS):
                written(file, data[:half])
            return int(self.spoil(written, file, data))

        def fsync(file: int) -> None:
            kind = "sync folder" if file in self.folders else "fsync"
            path = self.folders.get(file) or self.files.get(file, "")
            # A killed process loses nothing that it wrote, so the disk need not be waited for.
            if self.counts(kind, path):
                self.spoil(lambda file: None, file)

        def close(file: int) -> None:
            self.files.pop(file, None)
            self.folders.pop(file, None)
            closed(file)

        def file_object(path: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
            call = stream if isinstance(path, int) or not set(mode) & set("wax+") else self.named("stream", stream)
            return call(path, mode, *rest, **options)

        if "assetforge.models.train" in sys.modules:
            from assetforge.models import run

            run.Run.step = self.stepped(run.Run.step)  # type: ignore[method-assign]
        os.open, os.write, os.fsync, os.close = open_, write, fsync, close  # type: ignore[assignment]
        io.open = builtins.open = file_object  # type: ignore[assignment]

    def named(self, kind: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **options: Any) -> Any:
            # What a rename means is its target.
            told = rest[0] if kind in ("replace", "rename", "link") else path
            if self.counts(kind, os.path.abspath(os.fsdecode(told))):
                return self.spoil(original, path, *rest, **options)
            return original(path, *rest, **options)

        return call

    def stepped(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            return self.spoil(original, *arguments) if self.counts("step", self.root) else original(*arguments)

        return step

    def counts(self, kind: str, path: str) -> bool:
        """Note a call; whether it is to go wrong."""
        if not f"{path}/".startswith(os.path.join(self.root, self.fault.under, "")):
            return False
        self.calls.append((kind, path.removeprefix(self.root)))
        number = len(self.calls)
        return number >= self.fault.at > 0 if self.fault.lasting else number == self.fault.at

    def spoil(self, original: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        if self.fault.deed in ERRORS:
            code = getattr(errno, self.fault.deed)
            raise OSError(code, os.strerror(code))
        try:
            if self.fault.deed == "after":
                original(*arguments, **options)
        finally:
            if self.fault.deed in KILLS:
                os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)


class Saboteur:
    """The running server.

    Arguments:
        models: Whether it trains and draws; then torch is loaded once too.
    """

    def __init__(self, models: bool = False) -> None:
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, __file__, *["models"] * models]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __call__(
        self, arguments: Sequence[str | Path], fault: Fault | None = None, root: Path | None = None
    ) -> Outcome:
        """Run ``assetforge`` with `arguments`, the last of which is the project unless `root` says otherwise."""
        assert self.process.stdin is not None and self.process.stdout is not None
        told = {
            "arguments": [str(each) for each in arguments],
            "root": str(arguments[-1]),
            "fault": asdict(fault or Fault()),
        }
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], 120)
        assert ready, f"{told} hangs"
        answer = json.loads(self.process.stdout.readline())
        return Outcome(answer["code"], answer["out"], answer["err"], [(kind, path) for kind, path in answer["calls"]])

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def serve() -> None:
    """Answer one request after the other until there are no more."""
    from assetforge import work  # noqa: F401 (what every build would import again)
    from assetforge.cli import build  # noqa: F401
    from assetforge.steps import quantize  # noqa: F401

    if sys.argv[1:]:
        import sklearn.cluster  # noqa: F401
        import torch._dynamo  # noqa: F401 (what an optimizer imports)

        from assetforge.models import prior, train  # noqa: F401
        from assetforge.models.loss import Recipe

        train.THREADS = 1
        train.Recipe = partial(Recipe, look=2, warm_up=2)  # type: ignore[misc, assignment]
    for line in sys.stdin:
        request = json.loads(line)
        with ExitStack() as stack:
            out, err, calls = (stack.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3))
            child = os.fork()
            if child == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                run(request, calls.fileno())
            if seconds := request["fault"]["seconds"]:
                time.sleep(seconds)
                os.kill(child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            told = []
            for file in (out, err, calls):
                file.seek(0)
                told.append(file.read())
        answer = {"code": code, "out": told[0], "err": told[1], "calls": json.loads(told[2] or "[]")}
        print(json.dumps(answer), flush=True)


def run(request: dict[str, Any], calls: int) -> NoReturn:
    """Be the command, sabotaged."""
    from assetforge.cli import main

    sabotage, write = Sabotage(request["root"], Fault(**request["fault"])), os.write
    sabotage.arm()
    sys.argv = ["assetforge", *request["arguments"]]
    code: Any = 70
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    write(calls, json.dumps(sabotage.calls).encode())
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    serve()
