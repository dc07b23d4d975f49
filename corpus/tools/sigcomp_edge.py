#!/usr/bin/env python3
"""Writes corpus/sigcomp/edge.json: cases that RFC 4465 has none for, with what the reference endpoint does.

Run as `sigcomp_edge.py FOLDER OUT`, FOLDER being that of the reference endpoint (udvm_ref.py, asm.py). A case is a list of
messages to one endpoint; what is expected is what the reference says, an implementation written from the RFCs apart.
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
import udvm_ref as ref  # noqa: E402
from asm import At, DRef, Lab, Lit, Ref, assemble  # noqa: E402

END = ("END-MESSAGE", 0, 0, 0, 0, 0, 0, 0)
FAIL = [("label", "fail"), ("DECOMPRESSION-FAILURE",)]
CASES = []


def message(program, data=b"", place=1, feedback=None, code=None):
    code = assemble(program, (place + 1) * 64)[0] if code is None else code
    head = bytes([0xF8 | (4 if feedback is not None else 0)]) + (feedback or b"")
    return head + bytes([len(code) >> 4, (len(code) & 15) << 4 | place]) + code + data


def case(name, messages, dms=2048, sms=2048, cpb=16, stream=False, version=2):
    if isinstance(messages, bytes):
        messages = [messages]
    handler = ref.Handler(dms, sms, cpb, version)
    handler.add_local(open(sys.argv[1] + "/rfc3485_dict.bin", "rb").read())
    steps = []
    for wire in messages:
        step = {"message": wire.hex()}
        try:
            result = ref.decompress(handler, wire, stream)
        except ref.Fail as failure:
            step["failure"] = failure.code
        else:
            # The long ones are all zeros.
            long = len(result.out) > 4096
            step["output"] = len(result.out) if long and not any(result.out) else result.out.hex()
            step["cycles"] = result.cycles
            created = []
            for change in result.changes:
                if change[0] == "c":
                    state = handler.create(1, *change[1:])
                    created.append(state.id.hex() if state else None)
                else:
                    handler.free(1, change[1])
            step["created"] = created
            step["requested"] = result.requested.hex() if result.requested is not None else None
            step["flags"] = result.reqflags
            params = result.params
            step["params"] = params and [params["first"], params["version"], [i.hex() for i in params["ids"]]]
        held = handler.comp.get(1)
        step["held"] = sorted(item[0].hex() for item in held.items) if held else []
        steps.append(step)
    CASES.append({"name": name, "dms": dms, "sms": sms, "cpb": cpb, "stream": stream, "version": version, "steps": steps})


def out(*program, data=b"", at=64, length=2, **more):
    return message([*program, ("OUTPUT", at, length), END], data, **more)


# Operands that mean nothing.
for byte in (0xC1, 0xD0, 0xE0, 0xF0, 0xFF):
    case(f"literal-{byte:02x}", message(None, code=bytes([15, 0x86, byte, 0, 0])))
    case(f"reference-{byte:02x}", message(None, code=bytes([3, byte, 0, 0])))
for byte in (0x82, 0x83, 0x84, 0x85):
    case(f"multitype-{byte:02x}", message(None, code=bytes([16, byte, 0, 0])))
for opcode in (36, 37, 128, 255):
    case(f"opcode-{opcode}", message(None, code=bytes([opcode])))
# Every form of a multitype.
for form in ("00", "3f", "40", "86", "87", "88", "8f", "90ff", "9fff", "a000", "bfff", "c040", "c880", "800000", "80ffff", "810080",
             "e0", "ff"):
    code = bytes([14, 0x86]) + bytes.fromhex(form) + bytes([34, 0x86, 2, 35])
    case(f"multitype-form-{form}", message(None, code=code))
# Not c0ffff: we ask the price before the operands, the reference after them.
for form in ("00", "7f", "8000", "bfff", "c00001"):
    case(f"literal-form-{form}", message(None, code=bytes([30, 32, 0]) + bytes.fromhex(form) + bytes([35])))
# Sorting: stability, order, lists that follow.
words = b"".join(v.to_bytes(2, "big") for v in (3, 1, 3, 2, 1, 65535, 0, 3, 10, 11, 12, 13, 14, 15, 16, 17))
for op in ("SORT-ASCENDING", "SORT-DESCENDING"):
    load = [("INPUT-BYTES", 32, 300, At("fail"))]
    for n, k in ((1, 8), (2, 8), (4, 4), (0, 8), (1, 0), (1, 1), (2, 7), (1, 16)):
        case(f"{op.lower()}-{n}-{k}", message([*load, (op, 300, n, k), ("OUTPUT", 300, 32), END, *FAIL], words))
    case(f"{op.lower()}-beyond", message([(op, 1900, 1, 200), END]))
    case(f"{op.lower()}-expensive", message([(op, 300, 1000, 1000), END]))
# Bit order: the discard, both orders, too many bits.
for first, second in ((0, 1), (1, 0), (0, 4), (5, 1), (1, 5), (3, 7)):
    case(f"order-{first}-{second}", out(("LOAD", 68, first), ("INPUT-BITS", 3, 72, At("fail")), ("LOAD", 68, second),
         ("INPUT-BITS", 0, 74, At("fail")), ("INPUT-BITS", 9, 76, At("fail")), ("OUTPUT", 72, 6), ("JUMP", At("on")), *FAIL,
         ("label", "on"), data=b"\xa5\x3c\x77\x81"))
case("order-8", message([("LOAD", 68, 8), ("INPUT-BITS", 1, 72, At("fail")), END, *FAIL], b"\x00"))
case("bits-17", message([("INPUT-BITS", 17, 72, At("fail")), END, *FAIL], b"\x00\x00\x00"))
case("bits-16", out(("INPUT-BITS", 16, 64, At("end")), ("label", "end"), data=b"\x12\x34"))
case("bits-short", out(("INPUT-BITS", 9, 64, At("end")), ("LOAD", 64, 9), ("label", "end"), ("INPUT-BITS", 8, 66, At("x")),
     ("label", "x"), ("OUTPUT", 64, 4), data=b"\x12"))
case("bytes-short-flush", out(("INPUT-BITS", 1, 64, At("x")), ("label", "x"), ("INPUT-BYTES", 9, 66, At("y")), ("label", "y"),
     ("INPUT-BYTES", 1, 70, At("z")), ("label", "z"), ("OUTPUT", 64, 8), data=b"\x80\x41\x42"))
case("bytes-zero-flush", out(("INPUT-BITS", 1, 64, At("x")), ("label", "x"), ("INPUT-BYTES", 0, 66, At("x")),
     ("INPUT-BITS", 8, 70, At("x")), ("OUTPUT", 64, 8), data=b"\x80\x41\x42"))
# INPUT-HUFFMAN.
H = "INPUT-HUFFMAN"
case("huffman-none", out((H, 64, At("fail"), Lit(0)), ("JUMP", At("on")), *FAIL, ("label", "on")))
case("huffman-none-bad-order", out(("LOAD", 68, 9), (H, 64, At("fail"), Lit(0)), ("JUMP", At("on")), *FAIL, ("label", "on")))
case("huffman-17", message([(H, 64, At("fail"), Lit(2), 9, 1, 0, 0, 8, 0, 0, 0), END, *FAIL], b"\0\0\0"))
case("huffman-16", out((H, 64, At("x"), Lit(2), 8, 1, 0, 0, 8, 0, 65535, 0), ("label", "x"), data=b"\x12\x34"))
case("huffman-no-match", message([(H, 64, At("x"), Lit(1), 4, 0, 3, 0), ("label", "x"), END], b"\xff"))
case("huffman-end-keeps", out((H, 64, At("x"), Lit(2), 4, 1, 0, 0, 8, 0, 9, 0), ("label", "x"), ("INPUT-BITS", 8, 64, At("y")),
     ("label", "y"), data=b"\xab"))
case("huffman-lsb", out(("LOAD", 68, 2), (H, 64, At("x"), Lit(3), 2, 3, 3, 7, 3, 1, 30, 100, 4, 0, 511, 1000), ("label", "x"),
     data=b"\x6d\x12"))
case("huffman-wraps", out((H, 64, At("x"), Lit(1), 4, 2, 15, 65535), ("label", "x"), data=b"\xf0"))
# Byte copying.
for left, right, frm, length, to in ((70, 60, 62, 12, 300), (300, 304, 298, 20, 400), (400, 404, 300, 9, 402), (310, 305, 300, 20, 500),
                                     (0, 0, 128, 30, 300), (304, 304, 300, 10, 400), (300, 301, 300, 5, 400)):
    case(f"copy-{left}-{right}-{frm}-{to}", message([("MEMSET", 300, 40, 1, 3), ("MULTILOAD", 64, Lit(2), left, right),
         ("COPY", frm, length, to), ("LOAD", 64, 0), ("LOAD", 66, 0), ("OUTPUT", 290, 250), END]))
for offset in (0, 1, 5, 8, 9, 100, 65535):
    case(f"copy-offset-{offset}", message([("MEMSET", 300, 8, 65, 1), ("MULTILOAD", 64, Lit(2), 300, 308), ("LOAD", 72, 303),
         ("COPY-OFFSET", offset, 5, DRef(72)), ("OUTPUT", 72, 2), ("LOAD", 64, 0), ("LOAD", 66, 0), ("OUTPUT", 300, 8), END]))
case("copy-literal-nothing", out(("LOAD", 72, 308), ("MULTILOAD", 64, Lit(2), 300, 308), ("COPY-LITERAL", 300, 0, DRef(72)), at=72))
case("copy-over-registers", message([("MEMSET", 300, 8, 1, 1), ("COPY", 300, 8, 62), ("OUTPUT", 60, 12), END]))
case("crc-wraps", out(("MEMSET", 300, 8, 65, 1), ("MULTILOAD", 64, Lit(2), 300, 304), ("CRC", 1, 300, 20, At("other")), ("LOAD", 72, 1),
     ("label", "other"), at=72))
case("state-of-a-ring", message([("MEMSET", 300, 8, 65, 1), ("MULTILOAD", 64, Lit(2), 300, 304),
     ("END-MESSAGE", 0, 0, 10, 302, 0, 6, 0)]))
# The stack.
case("stack-fill-65535", out(("LOAD", 70, 300), ("LOAD", 300, 65535), ("PUSH", 4660), at=300))
case("stack-empty", message([("LOAD", 70, 300), ("POP", 64), END]))
case("stack-return-empty", message([("RETURN",)]))
case("stack-pop-over-register", out(("LOAD", 70, 300), ("PUSH", 7), ("POP", 70), at=70))
# Where the program runs off.
case("pc-beyond", message([("JUMP", 60000)]))
case("pc-at-the-end", message([("LOAD", 64, 1)], place=15))
case("write-beyond", message([("LOAD", 65535, 1), END]))
case("read-beyond", message([("OUTPUT", 2000, 40), END]))
case("zero-is-failure", message([("JUMP", 40)]))
case("divide-by-zero", message([("DIVIDE", DRef(64), 0), END]))
case("switch-too-high", message([("SWITCH", Lit(2), 2, At("x"), At("x")), ("label", "x"), END]))
case("switch-none", message([("SWITCH", Lit(0), 0), END]))
# Output.
big = [("LOAD", 70, 0), ("label", "again"), ("OUTPUT", 8192, 8192), ("ADD", DRef(72), 1)]
case("output-65536", message([*big, ("COMPARE", Ref(72), 8, At("again"), At("x"), At("x")), ("label", "x"), END]), dms=65536, cpb=128)
case("output-65537", message([*big, ("COMPARE", Ref(72), 8, At("again"), At("x"), At("x")), ("label", "x"), ("OUTPUT", 300, 1), END]),
     dms=65536, cpb=128)
case("output-none", message([END]))
case("output-empty", message([("OUTPUT", 300, 0), END]))
# Memory sizes.
for dms, stream in ((2048, False), (8192, False), (65536, False), (131072, False), (131072, True), (2048, True)):
    case(f"memory-{dms}-{stream}", message([("OUTPUT", 0, 10), END]), dms=dms, stream=stream)
case("code-too-large", message(None, code=bytes(1000), place=15))
case("cycles-exact", message([("MEMSET", 300, 1000, 0, 0)] * 16 + [END]))
# Headers.
case("feedback-long", message([("OUTPUT", 0, 2), END], feedback=b"\x83abc"))
case("feedback-127", message([("OUTPUT", 0, 2), END], feedback=b"\xff" + bytes(127)))
case("feedback-empty-long", message([("OUTPUT", 0, 2), END], feedback=b"\x80"))
case("feedback-cut", b"\xfc\xff" + bytes(100))
case("destination-0", b"\xf8\x00\x10\x23")
case("unknown-state", b"\xf9ABCDEF")
case("unknown-state-cut", b"\xfbABCDEFGHIJK")
# States.
make = ("END-MESSAGE", 0, 0, 100, 300, 0, 6, 0)


def made(letter, length=100, priority=0, access=6, address=300, instruction=0):
    return message([("MEMSET", 300, length, letter, 0), ("END-MESSAGE", 0, 0, length, address, instruction, access, priority)])


def state_id(letter, length=100, access=6, address=300, instruction=0):
    return ref.State(bytes([letter]) * length, address, instruction, access).id


def free(partial):
    return message([("STATE-FREE", Lab("id"), len(partial)), END, ("label", "id"), ("bytes", partial)])


case("free-own", [made(1), free(state_id(1)[:6])])
case("free-20", [made(1), free(state_id(1))])
case("free-below-access", [made(1, access=20), free(state_id(1, access=20)[:6])])
case("free-unknown", [made(1), free(b"ABCDEF")])
case("free-local", [free(bytes.fromhex("fbe507dfe5e6"))])
for length in (5, 21):
    case(f"free-length-{length}", message([("STATE-FREE", 64, length), END]))
case("free-five", message([("STATE-FREE", 64, 6)] * 5 + [END]))
case("free-four-create-four", message([("STATE-FREE", 64, 6)] * 4 + [("STATE-CREATE", 10, 300, 0, 6, 0)] * 4 + [END]))
case("create-five", message([("STATE-CREATE", 10, 300, 0, 6, 0)] * 4 + [make]))
case("create-priority-65535", message([("STATE-CREATE", 10, 300, 0, 6, 65535), END]))
case("end-priority-65535", message([("END-MESSAGE", 0, 0, 10, 300, 0, 6, 65535)]))
for access in (5, 21):
    case(f"create-access-{access}", message([("STATE-CREATE", 10, 300, 0, access, 0), END]))
    case(f"end-access-{access}", message([("END-MESSAGE", 0, 0, 10, 300, 0, access, 0)]))
case("create-cut", made(1, 1999), sms=2048)
case("create-nothing-allowed", made(1), sms=0)
case("create-twice", [made(1), made(2), made(1), made(3, 1700)])
case("create-other-priority", [made(1, 900), made(2, 900, 1), made(1, 900, 2), made(3, 900)])
case("evict-in-order", [made(n, 600, p) for n, p in ((1, 3), (2, 0), (3, 65534), (4, 0), (5, 0))])
case("create-later-bytes", message([("STATE-CREATE", 4, 300, 0, 6, 0), ("LOAD", 300, 4660), END]))
ACC = ("STATE-ACCESS", Lab("id"), 6, 0, 0, 0, 0)
case("access", [made(9), message([ACC, ("OUTPUT", 300, 100), END, ("label", "id"), ("bytes", state_id(9)[:6])])])
for begin, length in ((0, 100), (50, 50), (99, 1), (50, 51), (100, 1), (1, 0)):
    case(f"access-{begin}-{length}", [made(9), message([("STATE-ACCESS", Lab("id"), 6, begin, length, 500, 0), ("OUTPUT", 500, 100), END,
         ("label", "id"), ("bytes", state_id(9)[:6])])])
case("access-instruction", [message([("LOAD", 300, 35 << 8), ("END-MESSAGE", 0, 0, 20, 300, 300, 6, 0)]),
     message([("STATE-ACCESS", Lab("id"), 6, 0, 0, 0, 0), *FAIL, ("label", "id"), ("bytes", ref.State(b"\x23" + bytes(19), 300, 300, 6).id[:6])])])
for length in (5, 21):
    case(f"access-length-{length}", message([("STATE-ACCESS", 64, length, 0, 0, 0, 0), END]))
case("access-guarded", [made(9, access=12), b"\xf9" + state_id(9, access=12)[:6], b"\xfb" + state_id(9, access=12)[:12]])
case("start-with-state", [message([("LOAD", 300, 0x2280), ("END-MESSAGE", 0, 0, 300, 0, 128, 6, 0)]),
     b"\xf9" + bytes(6)])
# Feedback.
for flags in range(8):
    case(f"requested-{flags}", message([("LOAD", 300, flags << 8 | 0x55), ("END-MESSAGE", 300, 0, 0, 0, 0, 0, 0)]))
case("requested-long", message([("MULTILOAD", 300, Lit(2), 0x0482, 0x0102), ("END-MESSAGE", 300, 0, 0, 0, 0, 0, 0)]))
case("returned-none", message([("END-MESSAGE", 0, 300, 0, 0, 0, 0, 0)]))
case("returned-ids", message([("MEMSET", 302, 60, 6, 0), ("LOAD", 300, 0x5A02), ("LOAD", 316, 0x1500), ("END-MESSAGE", 0, 300, 0, 0, 0, 0, 0)]))
case("multiload-itself", message([("MULTILOAD", 128, Lit(2), 1, 2), END]))
case("multiload-before", message([("MULTILOAD", 124, Lit(2), 1, 2), END]))
case("multiload-into-pc", message([("MULTILOAD", 126, Lit(2), 1, 2), END]))
case("multiload-steps", out(("MULTILOAD", 300, Lit(3), 513, Ref(300), Ref(302)), at=300, length=6))

names = [row["name"] for row in CASES]
assert len(names) == len(set(names)), "names"
with open(sys.argv[2], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in CASES) + "\n]\n")
print(len(CASES), "cases,", sum("failure" in step for row in CASES for step in row["steps"]), "failures")
