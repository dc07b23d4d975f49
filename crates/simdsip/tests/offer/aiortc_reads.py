"""Reads session descriptions with aiortc, one a line in hexadecimal, and tells what it sees: media apart by semicolons."""
import sys

from aiortc.sdp import SessionDescription

for line in sys.stdin:
    try:
        session = SessionDescription.parse(bytes.fromhex(line.strip()).decode())
        media = []
        for one in session.media:
            text = f"{one.kind} {one.port} {one.rtp.muxId or '-'}"
            if "RTP" in one.profile and one.port:
                codecs = (f" {codec.payloadType}={codec.name.lower()}/{codec.clockRate}" for codec in one.rtp.codecs)
                text += f" {one.direction or 'sendrecv'}" + "".join(codecs)
            media.append(text)
        str(session)  # it can be written again
        print(";".join(media))
    except Exception as error:  # the test compares: whatever is wrong shows
        print(type(error).__name__, error)
