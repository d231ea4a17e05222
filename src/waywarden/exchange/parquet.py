"""Apache Parquet, written: the tidy table as one file, gzip-compressed, that every Parquet reader takes.

Source: apache/parquet-format, ``parquet.thrift`` (structs and field ids, named at each line below), ``README.md``
(layout), ``Encodings.md`` (PLAIN, RLE), ``Compression.md`` (GZIP). A file is: magic, column chunks one row group
after the other, footer, footer's length, magic. Each chunk is one data page of version 1.
"""

from __future__ import annotations

import struct as binary
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from typing import Any

from waywarden.exchange.thrift import Value, boolean, i32, i64, listed, struct, text, varint
from waywarden.exchange.tidy import Qualities, TidyRow, judged_row, tidy_row
from waywarden.terms.records import TrafficInterval

_MAGIC = b"PAR1"
_FORMAT_VERSION = 1

# enum Type
_INT32, _INT64, _DOUBLE, _BYTE_ARRAY = 1, 2, 5, 6
# enum FieldRepetitionType
_REQUIRED, _OPTIONAL = 0, 1
# enum ConvertedType
_UTF8, _TIMESTAMP_MICROS = 0, 10
# enum Encoding
_PLAIN, _RLE = 0, 3
# enum CompressionCodec
_GZIP = 2
# enum PageType
_DATA_PAGE = 0

_ZLIB_AS_GZIP = 31
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Encoder = Callable[[Sequence[Any]], bytes]


@dataclass(frozen=True, slots=True)
class _Column:
    """How the values of one column are typed, annotated and encoded."""

    name: str
    type: int
    encode: Encoder
    optional: bool = False
    converted: int | None = None
    logical: Value | None = None


Columns = Sequence[_Column]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One column of one row group as it lies in the file."""

    column: _Column
    value_count: int
    null_count: int
    plain_size: int
    packed: bytes


def to_parquet(
    intervals: Iterable[TrafficInterval], qualities: Qualities | None = None, *, rows_per_group: int = 65_536
) -> bytes:
    """Return the tidy table of ``intervals`` as one Parquet file.

    The columns are those of ``tidy.TidyRow``, with ``qualities`` those of ``tidy.JudgedRow``; ``start`` is a timestamp
    in UTC microseconds; what a CSV leaves empty is null.
    """
    if rows_per_group < 1:
        raise ValueError(f"rows_per_group must be at least 1, got {rows_per_group}")
    rows = [tidy_row(one) if qualities is None else judged_row(one, qualities) for one in intervals]
    columns = _COLUMNS if qualities is None else _JUDGED_COLUMNS
    body = bytearray(_MAGIC)
    groups: list[Value] = []
    for first in range(0, len(rows), rows_per_group):
        group, chunks = _row_group(columns, rows[first : first + rows_per_group], offset=len(body))
        groups.append(group)
        body += chunks
    footer = _file_meta_data(columns, len(rows), groups)
    return bytes(body) + footer + binary.pack("<I", len(footer)) + _MAGIC


def _row_group(columns: Columns, rows: Sequence[TidyRow], offset: int) -> tuple[Value, bytes]:
    """Return a ``RowGroup`` and its column chunks, which will lie at ``offset`` in the file."""
    chunks = [_chunk(column, [getattr(row, column.name) for row in rows]) for column in columns]
    offsets = accumulate((len(chunk.packed) for chunk in chunks), initial=offset)
    group = {
        1: listed([_column_chunk(chunk, at) for chunk, at in zip(chunks, offsets, strict=False)]),  # columns
        2: i64(sum(chunk.plain_size for chunk in chunks)),  # total_byte_size
        3: i64(len(rows)),  # num_rows
    }
    return struct(group), b"".join(chunk.packed for chunk in chunks)


def _chunk(column: _Column, cells: Sequence[Any]) -> _Chunk:
    values = [cell for cell in cells if cell is not None]
    plain = (_levels(cells) if column.optional else b"") + column.encode(values)
    squeezer = zlib.compressobj(wbits=_ZLIB_AS_GZIP)
    squeezed = squeezer.compress(plain) + squeezer.flush()
    header = _page_header(len(cells), len(plain), len(squeezed))
    return _Chunk(
        column=column,
        value_count=len(cells),
        null_count=len(cells) - len(values),
        plain_size=len(header) + len(plain),
        packed=header + squeezed,
    )


def _levels(cells: Sequence[object]) -> bytes:
    """Return definition levels, 1 for a value and 0 for a null, as RLE of bit width 1 (Encodings.md, RLE = 3).

    A run is the varint of its length shifted left by one (the low bit 0 says run-length), and the level in one byte.
    In a page of version 1 the runs' total length stands before them in four bytes.
    """
    runs = b"".join(
        varint(sum(1 for _ in run) << 1) + bytes([there])
        for there, run in groupby(cells, key=lambda cell: cell is not None)
    )
    return binary.pack("<I", len(runs)) + runs


def _page_header(value_count: int, plain_size: int, packed_size: int) -> bytes:
    """Return a ``PageHeader``."""
    data_page_header = struct(
        {
            1: i32(value_count),  # num_values
            2: i32(_PLAIN),  # encoding
            3: i32(_RLE),  # definition_level_encoding
            4: i32(_RLE),  # repetition_level_encoding (none are written: nothing repeats)
        }
    )
    header = {
        1: i32(_DATA_PAGE),  # type
        2: i32(plain_size),  # uncompressed_page_size
        3: i32(packed_size),  # compressed_page_size
        5: data_page_header,
    }
    return struct(header)[1]


def _column_chunk(chunk: _Chunk, offset: int) -> Value:
    """Return a ``ColumnChunk`` with its ``ColumnMetaData``."""
    meta_data = {
        1: i32(chunk.column.type),  # type
        2: listed([i32(_PLAIN), i32(_RLE)]),  # encodings
        3: listed([text(chunk.column.name)]),  # path_in_schema
        4: i32(_GZIP),  # codec
        5: i64(chunk.value_count),  # num_values, nulls included
        6: i64(chunk.plain_size),  # total_uncompressed_size, headers included
        7: i64(len(chunk.packed)),  # total_compressed_size, headers included
        9: i64(offset),  # data_page_offset
        12: struct({3: i64(chunk.null_count)}),  # statistics: null_count
    }
    return struct({2: i64(0), 3: struct(meta_data)})  # file_offset (0: no copy outside the footer), meta_data


def _file_meta_data(columns: Columns, row_count: int, groups: Sequence[Value]) -> bytes:
    """Return the footer, a ``FileMetaData``."""
    root = struct({4: text("schema"), 5: i32(len(columns))})  # name, num_children
    footer = {
        1: i32(_FORMAT_VERSION),  # version
        2: listed([root, *(_schema_element(column) for column in columns)]),  # schema
        3: i64(row_count),  # num_rows
        4: listed(groups),  # row_groups
        6: text("waywarden"),  # created_by
    }
    return struct(footer)[1]


def _schema_element(column: _Column) -> Value:
    """Return a leaf's ``SchemaElement``."""
    element = {
        1: i32(column.type),  # type
        3: i32(_OPTIONAL if column.optional else _REQUIRED),  # repetition_type
        4: text(column.name),  # name
    }
    if column.converted is not None:
        element[6] = i32(column.converted)  # converted_type, for old readers
    if column.logical is not None:
        element[10] = column.logical  # logicalType
    return struct(element)


def _encode_int32(values: Sequence[int]) -> bytes:
    return binary.pack(f"<{len(values)}i", *values)


def _encode_int64(values: Sequence[int]) -> bytes:
    return binary.pack(f"<{len(values)}q", *values)


def _encode_double(values: Sequence[float]) -> bytes:
    return binary.pack(f"<{len(values)}d", *values)


def _encode_text(values: Sequence[str]) -> bytes:
    raws = [value.encode() for value in values]
    return b"".join(binary.pack("<I", len(raw)) + raw for raw in raws)


def _encode_instant(values: Sequence[datetime]) -> bytes:
    return _encode_int64([(value - _EPOCH) // timedelta(microseconds=1) for value in values])


_STRING = struct({1: struct({})})  # LogicalType.STRING
_MICROS = struct({2: struct({})})  # TimeUnit.MICROS
_UTC_MICROS = struct({8: struct({1: boolean(True), 2: _MICROS})})  # LogicalType.TIMESTAMP: isAdjustedToUTC, unit

_COLUMNS = (
    _Column("camera", _BYTE_ARRAY, _encode_text, converted=_UTF8, logical=_STRING),
    _Column("gate", _BYTE_ARRAY, _encode_text, optional=True, converted=_UTF8, logical=_STRING),
    _Column("direction", _BYTE_ARRAY, _encode_text, optional=True, converted=_UTF8, logical=_STRING),
    _Column("movement", _BYTE_ARRAY, _encode_text, optional=True, converted=_UTF8, logical=_STRING),
    _Column("vehicle_class", _BYTE_ARRAY, _encode_text, converted=_UTF8, logical=_STRING),
    _Column("start", _INT64, _encode_instant, converted=_TIMESTAMP_MICROS, logical=_UTC_MICROS),
    _Column("duration_s", _INT32, _encode_int32),
    _Column("observed_s", _DOUBLE, _encode_double),
    _Column("count", _INT64, _encode_int64),
    _Column("mean_speed_kmh", _DOUBLE, _encode_double, optional=True),
    _Column("v85_kmh", _DOUBLE, _encode_double, optional=True),
)
_JUDGED_COLUMNS = (
    *_COLUMNS,
    _Column("quality", _BYTE_ARRAY, _encode_text, optional=True, converted=_UTF8, logical=_STRING),
    _Column("doubts", _BYTE_ARRAY, _encode_text, optional=True, converted=_UTF8, logical=_STRING),
)
