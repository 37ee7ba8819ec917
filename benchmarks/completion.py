"""Hidden pixels filled as the artist had them: our model beside the references that anyone can write.

Run from the top of the checkout:
``python -m benchmarks.completion ../shared/data/dcss32.npz -p ../shared/data/dcss-31.hex [-m MODEL]``.

Top-1 accuracy over the hidden pixels of the "val" sprites with more than 15 % drawn, at temperature 0: the middle half
of each side, the lower half, a random half, a random 90 %. Training tile: the "train" sprite, mirrored too, that agrees
with the most visible pixels, copied into the hole. Nearest drawn: the nearest visible pixel that is not transparent.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from assetforge.evaluate.completion import HOLES, NearestVisible, TrainingTile, accuracy, eligible
from assetforge.models.prior import Prior

from .split import split

__all__: list[str] = []

WANTED = 0.05


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("-p", "--palette", default="auto:32")
    parser.add_argument("-m", "--model", type=Path, help="a checkpoint; by default the bundled base")
    parser.add_argument("--references", action="store_true", help="leave the model out")
    chosen = parser.parse_args()
    parts = split(chosen.archives, chosen.palette)
    count = len(eligible(parts.scored))
    print(f"{count} of {len(parts.scored)} sprites; {parts.entries} entries with transparent; ", end="")
    print("random holes are seeded by the sprite's number")
    better = {
        "nearest visible pixel": accuracy(parts.scored, NearestVisible()),
        "best training tile": accuracy(parts.scored, TrainingTile(parts.learnt)),
    }
    rows = {"nearest drawn pixel": accuracy(parts.scored, NearestVisible(drawn=True)), **better}
    goal = {kind: max(row[kind] for row in better.values()) + WANTED for kind in HOLES}
    rows[f"better reference + {WANTED}"] = goal
    if not chosen.references:
        prior = Prior.load(chosen.model)
        rows["our model"] = accuracy(parts.scored, prior)
        rows["our model - better reference"] = {kind: rows["our model"][kind] - goal[kind] + WANTED for kind in HOLES}
    print(f"| | {' | '.join(HOLES)} |\n|---|{'---|' * len(HOLES)}")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(f'{row[kind]:.3f}' for kind in HOLES)} |")


if __name__ == "__main__":
    main()
