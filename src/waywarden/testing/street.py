"""The made-up street: a seed goes in; a clip, its camera and the exact truth come out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import KINDS, Kind, kind_number
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, Gate, Movement
from waywarden.testing.bodies import STRIDES, Body, bodies_of
from waywarden.testing.drivers import Street, Trip
from waywarden.testing.junction import ARMS, GATE_M, HALF_ROAD_M, OUTWARDS, STOP_M, Light, SignalPlan
from waywarden.testing.mast import Mast, corner_mast
from waywarden.testing.paint import FINE, Placed, Polygons, cover, faces_of, nearest, to_pixels
from waywarden.testing.scenery import Backdrop, Site, draw_backdrop, illumination, site
from waywarden.testing.weather import Condition, Weather, noise_tile, shade, shaking, streaks, weather
