"""The network: YOLOX-Nano (Ge et al. 2021) with ReLU for SiLU and a 6x6 stem for its Focus layer.

Its weights begin as the published YOLOX-Nano's, read from the ONNX file: the Focus layer and the 3x3 convolution after
it are one 6x6 convolution of stride 2, exactly; batch normalisation, which the export had folded into the
convolutions, is taken out again from what the layers really put out (`unfold`), so that training is stable; and SiLU
turns into ReLU little by little (`Bend`), because ReLU costs less than half in int8 at inference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from detector.pictures import CLASSES

STRIDES = (8, 16, 32)
COCO_ROWS = (0, 1, 3, 2, 2, 5, 7)
"""Which of COCO's 80 classes each of ours begins as: person, bicycle, motorcycle, car, car (van), bus, truck."""


class Bend(nn.Module):
    """SiLU at ``bent`` 0, ReLU at 1, a blend between."""

    def __init__(self) -> None:
        super().__init__()
        self.bent = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Return the blend of both."""
        if self.bent >= 1:
            return functional.relu(x)
        return torch.lerp(functional.silu(x), functional.relu(x), self.bent)


class Layer(nn.Module):
    """Convolution, batch normalisation, activation."""

    def __init__(self, ins: int, outs: int, size: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        padding = (size - 1) // 2 if size != 6 else 2
        self.conv = nn.Conv2d(ins, outs, size, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outs, eps=1e-3, momentum=0.03)
        self.act = Bend()

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's output."""
        return self.act(self.norm(self.conv(x)))


def depthwise(ins: int, outs: int, stride: int = 1) -> nn.Sequential:
    """Return a 3x3 depthwise layer and the 1x1 layer after it."""
    return nn.Sequential(Layer(ins, ins, 3, stride, ins), Layer(ins, outs))


class Bottleneck(nn.Module):
    """1x1, depthwise 3x3, 1x1, and the input added where asked for."""

    def __init__(self, width: int, *, add: bool) -> None:
        super().__init__()
        self.first, self.second, self.add = Layer(width, width), depthwise(width, width), add

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        y = self.second(self.first(x))
        return x + y if self.add else y


class Stage(nn.Module):
    """The cross-stage-partial block of CSPDarknet."""

    def __init__(self, ins: int, outs: int, depth: int = 1, *, add: bool = True) -> None:
        super().__init__()
        half = outs // 2
        self.main, self.side = Layer(ins, half), Layer(ins, half)
        self.blocks = nn.Sequential(*(Bottleneck(half, add=add) for _ in range(depth)))
        self.join = Layer(2 * half, outs)

    def forward(self, x: Tensor) -> Tensor:
        """Return the stage's output."""
        main, side = self.main(x), self.side(x)
        return self.join(torch.cat((self.blocks(main), side), dim=1))


class Pyramid(nn.Module):
    """Maximum pooling at three sizes, side by side (SPP)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.join = Layer(width, width // 2), Layer(width * 2, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        x = self.first(x)
        pooled = [functional.max_pool2d(x, size, 1, size // 2) for size in (5, 9, 13)]
        return self.join(torch.cat((x, *pooled), dim=1))


class Head(nn.Module):
    """What one level says of each of its cells: where, whether, what."""

    def __init__(self, ins: int, classes: int, width: int = 64) -> None:
        super().__init__()
        self.stem = Layer(ins, width)
        self.what = nn.Sequential(depthwise(width, width), depthwise(width, width))
        self.what_out = nn.Conv2d(width, classes, 1)
        self.where = nn.Sequential(depthwise(width, width), depthwise(width, width))
        self.where_out, self.whether_out = nn.Conv2d(width, 4, 1), nn.Conv2d(width, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (b, 5 + classes, h, w): dx, dy, log w, log h, objectness and classes as logits."""
        x = self.stem(x)
        where = self.where(x)
        return torch.cat((self.where_out(where), self.whether_out(where), self.what_out(self.what(x))), dim=1)


class NanoNet(nn.Module):
    """The whole network. Its layers stand in the order in which the published ONNX file has them."""

    def __init__(self, classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.stem = Layer(3, 16, 6, 2)
        self.down2, self.stage2 = depthwise(16, 32, 2), Stage(32, 32)
        self.down3, self.stage3 = depthwise(32, 64, 2), Stage(64, 64, 3)
        self.down4, self.stage4 = depthwise(64, 128, 2), Stage(128, 128, 3)
        self.down5, self.pool5, self.stage5 = depthwise(128, 256, 2), Pyramid(256), Stage(256, 256, add=False)
        self.lateral5, self.merge4 = Layer(256, 128), Stage(256, 128, add=False)
        self.lateral4, self.merge3 = Layer(128, 64), Stage(128, 64, add=False)
        self.up4, self.remerge4 = depthwise(64, 64, 2), Stage(128, 128, add=False)
        self.up5, self.remerge5 = depthwise(128, 128, 2), Stage(256, 256, add=False)
        self.heads = nn.ModuleList(Head(ins, classes) for ins in (64, 128, 256))
        self.plain = True

    def forward(self, x: Tensor) -> Tensor:
        """Return (b, cells, 5 + classes) of a (b, 3, h, w) picture, blue first, 0..255; sides divisible by 32.

        Rows are (dx, dy, log w, log h) in strides, then objectness and classes, as logits while training (``plain``)
        and as shares of 0..1 once exported.
        """
        return self.rows(self.levels(x)[1:])

    def levels(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return what is seen at a quarter of the picture's size, and at an eighth, a 16th and a 32nd."""
        x2 = self.stage2(self.down2(self.stem(x)))
        x3 = self.stage3(self.down3(x2))
        x4 = self.stage4(self.down4(x3))
        x5 = self.stage5(self.pool5(self.down5(x4)))
        low5 = self.lateral5(x5)
        low4 = self.lateral4(self.merge4(torch.cat((twice(low5), x4), dim=1)))
        out3 = self.merge3(torch.cat((twice(low4), x3), dim=1))
        out4 = self.remerge4(torch.cat((self.up4(out3), low4), dim=1))
        return x2, out3, out4, self.remerge5(torch.cat((self.up5(out4), low5), dim=1))

    def rows(self, levels: Sequence[Tensor]) -> Tensor:
        """Return what the heads say of the last three levels."""
        rows = [head(level).flatten(2) for head, level in zip(self.heads, levels, strict=True)]
        told = torch.cat(rows, dim=2).transpose(1, 2)
        return told if self.plain else torch.cat((told[..., :4], told[..., 4:].sigmoid()), dim=2)

    def bend(self, bent: float) -> None:
        """Set how far SiLU has turned into ReLU, 0 to 1."""
        for module in self.modules():
            if isinstance(module, Bend):
                module.bent = bent


def twice(x: Tensor) -> Tensor:
    """Return the picture twice as large."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def begin_from(published: Path, pictures: Sequence[Tensor]) -> NanoNet:
    """Return the network with the weights of the published YOLOX-Nano, its classes cut to ours.

    Parameters
    ----------
    published : Path
        yolox_nano_416.onnx.
    pictures : (b, 3, h, w) float32 tensors
        On which the layers' means and spreads are measured.
    """
    net = NanoNet().eval()
    convolutions = _convolutions(published)
    layers = [module for module in net.modules() if isinstance(module, (Layer, nn.Conv2d))]
    outside = [m for m in layers if isinstance(m, Layer) or not _within(m, layers)]
    for module, (weight, bias) in zip(outside, _in_our_order(convolutions), strict=True):
        _fill(module, weight, bias)
    net.bend(0.0)
    unfold(net, pictures)
    return net


def unfold(net: NanoNet, pictures: Sequence[Tensor]) -> None:
    """Give every batch normalisation the statistics of what comes to it, without changing what the network says."""
    for layer in (m for m in net.modules() if isinstance(m, Layer)):
        found: list[Tensor] = []
        hook = layer.conv.register_forward_hook(lambda _m, _i, out, kept=found: kept.append(out.detach()))
        with torch.no_grad():
            for picture in pictures:
                net(picture)
        hook.remove()
        seen = torch.cat([out.transpose(0, 1).flatten(1) for out in found], dim=1)
        mean, spread = seen.mean(dim=1), seen.var(dim=1) + layer.norm.eps
        norm = layer.norm
        with torch.no_grad():
            bias = norm.bias - norm.running_mean * norm.weight / (norm.running_var + norm.eps).sqrt()
            scale = norm.weight / (norm.running_var + norm.eps).sqrt()
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(spread - norm.eps)
            norm.weight.copy_(scale * spread.sqrt())
            norm.bias.copy_(bias + scale * mean)


def _within(conv: nn.Module, layers: Sequence[nn.Module]) -> bool:
    return any(isinstance(layer, Layer) and layer.conv is conv for layer in layers)


def _convolutions(published: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield weight and bias of each convolution of the file, in its order, the first one as 6x6."""
    graph = onnx.load(str(published)).graph
    numbers = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    convolutions = (node for node in graph.node if node.op_type == "Conv")
    for number, node in enumerate(convolutions):
        weight, bias = numbers[node.input[1]], numbers[node.input[2]]
        yield (_six_by_six(weight) if number == 0 else weight), bias


def _six_by_six(weight: np.ndarray) -> np.ndarray:
    """Return the (o, 3, 6, 6) kernel that is Focus and the (o, 12, 3, 3) kernel after it in one."""
    # Focus stacks the pixels of each 2x2 as top left, bottom left, top right, bottom right.
    parts = weight.reshape(len(weight), 2, 2, 3, 3, 3)  # o, right, bottom, channel, y, x
    return parts.transpose(0, 3, 4, 2, 5, 1).reshape(len(weight), 3, 6, 6)


def _in_our_order(convolutions: Iterator[tuple[np.ndarray, np.ndarray]]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return them in the order of our modules, the last ones of each head cut to our classes.

    The file's order is that of its making: in every stage the two 1x1 layers, the blocks, the join; in every head the
    classes' branch and output, the boxes' branch, boxes, objectness.
    """
    order = list(convolutions)
    rows = np.array(COCO_ROWS)
    return [(w[rows], b[rows]) if len(w) == 80 else (w, b) for w, b in order]


def _fill(module: nn.Module, weight: np.ndarray, bias: np.ndarray) -> None:
    conv = module.conv if isinstance(module, Layer) else module
    if tuple(conv.weight.shape) != weight.shape:
        raise ValueError(f"the published weights do not fit: wanted {tuple(conv.weight.shape)}, got {weight.shape}")
    with torch.no_grad():
        conv.weight.copy_(torch.from_numpy(weight.copy()))
        target = module.norm.bias if isinstance(module, Layer) else module.bias
        target.copy_(torch.from_numpy(bias.copy()))
        if isinstance(module, Layer):
            module.norm.running_var.fill_(1 - module.norm.eps)
