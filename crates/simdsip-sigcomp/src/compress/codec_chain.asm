; What the sender wants back: seven bits of the checksum, so that it knows which message arrived.
AND ($flags, 127)
OR ($flags, 1024)
END-MESSAGE (flags, params, $dst, base, main, 6, $priority)
