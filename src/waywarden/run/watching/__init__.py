"""Watching for months: all cameras of a city (``watch``), each for itself (``camera``), and keeping (``keeper``)."""
