"""Image, palette and sprite file formats: each file name.py reads, and where it can, writes."""
