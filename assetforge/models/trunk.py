"""The decoder's convolutions in the order in which the sampler needs them: a row, and then a pixel at a time.

What a convolution reads of the rows above is worked out once a row, what it reads of its own row once a pixel;
nothing is worked out twice (Ramachandran et al. 2017, "Fast Generation for Convolutional Autoregressive Models").
All is laid out once and filled in place: for so few numbers an operation costs more than its arithmetic.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .layers import ABOVE, MaskedConv
from .pixelcnn import PixelCNN

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
        self.before = [layer.before for layer in self.layers]
        batch, channels, _, self.width = condition.shape
        self.condition = condition.permute(2, 3, 0, 1).contiguous()
        told, biases = decoder.conditions, [layer.bias for layer in self.layers if layer.bias is not None]
        assert told.bias is not None and len(biases) == len(self.layers)
        self.told = [weight.t() for weight in told.weight.flatten(1).split(channels)]
        self.biases = (torch.cat(biases) + told.bias).split(channels)
        # The input of each layer, channels last, with a margin at both sides: this row's, and the two above.
        sizes = [(self.width + 2 * layer.side, layer.in_channels) for layer in self.layers]
        self.lines = [condition.new_zeros(batch, *size) for size in sizes]
        self.above = [condition.new_zeros(batch, ABOVE, *size) for size in sizes]
        # What each layer is told and reads of the rows above, then also its output.
        self.sums = [condition.new_zeros(self.width, batch, channels) for _ in sizes]
        self.features = condition.new_zeros(batch, channels)
        self.inside(0)[..., -1] = 1
        self.pixels = self.inside(0)[..., :-1].unbind(1)
        self.columns = [[self.step(number, column) for number in range(len(sizes))] for column in range(self.width)]

    def inside(self, number: int) -> Tensor:
        """A layer's input along this row without its margins, shape (B, W, C)."""
        side = self.layers[number].side
        return self.lines[number][:, side : side + self.width]

    def step(self, number: int, column: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Of a layer at a column: its sum, what it reads of this row, its input there, and where its output goes."""
        channels = self.layers[number].in_channels
        read = self.lines[number].flatten(1)[:, column * channels :][:, : len(self.before[number])]
        last = number + 1 == len(self.layers)
        goal = self.features if last else self.inside(number + 1)[:, column]
        return self.sums[number][column], read, self.inside(number)[:, column], goal

    def begin(self, row: int) -> None:
        """Read the rows above `row`, all of which have been ended."""
        told = self.condition[row].flatten(0, 1)
        for number, (layer, above, sums) in enumerate(zip(self.layers, self.above, self.sums, strict=True)):
            torch.addmm(self.biases[number], told, self.told[number], out=sums.flatten(0, 1))
            sums += F.conv2d(above.permute(0, 3, 1, 2), layer.rows)[:, :, 0].permute(2, 0, 1)

    def ask(self, column: int) -> Tensor:
        """The features of a pixel; those of the columns before have been asked for, and their pixels put."""
        (sums, read, _, goal), *steps = self.columns[column]
        torch.addmm(sums, read, self.before[0], out=goal)
        for (sums, read, own, goal), before in zip(steps, self.before[1:], strict=True):
            torch.add(own, F.silu(sums.addmm_(read, before), inplace=True), out=goal)
        return self.features

    def put(self, column: int, vectors: Tensor) -> None:
        """Tell the vectors (B, E) of the pixel at `column`."""
        self.pixels[column].copy_(vectors)

    def along(self) -> None:
        """Ask for all features of a row whose pixels have all been put."""
        for number in range(len(self.layers) - 1):
            line, before = self.lines[number], self.before[number]
            size = len(before) // line.shape[2]
            read = line[:, : self.width + size - 1].unfold(1, size, 1).transpose(2, 3).flatten(2)
            sums = self.sums[number].transpose(0, 1) + read @ before
            self.inside(number + 1).copy_(self.inside(number) + F.silu(sums) if number else sums)

    def end(self, asked: bool) -> None:
        """Keep the row for the rows below, after working out its features if its pixels were not asked for."""
        if not asked:
            self.along()
        for above, line in zip(self.above, self.lines, strict=True):
            above[:, 0] = above[:, 1]
            above[:, 1] = line
