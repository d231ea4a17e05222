"""Our Parquet files against Apache Arrow's reader."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.exchange.parquet import to_parquet
from waywarden.exchange.thrift import i32, listed, struct, varint
from waywarden.exchange.tidy import COLUMNS, TidyRow, tidy_row
from waywarden.terms.records import Direction, TrafficInterval

SCHEMA = pa.schema(
    [
        pa.field("camera", pa.string(), nullable=False),
        pa.field("gate", pa.string()),
        pa.field("direction", pa.string()),
        pa.field("movement", pa.string()),
        pa.field("vehicle_class", pa.string(), nullable=False),
        pa.field("start", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("duration_s", pa.int32(), nullable=False),
        pa.field("observed_s", pa.float64(), nullable=False),
        pa.field("count", pa.int64(), nullable=False),
        pa.field("mean_speed_kmh", pa.float64()),
        pa.field("v85_kmh", pa.float64()),
    ]
)


def read(raw: bytes) -> list[TidyRow]:
    table = pq.read_table(pa.BufferReader(raw))
    table.validate(full=True)
    assert table.schema == SCHEMA
    columns = [table[name].to_pylist() for name in COLUMNS]
    return [TidyRow(*cells) for cells in zip(*columns, strict=True)]


@given(data=st.data(), rows_per_group=st.integers(1, 12))
def test_arrow_reads_what_was_written(
    data: st.DataObject, some_intervals: st.SearchStrategy[list[TrafficInterval]], rows_per_group: int
) -> None:
    given_ones = data.draw(some_intervals)
    raw = to_parquet(given_ones, rows_per_group=rows_per_group)
    assert read(raw) == [tidy_row(one) for one in given_ones]
    assert pq.ParquetFile(pa.BufferReader(raw)).num_row_groups == -(-len(given_ones) // rows_per_group)


def interval(number: int) -> TrafficInterval:
    start = datetime.fromtimestamp(number * 900, tz=UTC)
    gate_id, direction = ("g", Direction.BACKWARD) if number % 3 else (None, None)
    movement_id = None if gate_id else f"m{number % 7}"
    speed_mps = None if number % 5 == 0 else number / 100
    return TrafficInterval("c", gate_id, direction, movement_id, "all", start, 900, 899.5, number, speed_mps, None, "m")


def test_a_long_table_in_more_than_one_group() -> None:
    given_ones = [interval(number) for number in range(70_000)]
    raw = to_parquet(given_ones)
    assert read(raw) == [tidy_row(one) for one in given_ones]
    file = pq.ParquetFile(pa.BufferReader(raw))
    assert [file.metadata.row_group(number).num_rows for number in range(2)] == [65_536, 4_464]


def test_what_the_footer_says_of_itself() -> None:
    raw = to_parquet([interval(number) for number in range(100)], rows_per_group=64)
    metadata = pq.ParquetFile(pa.BufferReader(raw)).metadata
    assert metadata.created_by == "waywarden"
    assert metadata.num_rows == 100
    sizes = 0
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            column = metadata.row_group(group).column(number)
            assert column.compression == "GZIP"
            assert column.data_page_offset == 4 + sizes
            assert raw[column.data_page_offset :][:1] == b"\x15"  # a PageHeader begins with field 1, an i32
            sizes += column.total_compressed_size
            chunk = raw[column.data_page_offset : 4 + sizes]
            header_size = chunk.index(b"\x1f\x8b\x08")  # where gzip begins
            plain_size = len(gzip.decompress(chunk[header_size:]))
            assert column.total_uncompressed_size == header_size + plain_size
    assert metadata.row_group(0).column(COLUMNS.index("v85_kmh")).statistics.null_count == 64
    assert 4 + sizes == len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")


def test_the_same_rows_give_the_same_bytes() -> None:
    assert to_parquet([interval(number) for number in range(9)]) == to_parquet(interval(number) for number in range(9))


def test_a_group_of_no_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="rows_per_group"):
        to_parquet([], rows_per_group=0)


@given(value=st.integers(0, 2**70))
def test_varint_is_leb128(value: int) -> None:
    raw = varint(value)
    assert sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(raw)) == value
    assert all(byte & 0x80 for byte in raw[:-1])
    assert not raw[-1] & 0x80


def test_thrift_by_hand() -> None:
    # thrift-compact-protocol.md: short field headers carry the step of the id; zigzag(-1) = 1; lists of 15 are long.
    assert struct({1: i32(-1), 4: i32(1)}) == (12, bytes([0x15, 0x01, 0x35, 0x02, 0x00]))
    assert listed([i32(0)] * 14) == (9, bytes([0xE5]) + bytes(14))
    assert listed([i32(0)] * 15) == (9, bytes([0xF5, 15]) + bytes(15))
    with pytest.raises(ValueError, match="step"):
        struct({1: i32(0), 17: i32(0)})
