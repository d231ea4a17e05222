"""The network: the trunk of `street-1` (YOLOX-Nano with ReLU), a mask at a quarter of the picture's size, and boxes.

The mask has three channels, each its own yes or no: crack, pothole, and the lane that the vehicle drives in. Boxes are
those of RDD2022: D00, D10, D20, D40, Repair.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from detector.network import Layer, StreetNet, depthwise

MASKS = ("crack", "pothole", "lane")
BOXES = ("D00", "D10", "D20", "D40", "Repair")
CELL_PX = 4
WIDE = 32


class SurfaceNet(StreetNet):
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
        x2 = self.stage2(self.down2(self.stem(x)))
        x3 = self.stage3(self.down3(x2))
        x4 = self.stage4(self.down4(x3))
        x5 = self.stage5(self.pool5(self.down5(x4)))
        low5 = self.lateral5(x5)
        low4 = self.lateral4(self.merge4(torch.cat((_twice(low5), x4), dim=1)))
        out3 = self.merge3(torch.cat((_twice(low4), x3), dim=1))
        out4 = self.remerge4(torch.cat((self.up4(out3), low4), dim=1))
        out5 = self.remerge5(torch.cat((self.up5(out4), low5), dim=1))
        masks = self.mask_out(self.mixed(torch.cat((_twice(self.coarse(out3)), self.fine(x2)), dim=1)))
        rows = [head(level).flatten(2) for head, level in zip(self.heads, (out3, out4, out5), strict=True)]
        boxes = torch.cat(rows, dim=2).transpose(1, 2)
        if self.plain:
            return masks, boxes
        return masks.sigmoid(), torch.cat((boxes[..., :4], boxes[..., 4:].sigmoid()), dim=2)


def _twice(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")


def begun(street: StreetNet) -> SurfaceNet:
    """Return the network with the trunk of a street network; what that has not is left to chance."""
    net = SurfaceNet()
    own = net.state_dict()
    kept = {name: value for name, value in street.state_dict().items() if own[name].shape == value.shape}
    net.load_state_dict(own | copy.deepcopy(kept))
    return net
