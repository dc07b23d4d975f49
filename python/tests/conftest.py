"""What the tests share: captures that ship with the project, and their truth."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "corpus" / "capture"

INVITE = (
    b"INVITE sip:bob@biloxi.example;user=phone SIP/2.0\r\n"
    b"v: SIP/2.0/UDP pc33.atlanta.example:5070;branch=z9hG4bK776asdhds;rport\r\n"
    b"Via: SIP/2.0/TCP 192.0.2.4;received=192.0.2.5\r\n"
    b"Max-Forwards: 70\r\n"
    b'From: "Alice \\"A\\"" <sip:alice:pw@atlanta.example:5061;lr>;tag=88sja8x\r\n'
    b"To: <sip:bob@biloxi.example>\r\n"
    b"i: 987asjd97y7atg\r\n"
    b"CSeq: 0986759 INVITE\r\n"
    b"m: <sip:alice@192.0.2.4>;expires=60\r\n"
    b"Subject: lunch,\r\n at noon\r\n"
    b"X-Trace: 17\r\n"
    b"X-trace: \xff18\r\n"
    b"c: application/sdp\r\n"
    b"l: 137\r\n\r\n"
    b"v=0\r\no=alice 2890844526 2890844527 IN IP4 192.0.2.4\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\n"
    b"m=audio 49170 RTP/AVP 0 8\r\na=sendonly\r\na=x:1\r\n"
)
INVITE = INVITE.replace(b"l: 137", b"l: %d" % len(INVITE.split(b"\r\n\r\n", 1)[1]))


@pytest.fixture
def invite():
    return INVITE


@pytest.fixture
def calls_pcap():
    return CAPTURES / "calls.pcap"


@pytest.fixture
def mixed_pcap():
    return CAPTURES / "mixed-400.pcap"


def truth(path):
    return json.loads(path.with_name(path.name + ".json").read_text())


def oracle(path):
    lines = path.with_name(path.name + ".messages.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]
