"""assetforge: your sprites in, more sprites in your own style out, in the palette you choose."""

__all__ = ["__version__"]

__version__ = "0.1.0"
