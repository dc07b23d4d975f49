import pickle
import sys
import threading

import pytest

import simdsip


def test_every_attribute_of_a_request(invite):
    message = simdsip.parse(invite)
    assert (message.kind, message.method, message.status, message.reason) == ("request", "INVITE", None, None)
    assert message.version == "SIP/2.0" and message.call_id == "987asjd97y7atg" and message.max_forwards == 70
    uri = message.uri
    assert (uri.text, uri.scheme, uri.user, uri.host, uri.port) == (
        "sip:bob@biloxi.example;user=phone", "sip", "bob", "biloxi.example", None)
    assert uri.params == [("user", "phone")] and uri.headers == [] and str(uri) == uri.text
    top, second = message.via
    assert (top.protocol, top.transport, top.host, top.port) == ("SIP/2.0", "UDP", "pc33.atlanta.example", 5070)
    assert (top.branch, top.rport, top.received) == ("z9hG4bK776asdhds", True, None)
    assert (second.transport, second.branch, second.received) == ("TCP", None, "192.0.2.5")
    sender = message.from_
    assert (sender.display, sender.tag, sender.params) == ('Alice "A"', "88sja8x", [("tag", "88sja8x")])
    assert (sender.uri.user, sender.uri.password, sender.uri.port) == ("alice", "pw", 5061)
    assert sender.uri.params == [("lr", None)]
    assert message.to.tag is None and message.to.display is None
    assert (message.cseq.number, message.cseq.method) == (986759, "INVITE")
    [contact] = message.contact
    assert contact.uri.text == "sip:alice@192.0.2.4" and contact.params == [("expires", "60")]
    assert message.body.startswith(b"v=0") and message.raw == invite == bytes(message)
    assert message.file is message.frame is message.src is None


def test_headers_in_any_case_and_compact_form(invite):
    headers = simdsip.parse(invite).headers
    assert headers["via"] == headers["V"] == headers["VIA"] == "SIP/2.0/UDP pc33.atlanta.example:5070;branch=z9hG4bK776asdhds;rport"
    assert headers["Subject"] == "lunch, at noon"
    assert headers["x-trace"] == "17" and headers.getall("X-TRACE") == ["17", "\udcff18"]
    assert len(headers.getall("v")) == 2 and headers.getall("Route") == []
    assert headers.get("route") is None and headers.get("route", 7) == 7 and headers.get("i") == "987asjd97y7atg"
    assert "call-id" in headers and "route" not in headers and 7 not in headers
    with pytest.raises(KeyError, match="Route"):
        headers["Route"]
    assert len(headers) == 13 == len(list(headers)) == len(headers.items()) == len(headers.values())
    assert list(headers)[:2] == ["v", "Via"]
    field = headers.fields()[0]
    assert (field.name, field.id) == ("v", "Via") and invite[field.offset:][:field.len].decode() == field.value
    assert headers.fields()[-3].id is None


def test_the_session_description(invite):
    sdp = simdsip.parse(invite).sdp
    assert (sdp.origin.username, sdp.origin.session_id, sdp.origin.address) == ("alice", 2890844526, "192.0.2.4")
    assert (sdp.name, sdp.connection.address, sdp.connection.addr_type) == ("-", "192.0.2.4", "IP4")
    [audio] = sdp.media
    assert (audio.kind, audio.port, audio.port_count, audio.proto, audio.formats) == ("audio", 49170, 1, "RTP/AVP", ["0", "8"])
    assert audio.direction == "sendonly" and audio.attributes == [("sendonly", None), ("x", "1")] and audio.connection is None
    again = simdsip.Sdp(simdsip.parse(invite).body)
    assert again.media[0].port == 49170 and pickle.loads(pickle.dumps(again)).raw == again.raw
    assert simdsip.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n").sdp is None


def test_a_response():
    message = simdsip.parse("SIP/2.0 180 Ringing ä\r\nContact: *\r\nl: 0\r\n\r\n")
    assert (message.kind, message.method, message.status, message.reason) == ("response", None, 180, "Ringing ä")
    assert message.uri is None and message.contact == "*" and message.via == [] and message.from_ is None


def test_what_is_handed_in(invite):
    whole = simdsip.parse(invite)
    assert whole.raw is invite  # borrowed
    for data in (bytearray(invite), memoryview(invite), memoryview(b"x" + invite)[1:], invite.decode("utf-8", "surrogateescape")):
        assert simdsip.parse(data).raw == invite
    scratch = bytearray(invite)
    copied = simdsip.parse(scratch)
    scratch[:] = bytes(len(scratch))
    assert copied.method == "INVITE"
    with pytest.raises(TypeError, match="int"):
        simdsip.parse(7)


def test_views_outlive_what_they_were_taken_from(invite):
    uri = simdsip.parse(bytes(bytearray(invite))).from_.uri
    assert uri.user == "alice"
    assert sys.getrefcount(invite) > 0


def test_errors_carry_kind_and_place():
    with pytest.raises(ValueError, match="at byte") as caught:
        simdsip.parse(b"GET / HTTP/1.1\r\n\r\n")
    error = caught.value
    assert isinstance(error, simdsip.ParseError) and error.kind == "version" and error.at == 6
    again = pickle.loads(pickle.dumps(error))
    assert (again.kind, again.at, str(again)) == (error.kind, error.at, str(error))
    with pytest.raises(simdsip.ParseError) as caught:
        simdsip.parse(b"")
    assert (caught.value.kind, caught.value.at) == ("empty", 0)
    with pytest.raises(ValueError, match="mode"):
        simdsip.parse(b"", mode="lax")


def test_modes_refuse_more_or_less():
    bare = b"OPTIONS sip:a@b.example SIP/2.0\nl: 0\n\n"
    with pytest.raises(simdsip.ParseError) as caught:
        simdsip.parse(bare, mode="strict")
    assert caught.value.kind in {defect.code for defect in simdsip.parse(bare, mode="capture").defects}
    for junk in (b"", b"\0" * 9, b"GET / HTTP/1.1\r\n\r\n", bytes(range(256))):
        message = simdsip.parse(junk, mode="capture")
        assert message.kind is None and message.raw == junk and message.uri is None and len(message.headers) == 0
        [defect] = message.defects
        assert defect.class_ == "error" and defect.code.startswith("error-") and message.verdict is None
        assert message.contact == [] and message.body == b"" and message.via == []


def test_defects_and_verdicts(invite):
    message = simdsip.parse(invite.replace(b"CSeq: 0986759 INVITE", b"CSeq: 1 BYE"), mode="capture")
    verdict = simdsip.parse(invite.replace(b"SIP/2.0\r\nv:", b"SIP/7.0\r\nv:"), mode="capture").verdict
    assert (verdict.accept, verdict.status) == (False, 505) and "RFC 3261" in verdict.rfc
    assert any(defect.code.startswith("cseq") for defect in message.defects)
    for defect in message.defects:
        assert defect.class_ in ("cosmetic", "lossy", "ambiguous") and defect.rfc and defect.message
    with pytest.raises(ValueError, match="role"):
        message.judge("b2bua")
    malformed = simdsip.parse(invite.replace(b"i: 987asjd97y7atg", b"Q: 1"), mode="capture")
    assert malformed.call_id is None and malformed.defects


def test_messages_are_frozen_and_pickle(invite):
    message = simdsip.parse(invite, mode="border")
    with pytest.raises(AttributeError):
        message.method = "BYE"
    again = pickle.loads(pickle.dumps(message))
    assert again.raw == invite and again.method == "INVITE"
    assert repr(message).startswith("<simdsip.Message INVITE sip:bob")


def test_uris_are_compared_by_meaning():
    def uri(text):
        return simdsip.parse(f"BYE {text} SIP/2.0\r\nl: 0\r\n\r\n").uri

    assert uri("sip:%61lice@ATLANTA.example").equivalent(uri("sip:alice@atlanta.example"))
    assert not uri("sip:Alice@atlanta.example").equivalent(uri("sip:alice@atlanta.example"))
    assert uri("tel:+1-201-555-0123").user == "+1-201-555-0123"


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_a_framer_gives_the_same_for_any_cut(invite, size):
    stream = b"\r\n\r\n" + invite + invite.replace(b"INVITE", b"UPDATE") + b"\r\n\r\n"
    framer, found = simdsip.Framer(side="server"), []
    for at in range(0, len(stream), size):
        found += framer.feed(stream[at : at + size])
    assert [getattr(one, "method", one) for one in found] == [simdsip.Ping(), "INVITE", "UPDATE", simdsip.Ping()]
    assert found[1].raw == invite and framer.pending == 0


def test_a_framer_says_where_the_stream_ends(invite):
    framer = simdsip.Framer()
    framer.feed(invite[:50])
    broken = invite.replace(b"l: ", b"l: -")
    with pytest.raises(simdsip.ParseError) as caught:
        framer.feed(invite[50:] + broken)
    error = caught.value
    assert [message.method for message in error.frames] == ["INVITE"]
    assert error.at >= len(invite) and error.answerable.call_id == "987asjd97y7atg"
    with pytest.raises(simdsip.ParseError):
        framer.feed(b"")


def test_threads_share_messages(invite):
    message, wrong = simdsip.parse(invite), []

    def read():
        for _ in range(2000):
            if (message.from_.tag, simdsip.parse(invite).headers["i"]) != ("88sja8x", "987asjd97y7atg"):
                wrong.append(1)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_memory_stays_flat(invite):
    resource = pytest.importorskip("resource", reason="getrusage is not on this system")

    def work():
        for _ in range(20_000):
            message = simdsip.parse(bytearray(invite))
            message.uri.user, message.from_.tag, message.via, message.contact, message.headers["via"]
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = work()
    assert work() - before < 2048  # KiB; a leak of one message a parse would be 20 MiB
