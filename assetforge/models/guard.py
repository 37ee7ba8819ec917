"""Notices that training diverges, while there is still something to go back to.

Infinite and undefined numbers are noticed at once. A loss that has exploded can also stay finite, for
the gradient is clipped: it is told from a hard batch by lasting.
"""

from __future__ import annotations

import math
from typing import Any

__all__ = ["FACTS", "Guard"]

CALMER = 0.25
ROLLBACKS = 2
TIMES = 2.0
STEPS = 5

FACTS = {"begin": 0.0, "astray": 0, "rollbacks": 0, "calm": 0}
"""What a guard remembers: the bits of the first step; steps in a row with far too high a loss; how often
the run was taken back; and at which step it was last."""


class Guard:
    """Judges each step of a run, and says how fast to learn after it was taken back.

    Arguments:
        facts: Of the run's state, `FACTS` among them, so that a resumed run is judged as one that was
            never stopped.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    def judge(self, loss: float, norm: float, uniform: float) -> str:
        """What is wrong with a step, in words; empty if nothing is.

        Arguments:
            loss: Its loss in bits per hidden pixel, latent included.
            norm: Of its gradient.
            uniform: Bits per pixel of guessing.
        """
        facts = self.facts
        if not (math.isfinite(loss) and math.isfinite(norm)):
            return f"the {'gradient' if math.isfinite(loss) else 'loss'} was no number"
        facts["begin"] = facts["begin"] or max(loss, uniform)
        facts["astray"] = facts["astray"] + 1 if loss > TIMES * max(uniform, facts["begin"]) else 0
        if facts["astray"] < STEPS:
            return ""
        return f"{loss:.4g} bits per pixel where guessing costs {uniform:.4g}, {STEPS} steps in a row"

    def trusts(self, bits: float) -> bool:
        """Whether weights that made `bits` per pixel are worth keeping where nothing is held out to score them."""
        return self.facts["astray"] == 0 and bits <= TIMES * self.facts["begin"]

    def may_go_on(self, step: int) -> bool:
        """Whether to go back to the best weights and try again, slower; counted."""
        if self.facts["rollbacks"] == ROLLBACKS:
            return False
        self.facts |= {"rollbacks": self.facts["rollbacks"] + 1, "calm": step + 1, "astray": 0}
        return True

    def pace(self, step: int, steps: int, warm_up: int) -> float:
        """The share of the peak learning rate: warmed up, falling linearly, and a quarter after each rollback."""
        warm = (step + 1 - self.facts["calm"]) / warm_up
        return float(CALMER ** self.facts["rollbacks"] * min(1.0, warm, 1.02 - step / steps))
