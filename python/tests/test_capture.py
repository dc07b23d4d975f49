import errno
import io
import json
import os
import subprocess
import sys
import threading
import time

import pytest
from conftest import CAPTURES, oracle, truth

import simdsip

pa = pytest.importorskip("pyarrow", reason="pyarrow reads the tables in these tests")


def rows(table):
    return pa.table(table).to_pylist()


@pytest.mark.parametrize("name", ["calls.pcap", "mixed-400.pcap"])
def test_messages_are_those_of_the_oracle(name):
    path = CAPTURES / name
    expected, table = oracle(path), simdsip.read_pcap(path)
    assert len(table) == len(expected) == truth(path)["sip_messages"]
    for row, other in zip(rows(table), expected, strict=True):
        assert (row["frame"], row["src"], row["sport"], row["dst"], row["dport"]) == (
            other["frame"], other["src"], other["sport"], other["dst"], other["dport"])
        assert (row["kind"], row["method"], row["status"], row["call_id"]) == (
            other["kind"], other.get("method"), other.get("status"), other["call_id"])


@pytest.mark.parametrize("name", ["calls.pcap", "mixed-400.pcap"])
def test_calls_and_counts_are_those_of_the_generator(name):
    path, known = CAPTURES / name, truth(CAPTURES / name)
    calls = rows(simdsip.calls(path))
    assert len(calls) == known["legs"] + known["scanner_invites"]
    assert sum(call["outcome"] == "answered" for call in calls) == known["answered_legs"]
    stats = simdsip.stats(path)
    assert stats["methods"] == known["methods"]
    assert stats["codes"] == {int(code): count for code, count in known["codes"].items()}
    assert stats["calls"] == len(calls)
    by_src = simdsip.stats(str(path), by="src")
    assert sum(sum(group["methods"].values()) for group in by_src) == sum(known["methods"].values())
    for by in ("transport", "method", "status", "class", "user_agent", "from_user", "from_domain", "to_user", "to_domain"):
        groups = simdsip.stats(path, by=[by])
        assert sum(group["calls"] for group in groups) == len(calls), by
        assert {code: count for group in groups for code, count in group["codes"].items()}.keys() == stats["codes"].keys()
    codes = {group["status"]: sum(group["codes"].values()) for group in simdsip.stats(path, by="status") if group["codes"]}
    assert codes == known["codes"]
    with pytest.raises(ValueError, match="from_domain.*colour"):
        simdsip.stats(path, by="colour")
    assert len(simdsip.registrations(path)) >= 1 and len(simdsip.transactions(path)) > len(calls)


def test_every_way_in_gives_the_same(mixed_pcap, tmp_path):
    whole = rows(simdsip.read_pcap(mixed_pcap, "frame,method,call_id"))
    for paths in (str(mixed_pcap), [mixed_pcap], io.BytesIO(mixed_pcap.read_bytes()), mixed_pcap.open("rb")):
        assert rows(simdsip.read_pcap(paths, ["frame", "method", "call_id"])) == whole
        if hasattr(paths, "close"):
            paths.close()
    assert rows(simdsip.read_pcap(mixed_pcap, "frame,method,call_id", threads=2)) == whole
    batches = list(simdsip.iter_batches(mixed_pcap, 100, "frame,method,call_id"))
    assert len(batches) > 1 and [row for batch in batches for row in rows(batch)] == whole
    messages = list(simdsip.iter_messages(mixed_pcap))
    assert [(one.frame, one.method, one.call_id) for one in messages] == [tuple(row.values()) for row in whole]


def test_messages_of_captures_know_their_place(calls_pcap):
    first = next(simdsip.iter_messages(calls_pcap))
    other = oracle(calls_pcap)[0]
    assert (first.frame, first.transport, first.src, first.dst) == (
        other["frame"], other["transport"], (other["src"], other["sport"]), (other["dst"], other["dport"]))
    assert first.file == str(calls_pcap) and len(first.raw) == other["size"]
    assert first.ts == int(other["time"].replace(".", ""))


def test_filters(mixed_pcap):
    everything = rows(simdsip.read_pcap(mixed_pcap))
    def want(keep, **filters):
        assert rows(simdsip.read_pcap(mixed_pcap, **filters)) == [row for row in everything if keep(row)]

    middle = everything[200]["ts"]
    want(lambda row: row["ts"] >= middle, since=middle.isoformat())
    want(lambda row: row["ts"] < middle, until=middle.to_pydatetime() if hasattr(middle, "to_pydatetime") else middle)
    want(lambda row: row["method"] == "INVITE" or row["cseq_method"] == "INVITE", method="INVITE")
    want(lambda row: row["status"] in (401, 407), status=[401, 407])
    want(lambda row: row["status"] is not None and row["status"] >= 400, status="4xx,5xx,6xx")
    want(lambda row: row["src"] == everything[0]["src"], src=everything[0]["src"])
    want(lambda row: row["call_id"] == everything[0]["call_id"], call_id=everything[0]["call_id"])
    assert len(simdsip.read_pcap(mixed_pcap, limit=7)) == 7 == len(list(simdsip.iter_messages(mixed_pcap, limit=7)))


def test_what_is_asked_for_wrongly(mixed_pcap, tmp_path):
    with pytest.raises(TypeError, match="colour"):
        simdsip.read_pcap(mixed_pcap, colour=1)
    with pytest.raises(ValueError, match="colour"):
        simdsip.read_pcap(mixed_pcap, columns=["colour"])
    with pytest.raises(ValueError, match="status"):
        simdsip.read_pcap(mixed_pcap, status="many")
    with pytest.raises(FileNotFoundError) as caught:
        simdsip.read_pcap(tmp_path / "none.pcap")
    assert caught.value.filename == str(tmp_path / "none.pcap")
    with pytest.raises(IsADirectoryError):
        simdsip.read_pcap(tmp_path)
    (tmp_path / "text").write_text("INVITE sip:a SIP/2.0")
    with pytest.raises(simdsip.CaptureError, match="expected a pcap"):
        simdsip.read_pcap(tmp_path / "text")
    with pytest.raises(TypeError, match="path"):
        simdsip.read_pcap(7)
    with pytest.raises(TypeError, match="binary"):
        simdsip.read_pcap(io.StringIO("text"))


def test_a_capture_that_is_cut_short_is_a_warning(calls_pcap, tmp_path):
    short = tmp_path / "short.pcap"
    short.write_bytes(calls_pcap.read_bytes()[:-7])
    with pytest.warns(simdsip.CaptureWarning, match="cut short"):
        table = simdsip.read_pcap(short)
    assert len(table) == len(oracle(calls_pcap)) - 1


def test_what_a_file_object_raises_comes_through(calls_pcap):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        simdsip.read_pcap(Broken(calls_pcap.read_bytes()))


def test_ladder(calls_pcap, tmp_path):
    call = rows(simdsip.calls(calls_pcap))[0]
    ladder = simdsip.ladder(calls_pcap, call["call_ids"][0])
    assert "INVITE" in ladder.text and ladder._repr_svg_().startswith("<svg") and "sequenceDiagram" in ladder.mermaid
    assert json.loads(ladder.json) and "<html" in ladder.html.lower()
    for end, drawn in {"svg": ladder.svg, "html": ladder.html, "mmd": ladder.mermaid, "json": ladder.json, "txt": ladder.text}.items():
        ladder.save(tmp_path / f"ladder.{end}")
        assert (tmp_path / f"ladder.{end}").read_text() == drawn
    with pytest.raises(ValueError, match="svg"):
        ladder.save(tmp_path / "ladder.bmp")
    with pytest.raises(KeyError):
        simdsip.ladder(calls_pcap, "nobody")


def test_extract_copies_whole_conversations(mixed_pcap, tmp_path):
    everything = rows(simdsip.read_pcap(mixed_pcap, "call_id,method,raw"))
    wanted = {row["call_id"] for row in everything[:40]}
    out = tmp_path / "out.pcapng"
    assert simdsip.extract(mixed_pcap, out, call_id=sorted(wanted)) > 0
    assert rows(simdsip.read_pcap(out, "call_id,method,raw")) == [row for row in everything if row["call_id"] in wanted]
    assert simdsip.extract(mixed_pcap, tmp_path / "none.pcapng", call_id="nobody") == 0
    assert not (tmp_path / "none.pcapng").exists()
    with pytest.raises(TypeError, match="call_id"):
        simdsip.extract(mixed_pcap, out)
    with pytest.raises(ValueError, match="one of the captures"):
        simdsip.extract(mixed_pcap, mixed_pcap, call_id="x")


class Endless(io.RawIOBase):
    """The packets of a capture, for ever."""

    def __init__(self, data):
        self.packets, self.rest = data[24:], data

    def readable(self):
        return True

    def read(self, size=-1):
        self.rest = self.rest or self.packets
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


INTERRUPTED = """
import os, signal, sys, threading, time
sys.path.insert(0, {tests!r})
from test_capture import Endless
import simdsip

# Whoever starts the tests in the background may have them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    simdsip.{work}(Endless(open({path!r}, "rb").read()), {columns!r}, **{options!r})
except KeyboardInterrupt:
    print("interrupted" if time.monotonic() - begin < 20 else "late")
"""


@pytest.mark.parametrize(
    "work, columns, options", [("read_pcap", "frame", {}), ("read_pcap", "frame", {"threads": 2}), ("calls", "messages", {})]
)
def test_an_interrupt_ends_a_long_read(calls_pcap, work, columns, options, tmp_path):
    script = INTERRUPTED.format(tests=os.path.dirname(__file__), work=work, path=str(calls_pcap), columns=columns, options=options)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
    assert done.stdout == "interrupted\n", done.stderr


def test_other_threads_run_during_a_read(mixed_pcap):
    data, ticks, done = mixed_pcap.read_bytes(), [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0)

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        before = len(ticks)
        for _ in range(20):
            simdsip.read_pcap(io.BytesIO(data))
    finally:
        done.set()
        thread.join()
    assert len(ticks) > before


SHARED = """
import faulthandler, sys, threading, time, warnings
import simdsip

faulthandler.dump_traceback_later(30, exit=True)
warnings.simplefilter("always")
warnings.showwarning = lambda *_: time.sleep(0.01)
for _ in range(20):
    shared = simdsip.{work}({path!r})
    threads = [threading.Thread(target=lambda: [None for _ in shared]) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print("done")
"""


@pytest.mark.parametrize("work", ["iter_batches", "iter_messages"])
def test_threads_share_an_iterator_of_a_capture_that_is_cut_short(calls_pcap, tmp_path, work):
    path = tmp_path / "cut.pcap"
    path.write_bytes(calls_pcap.read_bytes()[:2000])
    code = SHARED.format(work=work, path=str(path))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "done\n", done.stderr


@pytest.mark.filterwarnings("always")
def test_a_warning_may_ask_the_iterator_that_warns(calls_pcap, monkeypatch):
    shared = simdsip.iter_batches(io.BytesIO(calls_pcap.read_bytes()[:2000]))
    asked = []
    monkeypatch.setattr("warnings.showwarning", lambda *_: asked.append(next(shared, None)))
    assert len(list(shared)) == 1 and asked == [None]


PIPE = """
import os, signal, threading, time
import simdsip

ticks = []
def tick():
    while True:
        ticks.append(0)
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
# Whoever starts the tests in the background may have them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer({after}, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    print(len(simdsip.read_pcap({path!r}, threads=2)), end=" ")
except KeyboardInterrupt:
    print("interrupted", end=" ")
print(len(ticks) > 10, flush=True)
os._exit(0)
"""


def writer_of(path, reader):
    """The pipe, once the reader has opened it: to open it for writing alone would wait for a reader that died."""
    for _ in range(600):
        assert reader.poll() is None, "the reader ended before it opened the pipe"
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            assert error.errno == errno.ENXIO
            time.sleep(0.05)
        else:
            os.set_blocking(pipe, True)
            return open(pipe, "wb")
    raise AssertionError("nobody opened the pipe")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("writes, after, said", [("nothing", 1, "interrupted True"), ("half", 2, "interrupted True"), ("all", 60, None)])
def test_a_named_pipe_is_read_once_and_may_be_interrupted(calls_pcap, tmp_path, writes, after, said):
    path, data = tmp_path / "pipe", calls_pcap.read_bytes()
    os.mkfifo(path)
    code = PIPE.format(path=str(path), after=after)
    # Elsewhere than where the package's sources are.
    reader = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        if writes != "nothing":
            with writer_of(path, reader) as pipe:
                time.sleep(0.5)
                pipe.write(data[:2000])
                pipe.flush()
                if writes == "half":
                    reader.wait(timeout=30)
                else:
                    pipe.write(data[2000:])
        out = reader.communicate(timeout=30)[0]
    finally:
        reader.kill()
    assert out.strip() == (said or f"{len(oracle(calls_pcap))} True")


@pytest.mark.parametrize(
    "work, useless",
    [("stats", "limit threads types"), ("iter_batches", "threads"), ("iter_messages", "threads types"), ("calls", "threads")],
)
def test_what_would_be_ignored_is_refused(calls_pcap, work, useless):
    for name in useless.split():
        with pytest.raises(TypeError, match=name):
            getattr(simdsip, work)(calls_pcap, **{name: 1})
