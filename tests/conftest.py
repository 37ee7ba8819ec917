"""For every test: threads of torch that wait do not spin, as under the command line."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
