"""The site: built strictly, whole without a network, every link of it leads somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from projects import project

ROOT = Path(__file__).parent.parent
NO_NETWORK = """
import socket

def refused(*arguments, **options):
    raise AssertionError(f"the network was asked for {arguments}")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
"""


class Page(HTMLParser):
    """What one page of the site names: its anchors, where its links lead, and what it loads.

    Arguments:
        text: The HTML.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        self.anchors |= {facts[name] for name in ("id", "name") if facts.get(name)}
        if tag == "a" and "href" in facts:
            self.links.append(facts["href"])
        elif tag == "link" and "href" in facts:
            self.loads.append(facts["href"])
        self.loads += [facts["src"]] if facts.get("src") else []


def faults(site: Path) -> list[str]:
    """Every link or anchor of the pages below `site` that leads nowhere, and all that is loaded from elsewhere."""
    pages = {path.resolve(): Page(path.read_text("utf-8")) for path in site.rglob("*.html")}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        found += [f"{name} loads {target}" for target in page.loads if urlsplit(target).netloc]
        for target in (*page.links, *page.loads):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or target.startswith("data:"):
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not there.is_file():
                found.append(f"{name} -> {target}: no such file")
            elif parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].anchors:
                found.append(f"{name} -> {target}: no such anchor")
    for sheet in site.rglob("*.css"):
        found += [
            f"{sheet.name} loads {url}"
            for url in re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^)\"']+)", sheet.read_text("utf-8"))
        ]
    return found


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    """A page, an anchor or a file that is not there, and a font from elsewhere, are told; what is there is not."""
    (tmp_path / "a.html").write_text('<a href="b.html#here">x</a><a href="#top">x</a><p id="top"><img src="b%20c.png">')
    (tmp_path / "b.html").write_text('<p id="here"><a href="https://example.org/x">x</a>')
    (tmp_path / "b c.png").write_bytes(b"")
    assert faults(tmp_path) == []
    (tmp_path / "b.html").write_text('<a href="c.html">x</a><img src="d.png"><script src="https://cdn.example/x.js">')
    (tmp_path / "x.css").write_text("@font-face { src: url(//fonts.example/x.woff) }")
    assert sorted(faults(tmp_path)) == [
        "a.html -> b.html#here: no such anchor",
        "b.html -> c.html: no such file",
        "b.html -> d.png: no such file",
        "b.html loads https://cdn.example/x.js",
        "x.css loads //fonts.example/x.woff",
    ]


@pytest.mark.slow
def test_the_site_builds_strictly_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    """Without a warning and without a network; every page is in it, and every word of the library."""
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    site = tmp_path / "site"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        tmp_path / "trees",
        "-c",
        "docs",
        ".",
        site,
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert faults(site) == []
    pages = {page.with_suffix(".md") for page in site.rglob("*.html")}
    assert {site / page.relative_to(ROOT) for page in (ROOT / "docs").glob("*.md")} <= pages
    assert (site / "index.html").read_bytes() == (site / "README.html").read_bytes()
    import assetforge as af

    anchors = Page((site / "docs" / "api.html").read_text("utf-8")).anchors
    assert {f"assetforge.{word}" for word in af.__all__ if word != "__version__"} <= anchors
    assert "assetforge.Model.generate" in anchors


@pytest.mark.slow
def test_the_page_of_the_library_is_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its example runs as it stands there, beside the example art and a game."""
    shutil.copytree(ROOT / "examples/dungeon/art", tmp_path / "art")
    project(tmp_path / "my-game")
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.S)
    space: dict[str, object] = {}
    exec(compile(program, "api.md", "exec"), space)
    assert (tmp_path / "out" / "monsters.tres").is_file() and (tmp_path / "my-game" / "out" / "items.png").is_file()
