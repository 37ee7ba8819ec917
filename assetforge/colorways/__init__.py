"""Color ways: the materials of sprites, other ramps for them in a palette, and the tables from one to the other."""
