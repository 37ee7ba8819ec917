"""Vite with our plugin, a Phaser game in Chromium, and a project whose folder has a space and an umlaut."""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from chromium import Browser, picture
from conftest import Compared, patient
from forged import ART, Pixels, cut_out, differing

from assetforge.build import build
from assetforge.cli.project import init
from assetforge.outcome import Options, Silent

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONFIG = """[project]
source = "art"
output = "public{slash}assets{slash}forge"
palette = "endesga-32"
exports = ["json", "phaser"]
swaps = ["sweetie-16"]

[[sheet]]
name = "art"
kind = "quantize"
from = "*.png"
extrude = 1
"""

Node = Callable[[str], str]


@pytest.fixture
def game(tmp_path: Path, node: Node) -> Path:
    """A game with two sprites, beside an environment that has assetforge in it."""
    for package in ("phaser", "vite", "pixi.js", "typescript"):
        node(package)
    root = tmp_path / "Mein schönes Spiel"
    shutil.copytree(HERE / "vite", root)
    shutil.copy(HERE / "web" / "read.js", root)
    (root / "art").mkdir()
    shutil.copy(ART / "heroes" / "knight.png", root / "art" / "hero.png")
    shutil.copy(ART / "items" / "axe.png", root / "art" / "axe.png")
    # As somebody on Windows may write it.
    (root / "assetforge.toml").write_text(CONFIG.format(slash="\\\\"))
    (root / "package.json").write_text('{"type": "module"}')
    (root / "node_modules").mkdir()
    for package in ("phaser", "vite", "pixi.js", "typescript"):
        (root / "node_modules" / package).symlink_to(HERE / "node_modules" / package)
    (root / "node_modules" / "vite-plugin-assetforge").symlink_to(ROOT / "plugins" / "vite")
    install(tmp_path, f'echo $$ >> "{tmp_path}/pids"\nexec "{sys.executable}" -m assetforge "$@"')
    return root


def install(folder: Path, script: str) -> None:
    """Put a program called assetforge into the environment in `folder`."""
    program = folder / ".venv" / "bin" / "assetforge"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def vite(root: Path, *parameters: str) -> list[str]:
    """The command line of Vite; run it in `root`, with `environment()`."""
    return ["node", str(root / "node_modules" / "vite" / "bin" / "vite.js"), *parameters]


def environment() -> dict[str, str]:
    """As the project's own shell has it: assetforge is in its environment alone."""
    return {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def run(root: Path, *parameters: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        vite(root, *parameters), cwd=root, env=environment(), capture_output=True, text=True, timeout=120
    )


@contextmanager
def serving(root: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """The URL of a dev server, and what it has said so far."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        vite(root, "--host", "127.0.0.1", "--port", str(port), "--strictPort"),
        cwd=root, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said: list[str] = []
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    try:
        patient(lambda: any("Local:" in line for line in said), 60, f"vite says {said}")
        yield f"http://127.0.0.1:{port}/", lambda: "".join(said)
    finally:
        process.terminate()
        process.wait(30)


def expected(root: Path, hero: Path, palette: str | None) -> Pixels:
    """The hero, drawn so, as a build by the command line gives it."""
    other = root.parent / f"by hand {hero.stem} {palette}"
    shutil.copytree(root / "art", other / "art", dirs_exist_ok=True)
    shutil.copy(hero, other / "art" / "hero.png")
    (other / "assetforge.toml").write_text(CONFIG.format(slash="/"))
    assert build(other, Options(palette=palette), Silent()).exit_code == 0
    return cut_out(other / "public" / "assets" / "forge")["hero"]


def test_a_running_game_follows_its_art(game: Path, browser: Browser, compared: Compared) -> None:
    """Change a sprite: the canvas changes, no reload. Break it: the overlay says so. Mend it: the overlay is gone."""
    hero = game / "art" / "hero.png"
    with serving(game) as (url, said):
        browser.open(url)
        browser.wait("() => window.shown", seconds=60)
        assert not browser.complaints
        browser.evaluate("() => void (window.marker = 1)")
        told: list[tuple[Pixels, Pixels]] = []

        def compare(good: Path) -> None:
            for which, palette in (("hero", None), ("swapped", "sweetie-16")):
                shown = picture(browser.evaluate("(which) => window.shown(which)", which))
                told.append((expected(game, good, palette), shown))

        compare(ART / "heroes" / "knight.png")
        # Of another size, so that every frame of the sheet moves.
        shutil.copy(ART / "bosses" / "dragon.png", hero)
        browser.wait("() => window.swaps === 1", seconds=60)
        compare(ART / "bosses" / "dragon.png")
        good = hero.read_bytes()
        hero.write_bytes(good[:60])
        browser.wait("() => document.querySelector('vite-error-overlay')", seconds=60)
        overlay = browser.evaluate("() => document.querySelector('vite-error-overlay').shadowRoot.textContent")
        assert 'assetforge.toml:8 [[sheet]] "art" -> art/hero.png: is cut' in overlay
        compare(ART / "bosses" / "dragon.png")
        hero.write_bytes(good)
        browser.wait("() => !document.querySelector('vite-error-overlay')", seconds=60)
        shutil.copy(ART / "items" / "axe.png", hero)
        browser.wait("() => window.swaps === 2", seconds=60)
        compare(ART / "items" / "axe.png")
        assert browser.evaluate("() => window.marker") == 1
        pixels = sum(frame[..., 0].size for frame, _ in told)
        compared("Vite's dev server, hot swaps", len(told), pixels, sum(differing(*pair) for pair in told))
        watcher = int((game.parent / "pids").read_text().split()[-1])
        os.kill(watcher, 0)
        assert "art: art/hero.png changed … built" in said()
    patient(lambda: ended(watcher), 20, "the watcher goes on without its server")


def test_a_page_that_had_no_sheet_comes_back(game: Path, browser: Browser) -> None:
    """Where art was broken from the start, the overlay says so, and the page loads again once it is mended."""
    axe = game / "art" / "axe.png"
    good = axe.read_bytes()
    axe.write_bytes(b"no image")
    with serving(game) as (url, _):
        browser.open(url)
        browser.wait("() => document.querySelector('vite-error-overlay')", seconds=60)
        overlay = browser.evaluate("() => document.querySelector('vite-error-overlay').shadowRoot.textContent")
        assert "art/axe.png" in overlay
        axe.write_bytes(good)
        browser.wait("() => window.shown && !document.querySelector('vite-error-overlay')", seconds=60)


def ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_build_holds_the_sheet_or_fails(game: Path) -> None:
    """`vite build` builds the art first and copies it; where that fails, it fails, and leaves nothing."""
    done = run(game, "build")
    assert done.returncode == 0, done.stderr
    forge = game / "public" / "assets" / "forge"
    for path in forge.iterdir():
        assert (game / "dist" / "assets" / "forge" / path.name).read_bytes() == path.read_bytes()
    digest = json.loads((game / "assetforge.lock").read_text())["outputs"]["public/assets/forge/art.png"]["sha256"]
    (script,) = (game / "dist" / "assets").glob("*.js")
    assert f'"/assets/forge/art.png?v={digest[:8]}"' in script.read_text()

    shutil.rmtree(game / "dist")
    (game / "art" / "axe.png").write_bytes(b"no image")
    failed = run(game, "build")
    assert failed.returncode == 1
    assert "art/axe.png" in failed.stderr and "Traceback" not in failed.stderr
    assert not (game / "dist").exists()


def test_sheets_outside_the_public_folder(game: Path) -> None:
    """Where the output is a folder of sources, here of a project beside the page's, Vite names and copies it."""
    forge = game / "forge project"
    forge.mkdir()
    shutil.move(game / "art", forge)
    (forge / "assetforge.toml").write_text(CONFIG.format(slash="/").replace("public/", "src/"))
    (game / "assetforge.toml").unlink()
    config = (game / "vite.config.js").read_text()
    (game / "vite.config.js").write_text(config.replace("assetforge()", 'assetforge({ root: "forge project" })'))
    done = run(game, "build")
    assert done.returncode == 0, done.stderr
    copied = [path.read_bytes() for path in (game / "dist" / "assets").glob("art*.png")]
    assert (forge / "src" / "assets" / "forge" / "art.png").read_bytes() in copied
    assert (forge / "src" / "assets" / "forge" / "art.index.png").read_bytes() in copied


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('echo "assetforge, version 0.0.9"', "assetforge 0.0.9 ("),
        ('echo "no such module" >&2; exit 1', "assetforge was not found; install it with `pip install assetforge`"),
        (
            'case "$1" in --version) echo "assetforge, version 9.0";; *) echo "assetforge: oh no." >&2; exit 1;; esac',
            "assetforge: oh no.",
        ),
    ],
)
def test_what_is_not_there_is_told(game: Path, script: str, told: str) -> None:
    """No assetforge, one too old, one that cannot even report: `vite build` fails and says what to do."""
    install(game.parent, script)
    python = game.parent / "bin"
    python.mkdir()
    (python / "node").symlink_to(str(shutil.which("node")))
    (python / "sh").symlink_to("/bin/sh")
    done = subprocess.run(
        vite(game, "build"), cwd=game, env={"PATH": str(python), "NO_COLOR": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert told in done.stderr


def test_types(game: Path) -> None:
    """TypeScript takes what is right and refuses the name of a frame that does not exist."""
    options: Sequence[str] = ("--strict", "--noEmit", "--skipLibCheck", "--target", "es2022", "--module", "esnext")
    (game / "tsconfig.json").write_text("{}")
    assert run(game, "build").returncode == 0
    assert '"axe" | "hero"' in (game / "forge.d.ts").read_text()
    command = ["node", str(game / "node_modules" / "typescript" / "bin" / "tsc"), *options]
    command += ["--moduleResolution", "bundler", "--preserveSymlinks", "typed.ts", "forge.d.ts"]
    done = subprocess.run(command, cwd=game, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_init_brings_a_package_that_npm_takes(tmp_path: Path, program: Node, node: Node) -> None:
    """What `init` puts into a game is installed by npm without a network, and is our plugin."""
    npm, command = program("npm"), node("vite")
    (tmp_path / "package.json").write_text('{"type": "module", "dependencies": {}}')
    init.main([str(tmp_path), "--engine", "web", "--quiet"], standalone_mode=False)
    install = [npm, "install", "--offline", "--no-audit", "--no-fund", "--save-dev", "./tools/vite-plugin-assetforge"]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True)
    code = 'import plugin from "vite-plugin-assetforge"; console.log(plugin().name)'
    told = subprocess.run([command, "--input-type=module", "-e", code], cwd=tmp_path, capture_output=True, text=True)
    assert told.stdout == "assetforge\n", told.stderr
