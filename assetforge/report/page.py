"""The page: facts in, HTML out, with nothing to be fetched and nothing that is not escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

__all__ = ["page"]

SCRIPTS = ("element.js", "views.js", "sheet.js", "training.js", "page.js")

# Nothing may be loaded and nothing sent, whatever a name in the page may say.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(facts: Mapping[str, Any], refresh: int | None = None) -> bytes:
    """A self-contained HTML page.

    Arguments:
        facts: What it shows: JSON values with the keys project, version, sheets and models.
        refresh: Seconds after which a browser loads it again.
    """
    parts = files(__package__)
    style, *scripts = (parts.joinpath(name).read_text("utf-8") for name in ("page.css", *SCRIPTS))
    # Within a script element no text may end it; JSON has a second way to write "<".
    data = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    title = escape(f"{facts['project']}: sheets")
    again = f'<meta http-equiv="refresh" content="{refresh}">\n' if refresh else ""
    text = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
{again}<title>{title}</title>
<style>
{style}</style>
<a class="skip" href="#sheets">To the sheets</a>
<header><h1>{escape(str(facts["project"]))}</h1><p id="summary"></p><div id="controls"></div></header>
<main id="sheets"><noscript>This page draws its sheets with a script; allow it to run.</noscript></main>
<footer>assetforge {escape(str(facts["version"]))}</footer>
<script type="application/json" id="facts">{data}</script>
<script type="module">
{"".join(scripts)}</script>
"""
    return text.encode("utf-8", "backslashreplace")
