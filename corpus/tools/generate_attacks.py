#!/usr/bin/env python3
"""Writes a capture with one attack for each page of docs/guide/hunts, and what an honest hunt finds in it.

usage: generate_attacks.py OUT.pcap [BACKGROUND.pcap]

Beside each attack stands harmless traffic that looks like it. With a background (microseconds, little-endian, Ethernet,
as generate_capture.py writes it), the attacks begin with it and both are one sequence by time. OUT.pcap.json holds, by
hunt, the rows to be found among the addresses that are used here (`hunts`), and the sources that are harmless
(`harmless`). Everything is a function of the arguments: there is no chance in it.
"""

import hashlib
import ipaddress
import json
import struct
import sys

BEGIN = 1_760_000_000.0
REALM = "example.com"
packets, hunts, harmless = [], {}, []
serial = 0


def token(text=""):
    """A text that is new each time, and the same in each run."""
    global serial
    serial += 1
    return hashlib.sha256(f"{serial} {text}".encode()).hexdigest()[:16]


def send(at, source, dest, payload):
    """A datagram from address and port to address and port."""
    (src, sport), (dst, dport) = source, dest
    udp = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), len(packets) & 0xFFFF, 0, 64, 17, 0)
    head += ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed
    total = sum(struct.unpack("!10H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack("!H", ~total & 0xFFFF) + head[12:]
    mac = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0"
    packets.append((round((BEGIN + at) * 1e6), mac + head + udp))


def write(start, fields, body=b"", lengths=None):
    """A message. `lengths`: what Content-Length says, several times perhaps."""
    lines = [start, *(f"{name}: {value}" for name, value in fields)]
    lines += [f"Content-Length: {length}" for length in (lengths or [len(body)])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Agent:
    """Whoever sends requests: address, port, and the name of its program."""

    def __init__(self, address, program="Acme Phone 7.1", port=5060):
        self.at, self.program = (address, port), program

    def request(self, at, server, method, uri, sender, to, extra=(), call=None, number=1, **written):
        """Sends one; gives what the response repeats."""
        branch, call = "z9hG4bK" + token(), call or token() + "@" + self.at[0]
        kept = [("Via", f"SIP/2.0/UDP {self.at[0]}:{self.at[1]};branch={branch}"), ("From", f"{sender};tag={token(sender)}"),
                ("To", to), ("Call-ID", call), ("CSeq", f"{number} {method}")]
        fields = [*kept, ("Max-Forwards", "70"), ("User-Agent", self.program), ("Contact", f"<sip:{self.at[0]}:{self.at[1]}>"), *extra]
        if any(name == "Contact" for name, _ in extra):
            fields.remove(("Contact", f"<sip:{self.at[0]}:{self.at[1]}>"))
        send(at, self.at, server, write(f"{method} {uri} SIP/2.0", fields, **written))
        return kept

    def answered(self, at, server, status, kept, extra=(), body=b""):
        """The response that `server` sends."""
        kept = [(name, value + ";tag=" + token() if name == "To" and status > 100 and ";tag=" not in value else value) for name, value in kept]
        reason = {100: "Trying", 180: "Ringing", 200: "OK", 401: "Unauthorized", 404: "Not Found", 407: "Proxy Authentication Required"}[status]
        send(at, server, self.at, write(f"SIP/2.0 {status} {reason}", [*kept, ("Server", "Registrar/1"), *extra], body))

    def credentials(self, user, method, uri, word, header="Authorization"):
        response = hashlib.md5(f"{user} {word}".encode()).hexdigest()
        return (header, f'Digest username="{user}", realm="{REALM}", nonce="{token()}", uri="{uri}", response="{response}", algorithm=MD5')

    def register(self, at, server, user, word=None, status=200, contact=None, expires=3600):
        """One REGISTER, with credentials where there is a password, and its response."""
        uri = f"sip:{REALM}"
        extra = [self.credentials(user, "REGISTER", uri, word)] if word else []
        extra += [("Contact", contact or f"<sip:{user}@{self.at[0]}:{self.at[1]}>"), ("Expires", str(expires))]
        kept = self.request(at, server, "REGISTER", uri, f"<sip:{user}@{REALM}>", f"<sip:{user}@{REALM}>", extra)
        challenge = [("WWW-Authenticate", f'Digest realm="{REALM}", nonce="{token()}"')] if status == 401 else []
        accepted = [extra[-2]] if status == 200 and contact != "*" else []
        self.answered(at + 0.004, server, status, kept, challenge + accepted)

    def call(self, at, server, number, seconds, account, identity=None, extra=()):
        """A call that is challenged, accepted and answered after a second. Gives its Call-ID."""
        uri, call, sender = f"sip:{number}@{REALM}", token() + "@" + self.at[0], identity or f"<sip:{account}@{REALM}>"
        sdp = f"v=0\r\no=- 1 1 IN IP4 {self.at[0]}\r\ns=-\r\nc=IN IP4 {self.at[0]}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n".encode()
        extra = [*extra, ("Content-Type", "application/sdp")]
        tagged = f"{sender};tag={token(call)}"

        def step(after, method, fields, number_, to=f"<{uri}>", body=b""):
            kept = [("Via", f"SIP/2.0/UDP {self.at[0]}:{self.at[1]};branch=z9hG4bK{token()}"), ("From", tagged), ("To", to), ("Call-ID", call), ("CSeq", f"{number_} {method}")]
            send(at + after, self.at, server, write(f"{method} {uri} SIP/2.0", [*kept, ("Max-Forwards", "70"), ("User-Agent", self.program), ("Contact", f"<sip:{self.at[0]}:{self.at[1]}>"), *fields], body))
            return kept

        first = step(0, "INVITE", extra, 1, body=sdp)
        self.answered(at + 0.01, server, 407, first, [("Proxy-Authenticate", f'Digest realm="{REALM}", nonce="{token()}"')])
        again = step(0.03, "INVITE", [*extra, self.credentials(account, "INVITE", uri, "right", "Proxy-Authorization")], 2, body=sdp)
        self.answered(at + 0.04, server, 100, again)
        to = f"<{uri}>;tag={token(uri)}"
        again[2] = ("To", to)
        self.answered(at + 0.5, server, 180, again)
        self.answered(at + 1, server, 200, again, [("Contact", f"<sip:{server[0]}>"), ("Content-Type", "application/sdp")], sdp)
        step(1.01, "ACK", [], 2, to)
        self.answered(at + 1 + seconds + 0.01, server, 200, step(1 + seconds, "BYE", [], 3, to))
        return call


REGISTRAR, PROXY, STRICT = ("192.0.2.20", 5060), ("192.0.2.10", 5060), ("192.0.2.21", 5060)


def scan():
    for address, program, name, asked in [("203.0.113.10", "friendly-scanner", "probe", 24), ("203.0.113.11", "Cisco-SIPGateway/IOS-12", "sipvicious", 9)]:
        agent = Agent(address, program, 5099)
        for at in range(asked):
            person = f'"{name}" <sip:{100 + at}@1.1.1.1>'
            kept = agent.request(1 + at * 0.05, REGISTRAR, "OPTIONS", f"sip:{100 + at}@{REGISTRAR[0]}", person, person)
            agent.answered(1.002 + at * 0.05, REGISTRAR, 200, kept)
        hunts.setdefault("scan", []).append({"src": address, "requests": asked, "servers": 1, "users": asked})
    # A phone whose owner has an odd name.
    phone = Agent("10.70.1.1")
    phone.answered(1.5, REGISTRAR, 200, phone.request(1.4, REGISTRAR, "OPTIONS", f"sip:{REALM}", f'"Si P. Vicious" <sip:900@{REALM}>', f"<sip:{REALM}>"))


def sweep():
    agent = Agent("198.51.100.77", "Acme Probe")
    for at in range(40):
        server = (f"10.99.0.{at + 1}", 5060)
        kept = agent.request(2 + at * 0.3, server, "OPTIONS", f"sip:{server[0]}", "<sip:a@a.example>", f"<sip:{server[0]}>")
        if at % 15 == 4:
            agent.answered(2.03 + at * 0.3, server, 200, kept)
    hunts["sweep"] = [{"src": agent.at[0], "hosts": 40, "answered": 3}]
    # A monitor, whom all answer.
    agent = Agent("192.0.2.50", "Acme Probe")
    for at in range(25):
        server = (f"10.98.0.{at + 1}", 5060)
        kept = agent.request(2.1 + at * 0.3, server, "OPTIONS", f"sip:{server[0]}", "<sip:a@a.example>", f"<sip:{server[0]}>")
        agent.answered(2.12 + at * 0.3, server, 200, kept)
    harmless.append(agent.at[0])


def oracle():
    there = {"1004", "1017", "1032"}
    for address, server in [("203.0.113.30", REGISTRAR), ("203.0.113.31", STRICT)]:
        for at in range(40):
            user = str(1000 + at)
            # The strict one challenges everybody: there is nothing to learn from it.
            status = 401 if user in there or server is STRICT else 404
            Agent(address).register(5 + at * 0.1, server, user, status=status)
    harmless.append("203.0.113.31")
    hunts["oracle"] = [{"src": "203.0.113.30", "dst": REGISTRAR[0], "asked": 40, "there": sorted(there)}]


def brute():
    for address, user, tries, opened in [("203.0.113.40", "2001", 25, True), ("203.0.113.41", "2002", 30, False)]:
        for at in range(tries):
            Agent(address, "eyeBeam").register(12 + at * 0.2, REGISTRAR, user, f"guess{at}", 401)
        if opened:
            Agent(address, "eyeBeam").register(12 + tries * 0.2, REGISTRAR, user, "right")
        hunts.setdefault("brute", []).append({"src": address, "user": user, "refused": tries, "opened": opened})
    # Somebody who mistypes a password, and a phone whose nonces grow stale.
    for at, (word, status) in enumerate([("wrnog", 401), ("wrogn", 401), ("wrong", 401), ("right", 200)]):
        Agent("10.70.2.1").register(13 + at * 4, REGISTRAR, "2003", word, status)
    for at in range(12):
        for late, status in (0, 401), (0.02, 200):
            Agent("10.70.2.2").register(13 + at * 9 + late, REGISTRAR, "2004", "right", status)
    harmless.extend(["10.70.2.1", "10.70.2.2"])


def spray():
    for at in range(80):
        user = str(3000 + at % 40)
        opened = at == 51
        Agent("203.0.113.50", "Acme Softphone").register(20 + at * 0.25, REGISTRAR, user, "Spring2025" if at < 40 else "123456", 200 if opened else 401)
    hunts["spray"] = [{"src": "203.0.113.50", "users": 40, "tries": 80, "opened": ["3011"]}]
    # An office behind one address when the registrar has forgotten its nonces.
    for at in range(30):
        for late, status in (0, 401), (0.02, 200):
            Agent("10.70.3.1", port=5060 + at).register(21 + at * 0.2 + late, REGISTRAR, str(3500 + at), "right", status)
    harmless.append("10.70.3.1")


def variants():
    agent = Agent("203.0.113.60", "Acme Dialer")
    for number, prefixes in [("972595550123", ["", "00", "+", "011", "9011", "900", "000"]), ("88213555019", ["00", "+", "9000"])]:
        for at, prefix in enumerate(prefixes):
            uri = f"sip:{prefix}{number}@{PROXY[0]}"
            kept = agent.request(25 + len(packets) % 7 + at * 0.4, PROXY, "INVITE", uri, "<sip:100@1.2.3.4>", f"<{uri}>")
            agent.answered(25.01 + len(packets) % 7 + at * 0.4, PROXY, 404, kept)
        hunts.setdefault("variants", []).append({"src": agent.at[0], "number": number[-9:], "spellings": sorted(prefix + number for prefix in prefixes)})
    hunts["variants"].sort(key=lambda row: row["number"])
    # Somebody who dials many numbers, one of them with and without its plus.
    phone = Agent("10.70.4.1")
    for at, number in enumerate(["+12025550100", "12025550100", "+12025550101", "+12025550102", "911"]):
        kept = phone.request(26 + at, PROXY, "INVITE", f"sip:{number}@{REALM}", f"<sip:4000@{REALM}>", f"<sip:{number}@{REALM}>")
        phone.answered(26.1 + at, PROXY, 404, kept)
    harmless.append(phone.at[0])


def spoof():
    agent, rows = Agent("198.51.100.80", "Acme SBC"), []
    for at, (sender, asserted, shown, said) in enumerate([
        (f"<sip:+12025550100@{REALM}>", f"<sip:+442079460000@{REALM}>", "+12025550100", "+442079460000"),
        (f'"Your Bank +1 (202) 555-0177" <sip:+442079460001@{REALM}>', f"<sip:+442079460001@{REALM}>", "+12025550177", "+442079460001"),
        # Honest ones: anonymous, the same in another spelling, a name without a number, none asserted.
        ("Anonymous <sip:anonymous@anonymous.invalid>", f"<sip:+12025550108@{REALM}>", None, None),
        (f"<sip:12025550109@{REALM}>", f'"Bob" <sip:+12025550109@{REALM}>', None, None),
        (f'"Desk 4711" <sip:+12025550110@{REALM}>', f"<sip:+12025550110@{REALM}>, <tel:+12025550110>", None, None),
        (f"<sip:+12025550111@{REALM}>", None, None, None),
    ]):
        extra = [("P-Asserted-Identity", asserted)] if asserted else []
        call = agent.call(30 + at * 2, PROXY, f"+1303555010{at}", 3, "trunk", sender, extra)
        if shown:
            rows.append({"call_id": call, "src": agent.at[0], "shown": shown, "asserted": said})
    hunts["spoof"] = rows


def smuggling():
    agent, rows = Agent("203.0.113.70", "Acme Dialer"), []
    inner = write(f"INVITE sip:+9790001@{REALM} SIP/2.0", [("Via", "SIP/2.0/UDP 203.0.113.70;branch=z9hG4bKinner"), ("Call-ID", "inner"), ("CSeq", "1 INVITE")])
    cases = [
        ("surplus-bytes", inner, [0], True),
        ("content-length-conflict", inner, [len(inner), 0], True),
        ("content-length-invalid", inner, ["+0"], True),
        # Ends of lines behind the body, and a length that was counted wrongly: odd, and nothing in it.
        ("surplus-bytes", b"\r\n\r\n", [0], False),
        ("content-length-too-long", b"hello", [6], False),
        # A message about a message, which says so.
        (None, inner, [len(inner)], False),
    ]
    for at, (code, body, lengths, bad) in enumerate(cases):
        call = f"outer{at}@{agent.at[0]}"
        kind = [("Content-Type", "text/plain" if bad or at < 5 else "message/sipfrag")]
        kept = agent.request(45 + at, PROXY, "MESSAGE", f"sip:bob@{REALM}", f"<sip:eve@{REALM}>", f"<sip:bob@{REALM}>", kind, call, body=body, lengths=lengths)
        agent.answered(45.05 + at, PROXY, 200, kept)
        if bad:
            rows.append({"call_id": call, "src": agent.at[0], "code": code, "hidden": f"INVITE sip:+9790001@{REALM} SIP/2.0"})
    hunts["smuggling"] = rows


def hijack():
    def owned(user, address, at):
        Agent(address, "Acme Phone 7.1").register(at, REGISTRAR, user, "right")

    # Guessed, then bound.
    owned("4001", "10.70.5.1", 3)
    thief = Agent("203.0.113.90", "eyeBeam")
    for at in range(5):
        thief.register(52 + at * 0.3, REGISTRAR, "4001", f"guess{at}", 401)
    thief.register(54, REGISTRAR, "4001", "right")
    # Known, and the owner's binding removed.
    owned("4002", "10.70.5.2", 4)
    other = Agent("203.0.113.91", "Acme Softphone")
    other.register(56, REGISTRAR, "4002", "right", contact="*", expires=0)
    other.register(57, REGISTRAR, "4002", "right")
    hunts["hijack"] = [
        {"aor": f"sip:4001@{REALM}", "owner": "10.70.5.1", "thief": "203.0.113.90", "how": "guessed"},
        {"aor": f"sip:4002@{REALM}", "owner": "10.70.5.2", "thief": "203.0.113.91", "how": "removed"},
    ]
    # A second phone of the same user; a phone that changes networks; one whose binding had ended.
    owned("4003", "10.70.5.3", 5)
    Agent("10.70.5.4", "Acme Softphone").register(58, REGISTRAR, "4003", "right")
    owned("4004", "10.70.5.5", 6)
    owned("4004", "198.51.100.99", 59)
    Agent("10.70.5.6").register(7, REGISTRAR, "4005", "right", expires=30)
    for at in range(4):
        Agent("10.70.5.7", "Acme Softphone").register(60 + at, REGISTRAR, "4005", f"typo{at}", 401)
    Agent("10.70.5.7", "Acme Softphone").register(66, REGISTRAR, "4005", "right")
    harmless.extend([f"10.70.5.{last}" for last in range(3, 8)] + ["198.51.100.99"])


def toll():
    thief = Agent("203.0.113.99", "Acme Dialer")
    for at in range(12):
        thief.call(70 + at * 2, PROXY, f"+97900012{at:02}", 30, "5005")
    hunts["toll"] = [{"account": "5005", "src": thief.at[0], "calls": 12, "at_once": 12, "minutes": 6.0}]
    # A call centre with as many calls to ordinary numbers, and one call to a ship.
    centre = Agent("10.70.6.1")
    for at in range(12):
        centre.call(71 + at * 2, PROXY, f"+130355502{at:02}", 30, "5006")
    Agent("10.70.6.2").call(75, PROXY, "+8707765550", 40, "5007")
    harmless.extend(["10.70.6.1", "10.70.6.2"])


def records(path):
    """The packets of a capture in the one form that is needed here."""
    with open(path, "rb") as file:
        data = file.read()
    if struct.unpack_from("<IHH", data) != (0xA1B2C3D4, 2, 4):
        sys.exit(f"{path}: expected a little-endian pcap of microseconds")
    at = 24
    while at < len(data):
        seconds, micros, length, _ = struct.unpack_from("<IIII", data, at)
        yield seconds * 1_000_000 + micros, data[at + 16 : at + 16 + length]
        at += 16 + length


def main(out, background=None):
    for hunt in (scan, sweep, oracle, brute, spray, variants, spoof, smuggling, hijack, toll):
        hunt()
    every = packets + (list(records(background)) if background else [])
    with open(out, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for time, data in sorted(every, key=lambda packet: packet[0]):
            file.write(struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(data), len(data)) + data)
    with open(out + ".json", "w") as file:
        json.dump({"hunts": hunts, "harmless": harmless}, file, indent=1)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
