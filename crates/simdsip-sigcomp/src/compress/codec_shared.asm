; Nothing is to be returned: whoever builds on a state has got it.
; What the sender keeps is announced under the identifier that the receiver works out for itself.
MULTILOAD (hash_head, 4, $dst, base, main, 6)
LOAD (n, $dst)
ADD ($n, 8)
LOAD (id_length, 0x1400)
SHA-1 (hash_head, $n, own_id)
END-MESSAGE (0, params, $dst, base, main, 6, $priority)
