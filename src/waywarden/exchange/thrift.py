"""The part of Thrift's compact protocol that Parquet's metadata needs, for writing.

Source: thrift/doc/specs/thrift-compact-protocol.md. A value is its compact type and its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Value = tuple[int, bytes]

# Compact types of struct fields, section "Struct encoding".
_TRUE, _FALSE, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 2, 5, 6, 8, 9, 12

_STOP = b"\x00"
_LONGEST_SHORT_LIST = 14
_LONGEST_SHORT_STEP = 15


def boolean(value: bool) -> Value:  # noqa: FBT001 - a value, not a switch
    """Return a field's boolean: the type is the value, and no bytes follow."""
    return (_TRUE if value else _FALSE), b""


def i32(value: int) -> Value:
    """Return a 32-bit integer (enums too)."""
    return _I32, _zigzag(value)


def i64(value: int) -> Value:
    """Return a 64-bit integer."""
    return _I64, _zigzag(value)


def text(value: str) -> Value:
    """Return a string: length, then UTF-8."""
    raw = value.encode()
    return _BINARY, varint(len(raw)) + raw


def listed(values: Sequence[Value]) -> Value:
    """Return a list of values of one type; an empty one is written as a list of structs."""
    kind = values[0][0] if values else _STRUCT
    if len(values) <= _LONGEST_SHORT_LIST:
        head = bytes([len(values) << 4 | kind])
    else:
        head = bytes([0xF0 | kind]) + varint(len(values))
    return _LIST, head + b"".join(raw for _, raw in values)


def struct(fields: Mapping[int, Value]) -> Value:
    """Return a struct (or union) of ``fields`` by field id; ids step by at most 15."""
    out = bytearray()
    last = 0
    for field_id, (kind, raw) in sorted(fields.items()):
        if field_id - last > _LONGEST_SHORT_STEP:
            raise ValueError(f"field ids may step by at most {_LONGEST_SHORT_STEP}, got {last} to {field_id}")
        out.append((field_id - last) << 4 | kind)
        out += raw
        last = field_id
    return _STRUCT, bytes(out) + _STOP


def varint(value: int) -> bytes:
    """Return ``value`` >= 0 as ULEB128.

    Examples
    --------
    >>> varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _zigzag(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)
