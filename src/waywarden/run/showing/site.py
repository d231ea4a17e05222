"""What is served beside the counts, wherever the site is served: accounts that write, and the road half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from waywarden.run.accounts.provider.told import Told
from waywarden.run.accounts.signing_in import desk_of
from waywarden.run.road.now.site import with_road
from waywarden.web.accounts import site as accounts_site
from waywarden.web.accounts.beside import Beside


def beside_counts(
    store_file: Path,
    origin: str = "",
    shown: Path | None = None,
    watching: Callable[[], str] = str,
    told: Told | None = None,
) -> Beside:
    """Return what is served of a store besides its counts.

    ``origin`` is where the page is opened if a proxy is before it, ``shown`` a folder of plans to be shown,
    ``watching`` gives the figures of a running ``watch``, and ``told`` is the provider at which one can sign in, too.
    """
    return with_road(accounts_site.beside(desk_of(store_file, origin, told), watching), store_file, shown)
