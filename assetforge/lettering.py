"""Five pixels high: the letters that label a contact sheet, so that no font file is needed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEIGHT", "lettered"]

HEIGHT = 5

_ROWS = """
A .#. #.# ### #.# #.#
B ##. #.# ##. #.# ##.
C .## #.. #.. #.. .##
D ##. #.# #.# #.# ##.
E ### #.. ##. #.. ###
F ### #.. ##. #.. #..
G .## #.. #.# #.# .##
H #.# #.# ### #.# #.#
I # # # # #
J ..# ..# ..# #.# .#.
K #.# #.# ##. #.# #.#
L #.. #.. #.. #.. ###
M #...# ##.## #.#.# #...# #...#
N #..# ##.# #.## #..# #..#
O .#. #.# #.# #.# .#.
P ##. #.# ##. #.. #..
Q .#. #.# #.# .## ..#
R ##. #.# ##. #.# #.#
S .## #.. .#. ..# ##.
T ### .#. .#. .#. .#.
U #.# #.# #.# #.# ###
V #.# #.# #.# #.# .#.
W #...# #...# #.#.# ##.## #...#
X #.# #.# .#. #.# #.#
Y #.# #.# .#. .#. .#.
Z ### ..# .#. #.. ###
0 ### #.# #.# #.# ###
1 ## .# .# .# .#
2 ##. ..# .#. #.. ###
3 ##. ..# .#. ..# ##.
4 #.# #.# ### ..# ..#
5 ### #.. ##. ..# ##.
6 .## #.. ### #.# ###
7 ### ..# .#. .#. .#.
8 ### #.# ### #.# ###
9 ### #.# ### ..# ##.
- .. .. ## .. ..
. . . . . #
, .. .. .. .# #.
: . # . # .
/ ..# ..# .#. #.. #..
_ ... ... ... ... ###
( .# #. #. #. .#
) #. .# .# .# #.
? ##. ..# .#. ... .#.
"""

GLYPHS = {line[0]: line[2:].split(" ") for line in _ROWS.strip().split("\n")}
SPACE = ["..."] * HEIGHT


def lettered(text: str, scale: int = 1) -> NDArray[np.bool_]:
    """True where ink stands, shape (5 * scale, width); lower case is set as upper, what has no letter as ``?``."""
    glyphs = [SPACE if letter == " " else GLYPHS.get(letter, GLYPHS["?"]) for letter in text.upper()]
    rows = [".".join(glyph[row] for glyph in glyphs) for row in range(HEIGHT)]
    ink = np.array([[pixel == "#" for pixel in row] for row in rows], np.bool_).reshape(HEIGHT, -1)
    return ink.repeat(scale, 0).repeat(scale, 1)
