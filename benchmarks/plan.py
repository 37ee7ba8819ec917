"""From a budget of seconds to a number of steps: our learning rate falls to 0 over steps that are known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["TRIAL", "plan"]

TRIAL = 40


def plan(
    run: Callable[[int, Callable[[Any], None]], object], budget: float, looks: int, clock: Callable[[], float]
) -> int:
    """How many steps fill `budget`, by a trial run that is not counted.

    Arguments:
        run: Trains for so many steps, looks at held-out sprites before the first and after the last one, and reports
            progress every ten.
        budget: Seconds by `clock`, all that `run` does included.
        looks: How many looks the whole run will take.
        clock: Gives seconds.
    """
    times: dict[int, float] = {}

    def note(progress: Any) -> None:
        times.setdefault(progress.step, clock())

    began = clock()
    run(TRIAL, note)
    whole = clock() - began
    # The first steps are slower: memory and kernels are set up.
    first, last = min(times), max(step for step in times if step < TRIAL)
    step = (times[last] - times[first]) / (last - first)
    look = max(0.0, times[first] - began - first * step)
    rest = max(0.0, whole - TRIAL * step - 2 * look)
    return max(TRIAL, int((budget - rest - looks * look) / step))
