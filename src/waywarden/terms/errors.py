"""Everything that can be the matter, each with the exit code the command line gives for it.

A message says in one sentence what was wanted, what came, and what to do.
"""

from __future__ import annotations


class WaywardenError(Exception):
    """A mistake that a person can mend; its text is one clear sentence."""

    exit_code = 1


class ConfigError(WaywardenError):
    """city.toml holds an unknown key or an impossible value."""

    exit_code = 2


class SourceError(WaywardenError):
    """A camera, video or folder cannot be opened, or could not be read to its end."""

    exit_code = 3


class LoginError(SourceError):
    """A camera refuses the user or the password: it takes a person to mend that, and asking again may lock us out."""

    exit_code = 10


class WeightsError(WaywardenError):
    """Weights are missing, damaged, or of a network that is not known here."""

    exit_code = 4


class StoreError(WaywardenError):
    """The record store cannot be opened, read or written."""

    exit_code = 5


class CalibrationError(WaywardenError):
    """The given points do not determine pixel to metre well enough."""

    exit_code = 6


class SealError(WaywardenError):
    """The sealed process could not be sealed, or died."""

    exit_code = 7


class LedgerError(WaywardenError):
    """The ledger was changed or cut short, or what is to be written into it cannot have happened."""

    exit_code = 9


class RepeatedKeyError(LedgerError):
    """A key under which something is to be written once was used for something else."""

    exit_code = 12


class ServeError(WaywardenError):
    """The page cannot be served, for instance because the port is in use."""

    exit_code = 8


class AccountError(WaywardenError):
    """There is no such account, or one of that name already; or a password will not do."""

    exit_code = 11
