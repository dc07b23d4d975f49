"""Binary arrays of other libraries, by Arrow's C data interface, as copies of their buffers."""

from __future__ import annotations

import ctypes
from typing import Any

from . import _simdsip
from ._simdsip import StructArray


class _Schema(ctypes.Structure):
    _fields_ = [("format", ctypes.c_char_p)]


class _Array(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ]


_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]

#: Width of the offsets by the format of the type: binary, large binary, utf8, large utf8.
_WIDTHS = {b"z": 4, b"Z": 8, b"u": 4, b"U": 8}


def _at(capsule: object, name: bytes, kind: Any) -> Any:
    # Raises ValueError where the capsule is another's, or was emptied.
    return kind.from_address(_pointer(capsule, name))


def parse_many(values: Any) -> StructArray:
    """Read each value as one message.

    `values` is an Arrow array of binary or text (pyarrow, polars and others, by `__arrow_c_array__` or as the only
    chunk of `__arrow_c_stream__` where pyarrow is there), or an iterable of bytes and None. The columns are those that
    `messages` tables have for a message alone. One message alone is no iterable of messages: TypeError.
    """
    if not hasattr(values, "__arrow_c_array__"):
        if hasattr(values, "__arrow_c_stream__"):
            values = _one_chunk(values)
        else:
            return _parse_list(values)
    # The capsules own the memory until they are gone.
    schema_capsule, array_capsule = values.__arrow_c_array__()
    schema = _at(schema_capsule, b"arrow_schema", _Schema)
    width = _WIDTHS.get(schema.format)
    if width is None:
        raise TypeError(f"expected an array of binary or text, not of Arrow format {schema.format!r}")
    array = _at(array_capsule, b"arrow_array", _Array)
    length, offset = array.length, array.offset
    if length == 0:
        return _simdsip.parse_buffers(bytes(width), width, b"", None)
    validity, ends, data = (array.buffers[at] for at in range(3))
    offsets = ctypes.string_at(ends + offset * width, (length + 1) * width)
    last = int.from_bytes(offsets[-width:], "little", signed=True)
    taken = ctypes.string_at(data, last) if last > 0 else b""
    valid = None
    if validity and array.null_count != 0:
        bits = int.from_bytes(ctypes.string_at(validity, (offset + length + 7) // 8), "little")
        text = bin((1 << (offset + length)) | bits & ((1 << (offset + length)) - 1))[3:]
        valid = bytes(map(int, reversed(text)))[offset:]
    return _simdsip.parse_buffers(offsets, width, taken, valid)


def _one_chunk(values: Any) -> Any:
    if hasattr(values, "to_arrow"):  # polars
        found = values.to_arrow(compat_level=_polars_oldest(values))
        return found.combine_chunks() if hasattr(found, "combine_chunks") else found
    return values.combine_chunks()  # pyarrow


def _polars_oldest(values: Any) -> Any:
    import importlib

    return importlib.import_module(type(values).__module__.partition(".")[0]).CompatLevel.oldest()


def _parse_list(values: Any) -> StructArray:
    ends, parts, valid, end = [0], [], bytearray(), 0
    if isinstance(values, (str, bytes, bytearray, memoryview)):
        raise TypeError("expected an iterable of messages, not one message")
    for value in values:
        part = b"" if value is None else value.encode("utf-8", "surrogateescape") if isinstance(value, str) else _bytes(value)
        end += len(part)
        ends.append(end)
        parts.append(part)
        valid.append(value is not None)
    offsets = b"".join(end.to_bytes(8, "little") for end in ends)
    return _simdsip.parse_buffers(offsets, 8, b"".join(parts), None if all(valid) else bytes(valid))


def _bytes(value: Any) -> bytes:
    # Of anything but a buffer, bytes() makes something else: of a number, so many zeros.
    try:
        return memoryview(value).tobytes()
    except TypeError:
        raise TypeError(f"expected bytes, str or None, not {type(value).__name__}") from None
