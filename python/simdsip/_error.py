"""Exceptions and warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._simdsip import Message, Ping, Pong


class ParseError(ValueError):
    """Bytes that are no message, or that the mode refuses."""

    kind: str
    """A stable kebab-case word."""
    at: int
    """Offset of the byte to blame."""
    frames: list[Message | Ping | Pong]
    """Of `Framer.feed`: what came before."""
    answerable: Message | None
    """Of `Framer.feed`: the message to which a refusal can be made."""

    def __init__(self, message: str, kind: str = "other", at: int = 0) -> None:
        super().__init__(message)
        self.kind = kind
        self.at = at
        self.frames = []
        self.answerable = None


class CaptureError(ValueError):
    """A capture that cannot be opened or read on."""

    file: str
    """Its name."""
    at: int
    """Offset in it."""

    def __init__(self, message: str, file: str = "", at: int = 0) -> None:
        super().__init__(message)
        self.file = file
        self.at = at


class CaptureWarning(UserWarning):
    """A capture ends within a packet; all before it was read."""
