; The decompressor that our compressor brings along. Text grows behind the code: that is the history; a state is
; code and history. No ring: both bounds of byte copying stay 0, so that addresses simply count modulo 65,536.

; Useful values and scratch
set (dst, 8)            ; state_length to begin with, then the next address to write
set (begin, 10)         ; where the message begins
set (h, 12)
set (h_low, 13)
set (length, 16)
set (offset, 18)
set (n, 20)
set (poke_at, 26)
set (poke_count, 28)
set (priority, 32)      ; 0, unless poked; 65535: no state
set (params, 34)        ; returned parameters: byte, version, identifiers
set (id_length, 36)
set (own_id, 37)        ; of the state that this message makes, 20 bytes
set (cut_to, 72)
set (cut_from, 74)
set (flags, 76)         ; requested feedback: flags, item
set (checksum, 77)      ; whose first seven bits are the item
set (hash_head, 120)    ; what precedes the value in the hash of a state
set (base, 128)

at (128)
; Uploaded: there is no state yet. The code itself is to be one, the same that we offer: who refers to that one then
; refers to something that has been on the wire.
LOAD (dst, (code_end - base))
STATE-CREATE ((code_end - base), base, main, 6, 0)
:main
; The last byte before here is 0, which is DECOMPRESSION-FAILURE.
set (fail, (main - 1))
ADD ($dst, base)
INPUT-BYTES (2, checksum, fail)
:prelude
INPUT-BITS (2, h, fail)
SWITCH (4, $h, go, dictionary, cut, poke)
:dictionary
STATE-ACCESS (dictionary_id, 6, 0, 3468, $dst, 0)
ADD ($dst, 3468)
JUMP (prelude)
:cut
INPUT-BITS (address_bits, cut_to, fail)
INPUT-BITS (address_bits, cut_from, fail)
JUMP (prelude)
:poke
INPUT-BITS (8, poke_at, fail)
INPUT-BITS (8, poke_count, fail)
INPUT-BYTES ($poke_count, $poke_at, fail)
JUMP (prelude)
:dictionary_id
byte (0xfb, 0xe5, 0x07, 0xdf, 0xe5, 0xe6)

:go
LOAD (begin, $dst)
:plain                                  ; behind a match or a character that is no hex digit
INPUT-HUFFMAN (h, end, 8, 2, 0, 0, 256, 3, 8, 17, 48, 0, 18, 18, 257, 1, 38, 43, 97,
    2, 176, 191, 544, 0, 192, 230, 570, 0, 231, 254, 615, 0, 255, 255, 258)
COMPARE ($h, 256, hex, new, more)
:hex
COPY-LITERAL (h_low, 1, $dst)
INPUT-HUFFMAN (h, end, 6, 4, 0, 9, 48, 0, 10, 10, 256, 1, 22, 27, 97, 0, 28, 28, 257,
    5, 928, 1022, 544, 0, 1023, 1023, 258)
COMPARE ($h, 256, hex, new, more)
:more
COMPARE ($h, 258, again, raw, text)
:raw
INPUT-BITS (8, h, end)
:text
COPY-LITERAL (h_low, 1, $dst)
JUMP (plain)
:new
; What was said last is said again soonest: 10, 13 or far_bits and 13 bits for the distance.
INPUT-HUFFMAN (offset, end, 3, 10, 512, 1023, 1, 3, 2048, 4095, 513, far_bits, 0, far_high, 2561)
:again
INPUT-HUFFMAN (length, end, 4, 4, 0, 7, 3, 2, 32, 47, 11, 3, 384, 447, 27, 2, 1792, 2047, 91)
COPY-OFFSET ($offset, $length, $dst)
JUMP (plain)

:end
LOAD (n, $dst)
SUBTRACT ($n, $begin)
OUTPUT ($begin, $n)
CRC ($checksum, $begin, $n, fail)
COMPARE ($cut_from, 0, whole, whole, cutting)
:cutting
LOAD (n, $dst)
SUBTRACT ($n, $cut_from)
COPY-LITERAL ($cut_from, $n, $cut_to)
LOAD (dst, $cut_to)
:whole
SUBTRACT ($dst, base)
