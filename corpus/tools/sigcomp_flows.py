#!/usr/bin/env python3
"""Conversations of one phone with its proxy, cut out of captures, and what raw zlib makes of them.
usage: sigcomp_flows.py cut CAPTURE.pcap PHONE [PEER] > FLOW.json    UDP over Ethernet, IPv4, unfragmented
       sigcomp_flows.py zlib FLOW.json... > zlib.json                for the tests: corpus/sigcomp/flow_*.json
       sigcomp_flows.py generated OUT.pcap SEED                      runs generate_capture.py; prints who talks most

flow_baresip: cut bs-hold-resume.pcap 10.20.0.11 10.20.0.1; flow_linphone: cut linphone-call-pause-resume.pcap, the same
two; flow_generated: generated OUT.pcap 1, cut OUT.pcap 10.28.202.187 192.0.2.11. Captures: corpus/capture/recorded.

A flow is what corpus/sigcomp/flow_ims.json is: a list of {"dir": "U" or "D", "text": ...}, U from the phone.

zlib: level 9, no header, the strings of the SIP dictionary (RFC 3485) preset. `direction` has one stream a direction,
as states that one side makes; `both` presets each message with what either side said before, as shared states hold it.
Each message ends in a sync flush, whose four constant bytes are not counted. The window is that of the state memory.
"""
import json, os, struct, subprocess, sys, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
DICTIONARY = os.path.join(HERE, '../../crates/simdsip-sigcomp/src/dict/rfc3485.bin')
STRINGS = 0xD8C
WINDOWS = {'4096': 12, '8192': 13, '16384': 14}

def datagrams(path):
    data = open(path, 'rb').read()
    at = 24
    while at + 16 <= len(data):
        taken = struct.unpack_from('<I', data, at + 8)[0]
        frame = data[at + 16:at + 16 + taken]
        at += 16 + taken
        place = 12
        if frame[place:place + 2] == b'\x81\x00':
            place += 4
        if frame[place:place + 2] != b'\x08\x00':
            continue
        ip = frame[place + 2:]
        head = (ip[0] & 15) * 4
        if ip[9] != 17 or struct.unpack_from('!H', ip, 6)[0] & 0x3fff:
            continue
        length = struct.unpack_from('!H', ip, head + 4)[0]
        text = ip[head + 8:head + length]
        first = text.split(b'\r\n', 1)[0]
        if first.startswith(b'SIP/2.0 ') or first.endswith(b' SIP/2.0'):
            yield '.'.join(map(str, ip[12:16])), '.'.join(map(str, ip[16:20])), text

def cut(path, phone, peer=None):
    rows = []
    for source, target, text in datagrams(path):
        if phone in (source, target) and (peer is None or peer in (source, target)):
            rows.append({'dir': 'U' if source == phone else 'D', 'text': text.decode('latin-1')})
    return rows

def deflate(coder, text):
    out = coder.compress(text) + coder.flush(zlib.Z_SYNC_FLUSH)
    return len(out) - 4

def measure(rows):
    dictionary = open(DICTIONARY, 'rb').read()[:STRINGS]
    texts = [(row['dir'], row['text'].encode('latin-1')) for row in rows]
    result = {'bytes': sum(len(text) for _, text in texts), 'direction': {}, 'both': {}}
    for name, bits in WINDOWS.items():
        coders = {way: zlib.compressobj(9, zlib.DEFLATED, -bits, 9, zlib.Z_DEFAULT_STRATEGY, dictionary) for way in 'UD'}
        result['direction'][name] = sum(deflate(coders[way], text) for way, text in texts)
        said, total = dictionary, 0
        for _, text in texts:
            coder = zlib.compressobj(9, zlib.DEFLATED, -bits, 9, zlib.Z_DEFAULT_STRATEGY, said[-(1 << bits):])
            total += deflate(coder, text)
            said += text
        result['both'][name] = total
    return result

def main(args):
    if args[:1] == ['cut'] and len(args) in (3, 4):
        json.dump(cut(*args[1:]), sys.stdout, indent=0)
    elif args[:1] == ['zlib'] and len(args) > 1:
        json.dump({os.path.basename(path): measure(json.load(open(path))) for path in args[1:]}, sys.stdout, indent=1)
        print()
    elif args[:1] == ['generated'] and len(args) == 3:
        subprocess.run([sys.executable, os.path.join(HERE, 'generate_capture.py'), args[1], '60000', args[2]], check=True, stdout=subprocess.DEVNULL)
        counts = {}
        for source, target, text in datagrams(args[1]):
            pair = tuple(sorted((source, target)))
            if pair[0].startswith('10.'):
                counts[pair] = counts.get(pair, 0) + len(text)
        for pair, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:3]:
            print(*pair, count)
    else:
        sys.exit(__doc__)

main(sys.argv[1:])
