"""For every test: threads of torch that wait spin but shortly, as under the command line."""

from __future__ import annotations

import os

os.environ.setdefault("GOMP_SPINCOUNT", "1000")
