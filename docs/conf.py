"""How Sphinx makes a site of the repository's pages: ``python -m sphinx -W -c docs . site``.

The root of the repository is the source, so a link between two pages, wherever they lie, is the same on the site as
where the code is read. What a page needs for the site alone is added here when it is read: the README the table of
contents, the page of the library its reference, from the docstrings.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import assetforge  # noqa: E402

project = author = "assetforge"
copyright = "the authors of assetforge"
version = release = assetforge.__version__

NAVIGATION = {
    "Begin": ["docs/tutorial", "docs/how-it-works", "docs/training-art"],
    "Engines": ["docs/godot", "docs/web", "docs/love", "docs/pygame", "docs/tiled", "docs/aseprite"],
    "Commands": [
        "docs/search",
        "docs/blend",
        "docs/restyle",
        "docs/translate",
        "docs/recolor",
        "docs/animation",
        "docs/tiles",
        "docs/watch",
        "docs/report",
    ],
    "Reference": ["docs/api", "docs/measures", "docs/exports", "docs/packing", "docs/ci"],
    "The house": [
        "ARCHITECTURE",
        "CONTRIBUTING",
        "CHANGELOG",
        "benchmarks/RESULTS",
        "assetforge/models/bundled/base",
        "examples/README",
    ],
}
"""Pages in their order, by heading; a page of docs/ that is not named comes at the end of the reference."""

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
root_doc = "README"
include_patterns = ["README.md", "docs/*.md", *(f"{page}.md" for page in NAVIGATION["The house"])]
exclude_patterns = [".*", "**/.*", "site", "build", "dist", "**/node_modules"]
myst_heading_anchors = 4
default_role = "py:obj"

autodoc_member_order = "bysource"
add_module_names = False
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "assetforge"
html_copy_source = False
html_show_sphinx = False
html_static_path: list[str] = []
html_baseurl = ""

LIBRARY = "docs/api"
MEMBERS = """   :members:
   :inherited-members: tuple
   :exclude-members: of, provenance, pages, prior"""


def contents() -> str:
    """The table of contents, of the pages that there are."""
    there = {path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("docs/*.md")}
    there |= {page for page in NAVIGATION["The house"] if (ROOT / f"{page}.md").is_file()}
    named = {page for pages in NAVIGATION.values() for page in pages}
    parts = []
    for heading, pages in NAVIGATION.items():
        shown = [page for page in pages if page in there]
        shown += sorted(there - named) if heading == "Reference" else []
        parts.append("\n".join(["```{toctree}", ":hidden:", f":caption: {heading}", "", *shown, "```"]))
    return "\n\n".join(parts)


def reference() -> str:
    """Every word of the library, as its docstring tells it."""
    words = [word for word in assetforge.__all__ if word != "__version__"]
    things = {word: getattr(assetforge, word) for word in words}
    classes = [word for word, thing in things.items() if isinstance(thing, type)]
    groups = {
        "Functions": [f".. autofunction:: assetforge.{word}" for word in words if word not in classes],
        "Classes": [
            f".. autoclass:: assetforge.{word}\n{MEMBERS}"
            for word in classes
            if not issubclass(things[word], Exception)
        ],
        "Errors": [f".. autoexception:: assetforge.{word}" for word in classes if issubclass(things[word], Exception)],
    }
    return "\n\n".join(
        f"## {title}\n\n```{{eval-rst}}\n" + "\n\n".join(parts) + "\n```" for title, parts in groups.items()
    )


def complete(app: Sphinx, page: str, source: list[str]) -> None:
    """Add what a page has on the site alone."""
    if page == root_doc:
        source[0] += f"\n\n{contents()}\n"
    elif page == LIBRARY:
        source[0] += f"\n\n{reference()}\n"


def again(app: Sphinx, *_: object) -> list[str]:
    """The pages that are read anew each time: what is added to them depends on other files."""
    return [root_doc, LIBRARY]


def home(app: Sphinx, error: Exception | None) -> None:
    """Let the site begin where browsers look."""
    if error is None and app.builder.name == "html":
        shutil.copyfile(Path(app.outdir) / f"{root_doc}.html", Path(app.outdir) / "index.html")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", complete)
    app.connect("env-get-outdated", again)
    app.connect("build-finished", home)
