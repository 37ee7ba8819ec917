"""Runs of the real Godot 3 that leave the user's own settings alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import assetforge
from assetforge.cli.engines import ENGINES, plugin

__all__ = ["addon", "export", "play", "run", "surroundings", "wrapper"]

PATIENCE = 60


def addon(root: Path) -> None:
    """Put our addon into a project as `init` does, and enable it as a user does."""
    for source, target in plugin(ENGINES["godot"], root):
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, root / target)
    with (root / "project.godot").open("a") as file:
        file.write('\n[editor_plugins]\n\nenabled=PoolStringArray( "assetforge" )\n')
    wrapper(root / ".venv" / "bin" / "assetforge")


def wrapper(path: Path, version: str = "") -> Path:
    """The package under test as a program; one of another version if asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    package = Path(assetforge.__file__).parents[1]
    told = f'if [ "$1" = --version ]; then echo "assetforge, version {version}"; exit; fi\n' if version else ""
    path.write_text(f'#!/bin/sh\n{told}PYTHONPATH="{package}" exec "{sys.executable}" -m assetforge "$@"\n')
    path.chmod(0o755)
    return path


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """The environment of an editor whose settings and caches lie in `home`."""
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE")}
    for folder in folders.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    return {**os.environ, "HOME": str(home), "LC_ALL": "C.UTF-8", **folders, **more}


def export(program: str, project: Path, pack: Path, preset: str = "pack") -> subprocess.CompletedProcess[str]:
    """Import what changed and write the pack, as a build machine does; headless."""
    command = [program, "--path", str(project), "--export-pack", preset, str(pack)]
    return run(command, surroundings(pack.parent / "home"))


def play(program: str, pack: Path, out: Path, display: str = "", driver: str = "GLES3") -> None:
    """Run a pack until it ends by itself; it writes into `out`."""
    out.mkdir()
    window = ["--video-driver", driver, "--audio-driver", "Dummy"] if display else []
    done = run(
        [program, "--main-pack", str(pack), *window], surroundings(out / "home", SHOWN=str(out), DISPLAY=display)
    )
    assert done.returncode == 0 and "SCRIPT ERROR" not in done.stdout + done.stderr, done.stdout + done.stderr


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A run that ends by itself."""
    options: dict[str, Any] = {"env": environment, "cwd": environment["HOME"], "text": True, "errors": "replace"}
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE, **options)
    except subprocess.TimeoutExpired as late:
        # A game goes on after a fault in its script.
        said = b"".join(filter(None, (late.stdout, late.stderr))).decode(errors="replace")
        raise AssertionError(f"{command} has not ended in {PATIENCE} s: {said[:5000]}") from None
