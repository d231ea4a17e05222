"""Pixel to metre to place: homography, projections, plane geometry. Pure."""
