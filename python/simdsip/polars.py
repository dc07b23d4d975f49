"""Captures as polars scans. Needs polars, which `import simdsip` does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.io.plugins import register_io_source

from . import _simdsip

if TYPE_CHECKING:
    from typing import Unpack

    from ._simdsip import _Captures, _TableOptions

__all__ = ["scan_pcap"]


def scan_pcap(paths: _Captures, **options: Unpack[_TableOptions]) -> pl.LazyFrame:
    """The message table of captures as a lazy frame.

    What no expression asks for is not read, rows that a predicate drops go batch by batch, and `head` ends the read.
    Keywords are those of `iter_batches`.
    """
    _simdsip.iter_batches([], **options)  # raises TypeError for any other
    schema = pl.DataFrame(_simdsip.read_pcap([], **options)).schema

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = with_columns
        columns = None if wanted is None else list(wanted)
        if columns is not None and predicate is not None:
            columns += [name for name in predicate.meta.root_names() if name not in columns]
        arguments: dict[str, Any] = dict(options)
        if n_rows is not None and predicate is None:
            arguments["limit"] = min(n_rows, arguments.get("limit") or n_rows)
        left = n_rows
        for batch in _simdsip.iter_batches(paths, batch_size or 65536, columns, **arguments):
            frame = pl.DataFrame(batch)
            if predicate is not None:
                frame = frame.filter(predicate)
            if left is not None:
                frame = frame.head(left)
                left -= frame.height
            yield frame if wanted is None else frame.select(wanted)
            if left == 0:
                return

    return register_io_source(source, schema=schema)
