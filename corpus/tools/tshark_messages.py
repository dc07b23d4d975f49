#!/usr/bin/env python3
"""What tshark finds in a capture, one JSON object a SIP message.

usage: tshark_messages.py CAPTURE... [-- TSHARK-OPTION...]

Writes CAPTURE.messages.jsonl beside each capture, in frame order: frame, time, transport,
src, sport, dst, dport, size, kind, start_line, method or status, call_id, cseq, cseq_method,
and ua, content_type, content_length where the message has them. Addresses are those of the
innermost IP header. Needs tshark; nothing else.
"""
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

OPTIONS = ["-o", "tcp.reassemble_out_of_order:TRUE", "-n"]


def field(proto, name):
    """The first field `name` below `proto`, or None."""
    return next((f for f in proto.iter("field") if f.get("name") == name), None)


def show(proto, name):
    found = field(proto, name)
    return None if found is None else found.get("show")


def rows(packet):
    frame = time = transport = None
    ends = dict(src=None, sport=None, dst=None, dport=None)
    for proto in packet.findall("proto"):
        name = proto.get("name")
        if name == "frame":
            frame, time = int(show(proto, "frame.number")), show(proto, "frame.time_epoch")
        elif name in ("ip", "ipv6"):
            ends["src"], ends["dst"] = show(proto, name + ".src"), show(proto, name + ".dst")
        elif name in ("udp", "tcp", "sctp"):
            transport = name
            ends["sport"], ends["dport"] = int(show(proto, name + ".srcport")), int(show(proto, name + ".dstport"))
        elif name == "websocket":
            transport = "ws"
        elif name == "sip":
            yield dict(frame=frame, time=time, transport=transport, **ends) | message(proto)


def message(proto):
    row = dict(size=int(proto.get("size")))
    request, status = show(proto, "sip.Request-Line"), show(proto, "sip.Status-Line")
    row["kind"] = "response" if status is not None else "request"
    row["start_line"] = status if status is not None else request
    if status is not None:
        row["status"] = int(show(proto, "sip.Status-Code"))
    else:
        row["method"] = show(proto, "sip.Method")
    row["call_id"] = show(proto, "sip.Call-ID")
    row["cseq"], row["cseq_method"] = show(proto, "sip.CSeq.seq"), show(proto, "sip.CSeq.method")
    agent = show(proto, "sip.User-Agent") or show(proto, "sip.Server")
    length = show(proto, "sip.Content-Length")
    for key, value in (("ua", agent), ("content_type", show(proto, "sip.Content-Type")), ("content_length", length)):
        if value is not None:
            row[key] = value
    return row


def main():
    arguments, extra = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, extra = arguments[:at], arguments[at + 1:]
    if not arguments:
        sys.exit(__doc__)
    for capture in arguments:
        command = ["tshark", "-r", capture, "-Y", "sip", "-T", "pdml", *OPTIONS, *extra]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tshark:
            found = []
            for _, element in ElementTree.iterparse(tshark.stdout):
                if element.tag == "packet":
                    found.extend(rows(element))
                    element.clear()
        if tshark.returncode:
            sys.exit(f"tshark failed on {capture}")
        with open(capture + ".messages.jsonl", "w", encoding="utf-8") as out:
            for row in found:
                out.write(json.dumps(row) + "\n")
        print(f"{len(found):6} {capture}")


if __name__ == "__main__":
    main()
