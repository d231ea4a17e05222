"""The network that ships: MobileNetV2 (Sandler et al. 2018), a pyramid, and the head of ATSS (Zhang et al. 2020).

It begins as person-vehicle-bike-detection-2004 of the Open Model Zoo, whose file is int8: integers times a scale for
each channel are numbers like any others, and can be learnt on (`published`). Three things are ours: its first two
convolutions are one of 6x6; of its five levels the two that look for what is larger than the picture are gone; and
beside the head, which knows vehicles, people and bikes, a branch of its own says which of our seven kinds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from detector.pictures import CLASSES
from detector.published import Numbers, convolutions

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""(how much wider within, channels out, blocks, stride of the first): table 2 of the paper."""
TAPS = (2, 4, 6)
"""After these stages the picture is an eighth, a 16th, a 32nd of its size."""
STRIDES = (8, 16, 32)
WIDE, TOWER, KIND_TOWER = 32, 4, 2
ANCHORS = ((8 * 2**0.5, 8 / 2**0.5), (8.0, 8.0), (8 / 2**0.5, 8 * 2**0.5))
"""Width and height in strides of the boxes that each cell begins from: wide, square and high."""
STEPS = (0.1, 0.1, 0.2, 0.2)
"""What its head says of a box is in these: of the anchor's width and height, and of their logarithms."""
GROUPS = 3
"""Vehicle, person, bike: what the published head is sure of."""
GROUP_OF = (1, 2, 2, 0, 0, 0, 0)
"""In which of these each of ``CLASSES`` is."""
LEAST_LOGIT = -14.0


class Layer(nn.Module):
    """Convolution, and ReLU up to 6 where ``bent``. The published file has its norms within its convolutions."""

    def __init__(
        self, ins: int, outs: int, size: int = 1, stride: int = 1, groups: int = 1, *, bent: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(ins, outs, size, stride, (size - 1) // 2, groups=groups)
        self.bent = bent

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's output."""
        return functional.relu6(self.conv(x)) if self.bent else self.conv(x)


class Normed(nn.Module):
    """3x3 convolution, instance norm, ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(WIDE, WIDE, 3, padding=1)
        self.norm = nn.InstanceNorm2d(WIDE, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's output."""
        return functional.relu(self.norm(self.conv(x)))


class Block(nn.Module):
    """The inverted residual: 1x1 to more channels, 3x3 depthwise, 1x1 to few."""

    def __init__(self, ins: int, outs: int, wider: int, stride: int) -> None:
        super().__init__()
        wide = ins * wider
        first = [Layer(ins, wide)] if wider > 1 else []
        self.steps = nn.Sequential(*first, Layer(wide, wide, 3, stride, wide), Layer(wide, outs, bent=False))
        self.adds = stride == 1 and ins == outs

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        return x + self.steps(x) if self.adds else self.steps(x)


class StreetNet(nn.Module):
    """The whole network; ``six``: with one convolution of 6x6 where the published one has 3x3 and 1x1."""

    def __init__(self, *, six: bool = True) -> None:
        super().__init__()
        self.stem = Layer(3, 32, 6, 2) if six else nn.Sequential(Layer(3, 32, 3, 2), Layer(32, 32))
        ins, stages = 32, []
        for wider, outs, blocks, stride in STAGES:
            first = Block(ins, outs, wider, stride)
            stages.append(nn.Sequential(first, *(Block(outs, outs, wider, 1) for _ in range(blocks - 1))))
            ins = outs
        self.stages = nn.ModuleList(stages)
        self.laterals, self.kind_laterals = (
            nn.ModuleList(nn.Conv2d(STAGES[tap][1], WIDE, 1) for tap in TAPS) for _ in range(2)
        )
        self.smooth = nn.ModuleList(nn.Conv2d(WIDE, WIDE, 3, padding=1) for _ in TAPS)
        self.what, self.where, self.kind = (
            nn.Sequential(*(Normed() for _ in range(n))) for n in (TOWER, TOWER, KIND_TOWER)
        )
        a = len(ANCHORS)
        self.sure_out, self.middle_out, self.kind_out = (
            nn.Conv2d(WIDE, a * n, 3, padding=1) for n in (GROUPS, 1, len(CLASSES))
        )
        self.where_out = nn.ModuleList(nn.Conv2d(WIDE, a * 4, 3, padding=1) for _ in TAPS)
        self.plain = True

    def forward(self, x: Tensor) -> Tensor:
        """Return (b, rows, 5 + kinds) of a (b, 3, h, w) picture, blue first, 0..255; sides divisible by 32.

        Each cell has three rows (``ANCHORS``): dx, dy, log w, log h in strides, how sure it is that there is a road
        user and that the box lies well, and its kinds as logits. Sureness is a share of 0..1. While training
        (``plain``) it is a logit too, and the logits of the groups come last.
        """
        seen = self.seen(x)
        levels = [smooth(level) for smooth, level in zip(self.smooth, pyramid(self.laterals, seen), strict=True)]
        kinds = pyramid(self.kind_laterals, seen)
        return torch.cat([self._rows(i, *both) for i, both in enumerate(zip(levels, kinds, strict=True))], dim=1)

    def seen(self, x: Tensor) -> list[Tensor]:
        """Return what the trunk sees at an eighth of the picture's size, and at a 16th and a 32nd."""
        x, seen = self.stem(x), []
        for number, stage in enumerate(self.stages):
            x = stage(x)
            if number in TAPS:
                seen.append(x)
        return seen

    def _rows(self, number: int, level: Tensor, kind: Tensor) -> Tensor:
        what, where = self.what(level), self.where(level)
        groups, middle = flat(self.sure_out(what)).float(), flat(self.middle_out(where)).float()
        sure, box = groups.amax(dim=2, keepdim=True), flat(self.where_out[number](where)).float()
        # a kind is of a group: what the published head knows of those need not be learnt again
        kinds = flat(self.kind_out(self.kind(kind))).float() + groups[..., list(GROUP_OF)]
        if not self.plain:
            return torch.cat((box, sure.sigmoid() * middle.sigmoid(), kinds), dim=2)
        both = (functional.logsigmoid(sure) + functional.logsigmoid(middle)).clamp(LEAST_LOGIT, -1e-4)
        return torch.cat((box, both - torch.log1p(-both.exp()), kinds, groups), dim=2)

    def parts(self, *names: str) -> Iterator[nn.Parameter]:
        """Yield the parameters of some of its parts."""
        yield from (p for name, p in self.named_parameters() if name.split(".")[0] in names)


def pyramid(laterals: nn.ModuleList, seen: Sequence[Tensor]) -> list[Tensor]:
    """Return each level with what the coarser ones add to it."""
    levels = [lateral(level) for lateral, level in zip(laterals, seen, strict=True)]
    for finer in (1, 0):
        levels[finer] = levels[finer] + functional.interpolate(levels[finer + 1], scale_factor=2.0, mode="nearest")
    return levels


def flat(x: Tensor) -> Tensor:
    """Return (b, cells x 3, n) of (b, 3 n, h, w)."""
    b, c, h, w = x.shape
    return x.permute(0, 2, 3, 1).reshape(b, h * w * len(ANCHORS), c // len(ANCHORS))


def published_net(published: Path) -> StreetNet:
    """Return the network as it was published, but for its two coarsest levels; its kinds begin as vehicles' boxes do.

    Parameters
    ----------
    published : Path
        person-vehicle-bike-detection-2004.xml, with its .bin beside it.
    """
    net, numbers = StreetNet(six=False).eval(), convolutions(published)
    named = sorted(name for name in numbers if name.startswith("Multiply_"))
    boxes = [name for name in named if len(numbers[name].bias) == 4 * len(ANCHORS)]
    layers = [*net.stem, *(layer for stage in net.stages for block in stage for layer in block.steps)]
    for layer, name in zip(layers, (name for name in named if name not in boxes), strict=True):
        fill(layer.conv, numbers[name])
    for conv, number in zip([*net.laterals, *net.smooth], (155, 156, 157, 200, 201, 202), strict=True):
        fill(conv, numbers[f"Conv_{number}/WithoutBiases"])
    for tower, first in ((net.what, 205), (net.where, 217)):
        for i, layer in enumerate(tower):
            fill(layer.conv, numbers[f"Conv_{first + 3 * i}"], layer.norm)
    fill(net.sure_out, numbers["Conv_229/WithoutBiases"])
    fill(net.middle_out, numbers["Conv_233/WithoutBiases"])
    times = torch.tensor([[STEPS[0] * w, STEPS[1] * h, *STEPS[2:]] for w, h in ANCHORS]).ravel()
    plus = torch.tensor([[0.0, 0.0, math.log(w), math.log(h)] for w, h in ANCHORS]).ravel()
    with torch.no_grad():
        net.stem[0].conv.weight.mul_(1 / 255)
        for conv, name in zip(net.where_out, boxes, strict=False):
            fill(conv, numbers[name])
            conv.weight.mul_(times[:, None, None, None])
            conv.bias.mul_(times).add_(plus)
    net.kind_laterals.load_state_dict(net.laterals.state_dict())
    net.kind.load_state_dict({k: v for k, v in net.what.state_dict().items() if int(k.split(".")[0]) < KIND_TOWER})
    return net


def with_six(net: StreetNet) -> StreetNet:
    """Return the network with a stem of 6x6 in the place of its own; the stem is for `courses` to learn."""
    six = StreetNet()
    known = {name: value for name, value in net.state_dict().items() if not name.startswith("stem.")}
    six.load_state_dict(six.state_dict() | known)
    first, second = (layer.conv for layer in net.stem)
    with torch.no_grad():
        six.stem.conv.weight.zero_()
        six.stem.conv.weight[:, :, 1:4, 1:4] = torch.einsum("om,mihw->oihw", second.weight[:, :, 0, 0], first.weight)
        six.stem.conv.bias.copy_(second.bias + second.weight[:, :, 0, 0] @ first.bias)
    return six


@torch.no_grad()
def fill(conv: nn.Conv2d, told: Numbers, norm: nn.InstanceNorm2d | None = None) -> None:
    """Put published numbers into a convolution, and into the norm after it."""
    conv.weight.copy_(torch.tensor(told.weight))
    conv.bias.copy_(torch.tensor(told.bias))
    if norm is not None:
        norm.weight.copy_(torch.tensor(told.stretch))
        norm.bias.copy_(torch.tensor(told.shift))
