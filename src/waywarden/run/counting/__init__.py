"""Counting as a job: one camera (``count``), many (``local``), and the store they fill (``keeping``)."""
