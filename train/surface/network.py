"""The network: a trunk of YOLOX-Nano with ReLU (`nano`), a mask at a quarter of the picture's size, and boxes.

The mask has three channels, each its own yes or no: crack, pothole, and the lane that the vehicle drives in. Boxes are
those of RDD2022: D00, D10, D20, D40, Repair.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from nano.network import Layer, NanoNet, depthwise, twice

MASKS = ("crack", "pothole", "lane")
BOXES = ("D00", "D10", "D20", "D40", "Repair")
CELL_PX = 4
WIDE = 32


class SurfaceNet(NanoNet):
    """The trunk of the street network with a head for masks beside its boxes."""

    def __init__(self) -> None:
        super().__init__(len(BOXES))
        self.fine = Layer(32, WIDE)
        self.coarse = Layer(64, WIDE)
        self.mixed = nn.Sequential(depthwise(2 * WIDE, WIDE), depthwise(WIDE, WIDE))
        self.mask_out = nn.Conv2d(WIDE, len(MASKS), 1)
        nn.init.constant_(self.mask_out.bias, -4.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """Return masks (b, 3, h / 4, w / 4) and boxes (b, cells, 10) of (b, 3, h, w), blue first, 0..255.

        Both are logits while training (``plain``) and shares of 0..1 once exported. Sides are divisible by 32.
        """
        x2, *levels = self.levels(x)
        masks = self.mask_out(self.mixed(torch.cat((twice(self.coarse(levels[0])), self.fine(x2)), dim=1)))
        return masks if self.plain else masks.sigmoid(), self.rows(levels)


def begun(street: NanoNet) -> SurfaceNet:
    """Return the network with the trunk of a street network; what that has not is left to chance."""
    net = SurfaceNet()
    own = net.state_dict()
    kept = {name: value for name, value in street.state_dict().items() if own[name].shape == value.shape}
    net.load_state_dict(own | copy.deepcopy(kept))
    return net
