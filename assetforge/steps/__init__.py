"""The kinds of sheet, one file each. Loading a kind costs nothing: its heavy rooms open when it runs."""

__all__ = ["KINDS"]

KINDS = {
    "quantize": "assetforge.steps.quantize:Quantize",
    "generate": "assetforge.steps.generate:Generate",
    "complete": "assetforge.steps.complete:Complete",
    "mix": "assetforge.steps.mix:Mix",
    "recolor": "assetforge.steps.recolor:Recolor",
    "blend": "assetforge.steps.blend:Blend",
    "restyle": "assetforge.steps.restyle:Restyle",
    "translate": "assetforge.steps.translate:Translate",
    "tileset": "assetforge.steps.tileset:Tileset",
}
