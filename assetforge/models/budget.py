"""Minutes to steps, so that a build repeats: a clock would give other weights on every run."""

from __future__ import annotations

__all__ = ["STEPS_PER_MINUTE", "steps_for"]

# Measured on a laptop-class 2-core CPU on 16x16 sprites, 32 a step; larger canvases take fewer
# sprites a step, so that a step costs about the same.
STEPS_PER_MINUTE = 300


def steps_for(minutes: float) -> int:
    """How many training steps `minutes` of a 2-core machine stand for, at least 1."""
    return max(1, round(minutes * STEPS_PER_MINUTE))
