"""What the columns of a city's own network are called, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from waywarden.exchange.networks.lane_words import lanes_of
from waywarden.terms.places import LonLat
from waywarden.terms.streets import Lanes, Oneway, Street

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "street_id": ("street_id", "id", "osm_id", "fid", "objectid", "gid"),
    "name": ("name", "street_name", "nimi", "strassenname"),
    "street_class": ("street_class", "class", "highway", "fclass", "functional_class"),
    "oneway": ("oneway", "one_way", "dir_travel"),
    "lanes": ("lanes", "lane_count", "number_of_lanes"),
    "lanes_forward": ("lanes:forward", "lanes_forward"),
    "lanes_backward": ("lanes:backward", "lanes_backward"),
}
"""What each is looked for as, in this order; letters of either case."""

_ONEWAY = {
    "": Oneway.BOTH, "no": Oneway.BOTH, "b": Oneway.BOTH, "both": Oneway.BOTH, "0": Oneway.BOTH, "false": Oneway.BOTH,
    "yes": Oneway.ALONG, "f": Oneway.ALONG, "ft": Oneway.ALONG, "along": Oneway.ALONG, "1": Oneway.ALONG,
    "true": Oneway.ALONG, "-1": Oneway.AGAINST, "t": Oneway.AGAINST, "tf": Oneway.AGAINST, "against": Oneway.AGAINST,
    "reverse": Oneway.AGAINST, "reversible": Oneway.BOTH, "alternating": Oneway.BOTH,
}  # fmt: skip


def oneway_of(said: Any) -> Oneway:
    """Return what ``oneway`` says, in OpenStreetMap's words or the F, T, B of other sources; ValueError if unknown."""
    word = "" if said is None else str(said).strip().lower()
    if word not in _ONEWAY:
        raise ValueError(f"oneway is one of {', '.join(filter(None, _ONEWAY))}; got {word[:30]!r}")
    return _ONEWAY[word]


def of_each_piece(lanes: Lanes, line: Sequence[LonLat]) -> tuple[Lanes, ...]:
    """Return the lanes of each piece of a line that has the same all along; empty where nothing is known of them."""
    return (lanes,) * (len(line) - 1) if any(lanes) else ()


def streets_of(features: Iterable[tuple[Mapping[str, Any], Sequence[Sequence[LonLat]]]]) -> Iterator[Street]:
    """Yield a street for each line of each feature; those of one feature are numbered from the second on.

    ValueError where two streets have one id, or an id is missing.
    """
    seen: set[str] = set()
    for attributes, lines in features:
        told = {key.lower(): value for key, value in attributes.items()}
        found = {key: next((told[name] for name in names if told.get(name) is not None), None)
                 for key, names in ATTRIBUTES.items()}  # fmt: skip
        if found["street_id"] is None:
            raise ValueError(
                f"a street has no id: give each one of the attributes {', '.join(ATTRIBUTES['street_id'])}"
            )
        for number, line in enumerate(lines, start=1):
            street_id = f"{found['street_id']}" + (f"-{number}" if number > 1 else "")
            if street_id in seen:
                raise ValueError(f"two streets have the id {street_id}: give each its own")
            seen.add(street_id)
            oneway = oneway_of(found["oneway"])
            lanes = lanes_of(oneway, found["lanes"], found["lanes_forward"], found["lanes_backward"])
            yield Street(
                street_id, tuple(line), str(found["name"] or ""), str(found["street_class"] or ""), oneway,
                of_each_piece(lanes, line),
            )  # fmt: skip
