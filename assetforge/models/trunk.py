"""The decoder's convolutions in the order in which the sampler needs them: a row, and then a pixel at a time.

What a convolution reads of the rows above is worked out once a row, what it reads of its own row once a pixel;
nothing is worked out twice (Ramachandran et al. 2017, "Fast Generation for Convolutional Autoregressive Models").
All is laid out once and filled in place: for so few numbers an operation costs more than its arithmetic.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .layers import ABOVE, MaskedConv, even
from .pixelcnn import PixelCNN
from .products import LANES, Product

__all__ = ["Trunk"]


class Trunk:
    """`PixelCNN.trunk`, a pixel at a time.

    Arguments:
        decoder: Whose convolutions they are.
        condition: What they are told, shape (B, C, H, W).

    Attributes:
        features: Of the pixel last asked for, shape (B, C).
    """

    def __init__(self, decoder: PixelCNN, condition: Tensor) -> None:
        self.layers = [layer for layer in (decoder.first, *decoder.layers) if isinstance(layer, MaskedConv)]
        batch, channels, _, self.width = condition.shape
        told, biases = decoder.conditions, [layer.bias for layer in self.layers if layer.bias is not None]
        assert told.bias is not None and len(biases) == len(self.layers)
        self.told = [weight.t() for weight in told.weight.flatten(1).split(channels)]
        self.biases = (torch.cat(biases) + told.bias).split(channels)
        self.conditions = [part.permute(2, 3, 0, 1).contiguous() for part in condition.split(LANES)]
        # The input of each layer, channels last, with a margin at both sides: this row's, and the two above.
        sizes = [(self.width + 2 * layer.side, layer.in_channels) for layer in self.layers]
        self.lines = [condition.new_zeros(batch, *size) for size in sizes]
        self.above = [condition.new_zeros(batch, ABOVE, *size) for size in sizes]
        # What each layer is told and reads of the rows above, then also of its own row.
        self.sums = [condition.new_zeros(self.width, batch, channels) for _ in sizes]
        self.features = condition.new_zeros(batch, channels)
        self.inside(0)[..., -1] = 1
        self.pixels = self.inside(0)[..., :-1].unbind(1)
        before = [layer.before for layer in self.layers]
        self.columns = [
            [self.step(number, column, matrix) for number, matrix in enumerate(before)] for column in range(self.width)
        ]

    def inside(self, number: int) -> Tensor:
        """A layer's input along this row without its margins, shape (B, W, C)."""
        side = self.layers[number].side
        return self.lines[number][:, side : side + self.width]

    def step(self, number: int, column: int, matrix: Tensor) -> tuple[Product, Tensor, Tensor]:
        """Of a layer at a column: what sums up, the sum, and the layer's input there."""
        read = self.lines[number].flatten(1)[:, column * self.layers[number].in_channels :][:, : len(matrix)]
        sums = self.sums[number][column]
        product = Product(sums, read, matrix) if number else Product(self.features, read, matrix, sums)
        return product, sums, self.inside(number)[:, column]

    def begin(self, row: int) -> None:
        """Read the rows above `row`, all of which have been ended."""
        for number, layer in enumerate(self.layers):
            parts = (self.conditions, self.above[number].split(LANES), self.sums[number].split(LANES, 1))
            for condition, above, sums in zip(*parts, strict=True):
                told = torch.addmm(self.biases[number], condition[row].flatten(0, 1), self.told[number])
                read = F.conv2d(above.permute(0, 3, 1, 2), layer.rows)[:, :, 0]
                torch.add(told.view_as(sums), read.permute(2, 0, 1), out=sums)

    def ask(self, column: int) -> None:
        """Work out the features of a pixel; those of the columns before have been asked for, and their pixels put."""
        (first, _, _), *steps = self.columns[column]
        first()
        for product, sums, own in steps:
            own.copy_(even(self.features))
            product()
            self.features.add_(F.silu(sums, inplace=True))

    def put(self, column: int, vectors: Tensor) -> None:
        """Tell the vectors (B, E) of the pixel at `column`."""
        self.pixels[column].copy_(vectors)

    def end(self) -> None:
        """Keep the row for the rows below."""
        for above, line in zip(self.above, self.lines, strict=True):
            above[:, 0] = above[:, 1]
            above[:, 1] = line
