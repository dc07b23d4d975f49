"""SIP and SDP messages as typed views, captures as Arrow tables.

    import simdsip

    message = simdsip.parse(data)
    calls = simdsip.calls("call.pcap")  # to polars, pyarrow, pandas or duckdb as it is

Nothing is masked: credentials and keys in messages and tables are what stood on the wire.
"""

from ._arrow import parse_many
from ._error import CaptureError, CaptureWarning, ParseError
from ._simdsip import (
    Address,
    BatchIterator,
    Connection,
    CSeq,
    Defect,
    Framer,
    Header,
    Headers,
    Ladder,
    Media,
    Message,
    MessageIterator,
    Origin,
    Ping,
    Pong,
    Schema,
    Sdp,
    StructArray,
    Table,
    Uri,
    Verdict,
    Via,
    __version__,
    calls,
    extract,
    iter_batches,
    iter_messages,
    ladder,
    parse,
    read_pcap,
    registrations,
    schema,
    stats,
    transactions,
)

__all__ = [
    "Address",
    "BatchIterator",
    "CSeq",
    "CaptureError",
    "CaptureWarning",
    "Connection",
    "Defect",
    "Framer",
    "Header",
    "Headers",
    "Ladder",
    "Media",
    "Message",
    "MessageIterator",
    "Origin",
    "ParseError",
    "Ping",
    "Pong",
    "Schema",
    "Sdp",
    "StructArray",
    "Table",
    "Uri",
    "Verdict",
    "Via",
    "__version__",
    "calls",
    "extract",
    "iter_batches",
    "iter_messages",
    "ladder",
    "parse",
    "parse_many",
    "read_pcap",
    "registrations",
    "schema",
    "stats",
    "transactions",
]
