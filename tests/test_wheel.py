"""The built wheel, installed in an empty environment outside the checkout, does the main things."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: object, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_stands_alone(tmp_path: Path) -> None:
    """Palettes, pipelines, examples, plugins and the base model travel in it; init, generate and pack work."""
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size < 12_000_000
    run(sys.executable, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    binaries = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    run(binaries / "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    forge = binaries / "assetforge"
    assert "pico-8" in run(forge, "palette", "list", cwd=tmp_path)
    (tmp_path / "game").mkdir()
    run(forge, "init", "game", "--engine", "none", cwd=tmp_path)
    assert (tmp_path / "game" / "assetforge.toml").is_file()
    run(forge, "init", "godot", "--engine", "godot", cwd=tmp_path)
    assert (tmp_path / "godot" / "addons" / "assetforge" / "plugin.gd").is_file()
    run(forge, "generate", "-p", "pico-8", "-n", 1, "--size", "8x8", "-o", "one.png", cwd=tmp_path)
    assert (tmp_path / "one.png").is_file()
    run(forge, "pack", "one.png", "-o", "sheet.png", "--format", "godot4", cwd=tmp_path)
    assert "shader_type" in (tmp_path / "sheet.swap.tres").read_text()
    where = run(binaries / "python", "-c", "import assetforge; print(assetforge.__file__)", cwd=tmp_path)
    assert where.startswith(str(tmp_path))
    assert Path(where.strip()).with_name("py.typed").is_file()
    code = "import assetforge as af; print(len(af.palette('pico-8')))"
    assert run(binaries / "python", "-c", code, cwd=tmp_path).strip() == "16"
