AND ($flags, 127)
OR ($flags, 1024)
END-MESSAGE (flags, params, $dst, base, main, 6, $priority)
:fail
DECOMPRESSION-FAILURE
:code_end
