"""The starter game of `examples/phaser`, played in Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from chromium import Browser
from test_vite import ROOT, install, run, serving

from assetforge import formats
from assetforge.cli.project import init

EXAMPLE = ROOT / "examples" / "phaser"
PACKAGES = Path(__file__).parent / "node_modules"
LEFT_OUT = ("node_modules", "dist", "public", ".assetforge", "assetforge.lock", "package-lock.json")


def copied(folder: Path) -> Path:
    """The example, and its packages as npm would link them."""
    root = shutil.copytree(EXAMPLE, folder / "phaser", ignore=shutil.ignore_patterns(*LEFT_OUT))
    (root / "node_modules").mkdir()
    for package in ("phaser", "vite"):
        (root / "node_modules" / package).symlink_to(PACKAGES / package)
    (root / "node_modules" / "vite-plugin-assetforge").symlink_to(ROOT / "plugins" / "vite")
    return root


def test_the_game_is_played(tmp_path: Path, browser: Browser, node: Callable[[str], str]) -> None:
    """`vite` builds and serves it; keys move the hero, coins are collected, P shows it in another palette."""
    for package in ("phaser", "vite"):
        node(package)
    root = copied(tmp_path)
    # What init would write there is what stands there; and the plugin, which it has, is not brought again.
    config = (root / "assetforge.toml").read_bytes()
    (root / "assetforge.toml").unlink()
    init.main([str(root), "--pipeline", "game", "--quiet"], standalone_mode=False)
    assert (root / "assetforge.toml").read_bytes() == config
    assert not (root / "tools").exists()

    install(tmp_path, f'exec "{sys.executable}" -m assetforge "$@"')
    assert run(root, "build").returncode == 0
    assert len(list((root / "dist" / "assets" / "forge").glob("*.index.png"))) == 4
    with serving(root) as (url, _):
        browser.open(url, 1000, 720)
        browser.wait("() => window.game?.scene.scenes[0].hero", seconds=120)
        assert not browser.complaints
        before = browser.evaluate("() => window.game.scene.scenes[0].hero.x")
        browser.press("ArrowRight", 1000)
        assert browser.evaluate("() => window.game.scene.scenes[0].hero.x") > before + 16
        # Stand where a coin lies: it is collected.
        browser.evaluate("() => { const { hero, coins } = window.game.scene.scenes[0]; hero.copyPosition(coins[0]); }")
        browser.wait("() => document.getElementById('status').textContent.includes('coins 1/12')")
        shots = []
        for number in range(2):
            path = Path(os.environ.get("ASSETFORGE_SHOTS", tmp_path)) / f"phaser-{number}.png"
            browser.screenshot(path)
            shots.append({tuple(color) for color in np.unique(formats.read(path)[0].rgba.reshape(-1, 4), axis=0)})
            browser.press("p")
        browser.wait("() => document.getElementById('status').textContent.includes('kirokaze-gameboy')")
        assert shots[0] != shots[1]
        assert not browser.complaints
