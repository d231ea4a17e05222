"""Waywarden measures streets, never people.

A video of a street goes in; counts by gate, direction, turning movement, class and interval come out.
The rooms, from the ground up (imports only ever go down):

``terms``     the glossary as code: kinds, transient types, records, places, errors
``geo``       pixel to metre to place; pure
``traffic``   detections to tracks to crossings to intervals; pure; road users end here
``pavement``  road damage; pure
``sight``     sealed: frames, object detectors, redaction; pixels end here
``store``     records about streets, kept and pruned
``exchange``  one file per standard, records to bytes and back; no I/O
``web``       the API and the map page
``run``       city.toml, the command line, the jobs, the seal
``testing``   made-up streets with exact truth, and the checks every port must pass

Read this, then ``run/counting/count.py``, then ``docs/tour.md``.
"""

__version__ = "0.1.0"
