"""Chromium, driven through `chromium.mjs`; and pictures as pages send them."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forged import Forged, Pixels, swapped

__all__ = ["Browser", "browser", "picture", "recolored"]

HERE = Path(__file__).parent


class Browser:
    """One page at a time in one browser.

    Arguments:
        process: A running `chromium.mjs`.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.complaints: list[str] = []

    def ask(self, do: str, **arguments: Any) -> Any:
        """What a command of `chromium.mjs` gives; `complaints` holds what the page's console said meanwhile."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "the browser ended"}')
        self.complaints += answer.get("complaints", [])
        assert "error" not in answer, f"{answer['error']}\n{self.complaints}"
        return answer["result"]

    def mount(self, name: str, folder: Path) -> str:
        """Serve a folder; gives its URL below the server's."""
        self.ask("mount", name=name, folder=str(folder))
        return f"/{name}"

    def open(self, url: str, width: int = 640, height: int = 480) -> None:
        """Show a page in place of the one before."""
        self.complaints = []
        self.ask("open", url=url, width=width, height=height)

    def evaluate(self, code: str, argument: Any = None) -> Any:
        """What a JavaScript function, awaited, gives of an argument."""
        return self.ask("evaluate", code=code, argument=argument)

    def wait(self, code: str, argument: Any = None, seconds: float = 20) -> None:
        """Until a JavaScript function gives something true."""
        self.ask("wait", code=code, argument=argument, seconds=seconds)

    def press(self, key: str, milliseconds: int = 0) -> None:
        """Hold a key down for so long."""
        self.ask("press", key=key, milliseconds=milliseconds)

    def screenshot(self, path: Path) -> None:
        """Save what the page shows as a PNG."""
        self.ask("screenshot", path=str(path))


def picture(sent: dict[str, Any]) -> Pixels:
    """RGBA (H, W, 4) of a picture that ``read.js`` sent."""
    pixels = np.frombuffer(base64.b64decode(sent["rgba"]), np.uint8)
    return pixels.reshape(sent["height"], sent["width"], 4)


@pytest.fixture(scope="session")
def browser(program: Callable[[str], str], node: Callable[[str], str]) -> Iterator[Browser]:
    """A browser that can open the pages of this folder below ``/tests``, and has the plugin below ``/plugin``."""
    command = [node("playwright-core"), str(HERE / "chromium.mjs"), program("chromium")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdin and process.stdout
    assert json.loads(process.stdout.readline()) == {"result": "ready"}
    browser = Browser(process)
    browser.mount("tests", HERE)
    browser.mount("plugin", HERE.parents[1] / "plugins" / "vite")
    yield browser
    process.stdin.close()
    process.wait()


@pytest.fixture(scope="session")
def recolored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Forged, dict[str, dict[str, Pixels]]]:
    """`forged.swapped`, built once."""
    return swapped(tmp_path_factory.mktemp("recolored"))
