"""The inference runtime, with its telemetry closed. Import ``ov`` from here, never ``openvino`` itself.

``import openvino`` sends an event to its maker and writes a client number into the home folder, unless the person has
opted out before; its one switch that works without writing a file is that ``openvino_telemetry`` cannot be imported,
whereupon OpenVINO takes its own silent stand-in (seen in 2026.4, ``openvino/tools/ovc/telemetry_utils.py``).
"""

from __future__ import annotations

import sys

# None in sys.modules is how Python itself spells "may not be imported".
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino as ov  # type: ignore[import-untyped]  # noqa: E402 - it must come after the line above

__all__ = ["ov"]
