"""What can be checked of a camera only when its picture's size is known."""

from __future__ import annotations

from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Camera


def check_gates(camera: Camera, width: int, height: int) -> None:
    """Raise ConfigError if a gate of ``camera`` ends outside its picture of ``width`` x ``height`` pixels."""
    for gate in camera.gates:
        for name, (x, y) in (("from_px", gate.from_px), ("to_px", gate.to_px)):
            if not (0 <= x <= width and 0 <= y <= height):
                raise ConfigError(
                    f'camera "{camera.id}": gate "{gate.id}" has {name} = [{x:g}, {y:g}] outside the picture, which is '
                    f"{width} x {height} pixels; draw the gate again"
                )
