"""The report's page: its size, and how soon a browser shows it, for projects of 20, 200 and 2,000 sprites.

Run from the top of the checkout: ``python -m benchmarks.report ../shared/data/dcss32.npz [--counts 20 200 2000]``.

Each project has a sheet quantized from that many sprites of the archives (cut from their canvas as they are, in as many
files) and, of them, sixteen that the bundled base model draws. Seconds of `assetforge report` are told for the first
time and once more, when it knows what it has worked out. The browser is Chromium, headless and offline, driven through
``tests/engines/chromium.mjs``; where it or node is missing its columns stay empty. Told are the first paint, and when
the last sprite is drawn and a frame begins, both since navigation began, the median of five.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from assetforge.build import build
from assetforge.cli import cli
from assetforge.formats import png
from assetforge.outcome import Options, Silent

__all__: list[str] = []

ENGINES = Path(__file__).parents[1] / "tests" / "engines"
DRAWN = 16
ROUNDS = 5
CONFIG = f"""
[project]
source = "art"
output = "out"
palette = "endesga-32"

[[sheet]]
name = "art"
kind = "quantize"
from = "**/*.png"

[[sheet]]
name = "new"
kind = "generate"
count = {DRAWN}
size = [32, 32]
"""
TIMES = """() => {
  const drawn = performance.getEntriesByName("drawn")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return drawn && paint ? [paint.startTime, Math.max(paint.startTime, drawn.startTime)] : null;
}"""


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("--counts", nargs="+", type=int, default=[20, 200, 2000])
    chosen = parser.parse_args()
    art = [image for path in chosen.archives for image in np.load(path, allow_pickle=False)["rgba"]]
    browser = start()
    print("| sprites | page, MB | report, s | again, s | first paint, ms | all drawn, ms |\n|---|---|---|---|---|---|")
    for count in chosen.counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            make(root, [art[place % len(art)] for place in range(count - DRAWN)])
            first, again = reported(root), reported(root)
            page = root / "report.html"
            paint, drawn = opened(browser, page) if browser else ("", "")
            size = page.stat().st_size / 1e6
            print(f"| {count} | {size:.2f} | {first:.1f} | {again:.1f} | {paint} | {drawn} |", flush=True)
    if browser:
        assert browser.stdin
        browser.stdin.close()
        browser.wait()


def make(root: Path, art: list[np.ndarray]) -> None:
    """A built project."""
    for place, image in enumerate(art):
        path = root / "art" / f"{place // 100:02d}" / f"{place:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png.write_rgba(np.ascontiguousarray(image)))
    (root / "assetforge.toml").write_text(CONFIG)
    if build(root, Options(), Silent()).exit_code:
        raise SystemExit(f"{root} could not be built.")


def reported(root: Path) -> float:
    """Seconds of the command."""
    started = time.perf_counter()
    result = CliRunner().invoke(cli, ["report", str(root), "--quiet"], standalone_mode=False)
    if result.exception or result.return_value:
        raise SystemExit(f"assetforge report: {result.exception or result.stderr}")
    return time.perf_counter() - started


def start() -> subprocess.Popen[str] | None:
    """A browser, if there is one."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if not (node and chromium and (ENGINES / "node_modules" / "playwright-core").is_dir()):
        return None
    command = [node, str(ENGINES / "chromium.mjs"), chromium]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout
    process.stdout.readline()
    return process


def ask(browser: subprocess.Popen[str], **command: object) -> object:
    """What a command of ``chromium.mjs`` gives."""
    assert browser.stdin and browser.stdout
    browser.stdin.write(json.dumps(command) + "\n")
    browser.stdin.flush()
    answer = json.loads(browser.stdout.readline())
    if "error" in answer:
        raise SystemExit(answer["error"])
    return answer["result"]


def opened(browser: subprocess.Popen[str], page: Path) -> tuple[str, str]:
    """Milliseconds until the first paint and until all is drawn."""
    times = []
    for _ in range(ROUNDS):
        ask(browser, do="open", url=page.as_uri(), width=1280, height=900, offline=True, dark=False)
        while (found := ask(browser, do="evaluate", code=TIMES)) is None:
            time.sleep(0.05)
        times.append(found)
    paint, drawn = (statistics.median(each) for each in zip(*times, strict=True))  # type: ignore[misc]
    return f"{paint:.0f}", f"{drawn:.0f}"


if __name__ == "__main__":
    main()
