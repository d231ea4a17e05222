"""Phone recordings: as phyphox writes them, there and back, and what is wrong with one in a line."""

from __future__ import annotations

import pytest

from waywarden.exchange.phone import PhoneRecording, read_phone, write_phone
from waywarden.terms.errors import SourceError

# Three rows as a phone wrote them (Meszaros, rsq_q1/00, MIT), and its columns.
FELT = '"Time (s)","X (m/s^2)","Y (m/s^2)","Z (m/s^2)"\n0.000000000E0,1.314266968E-1,-1.511856079E-1,9.977950745E0\n'
FIXED = (
    '"Time (s)","Latitude (°)","Longitude (°)","Height (m)","Velocity (m/s)","Direction (°)"\n'
    "0.000000000E0,4.769626637E1,1.772606067E1,1.183494797E2,-1.000000000E0,-1.000000000E0\n"
)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_phyphox_writes_is_read_whatever_separates_its_columns(separator):
    got = read_phone(FELT.replace(",", separator), "\ufeff" + FIXED.replace(",", separator))
    assert got.felt == ((0.0, 0.1314266968, -0.1511856079, 9.977950745),)
    assert got.fixed == ((0.0, 47.69626637, 17.72606067, -1.0),)


def test_there_and_back():
    given = PhoneRecording(((0.0, 1.25, -2.5, 9.8), (0.01, 0.5, 0.0, 9.75)), ((0.0, 50.5, -3.25, 7.0),))
    assert read_phone(*write_phone(given)) == given


def test_what_is_no_number_is_left_out_where_the_phone_says_so():
    assert len(read_phone(FELT + "0.01,NaN,1,9.8\n\n0.02,1,1,9.8\n", FIXED).felt) == 2


@pytest.mark.parametrize(
    ("felt", "fixed", "why"),
    [
        (FELT.replace("X (m/s^2)", "X (g)"), FIXED, r"Accelerometer.csv wants X in m/s\^2, and has it in g"),
        (FELT, FIXED.replace("Velocity (m/s)", "Velocity (km/h)"), "has it in km/h"),
        (FELT.replace("Z (m/s^2)", "W (m/s^2)"), FIXED, "wants a column Z"),
        ("", FIXED, "has nothing"),
        (FELT + "0.01,1,,9.8\n", FIXED, "line 3: numbers were wanted"),
        (FELT + "0.01,1\n", FIXED, "line 3: numbers were wanted"),
        (FELT + "-1,1,1,9.8\n", FIXED, "runs back in time"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(felt, fixed, why):
    with pytest.raises(SourceError, match=why) as said:
        read_phone(felt, fixed)
    assert "\n" not in str(said.value)
