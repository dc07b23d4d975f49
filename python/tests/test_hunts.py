"""The pages of docs/guide/hunts: what they find, held against what was put there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CAPTURES, ROOT

HUNTS = ROOT / "docs" / "guide" / "hunts"
TOOLS = ROOT / "corpus" / "tools"
PAGES = re.findall(r"^\| \[(\w+)\]\(\1\.md\)", (HUNTS / "index.md").read_text(), re.M)
# Whom generate_capture.py lets scan and guess.
GENERATED = {"203.0.113.66", "203.0.113.200", "45.0.0.13"}


def hunt(page, capture, folder, monkeypatch):
    """Runs the code of a page on a capture; gives the names that it leaves."""
    [code] = re.findall(r"```python\n(.*?)```", (HUNTS / f"{page}.md").read_text(), re.S)
    for module in re.findall(r"^import (duckdb|polars)\b", code, re.M):
        pytest.importorskip(module, reason=f"the hunts ask {module}")
    pytest.importorskip("pyarrow", reason="the hunts take tables by pyarrow")
    folder.mkdir(exist_ok=True)
    if capture != folder / "day.pcap":
        shutil.copy(capture, folder / "day.pcap")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(HUNTS)
    names = {}
    exec(compile(code, f"{page}.md", "exec"), names)
    assert (folder / f"{page}.svg").stat().st_size > 300, "no plot"
    return names


def run(tool, *arguments):
    subprocess.run([sys.executable, TOOLS / tool, *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The attacks before a small background."""
    out = tmp_path_factory.mktemp("hunts") / "day.pcap"
    run("generate_attacks.py", out, CAPTURES / "mixed-400.pcap")
    return out


@pytest.fixture(scope="module", params=[6, 7])
def busy(request, tmp_path_factory):
    """The attacks among thousands of messages, and what was counted of those."""
    folder = tmp_path_factory.mktemp("busy")
    run("generate_capture.py", folder / "background.pcap", 5000, request.param)
    run("generate_attacks.py", folder / "day.pcap", folder / "background.pcap")
    return folder / "day.pcap", json.loads((folder / "background.pcap.json").read_text())


def truth(capture):
    return json.loads(Path(f"{capture}.json").read_text())


def theirs(rows):
    """Rows of the background's attackers, and the others."""
    return [row for row in rows if row.get("src") in GENERATED], [row for row in rows if row.get("src") not in GENERATED]


def test_there_are_ten_pages():
    assert len(PAGES) == 10 and {page.stem for page in HUNTS.glob("*.md")} == {*PAGES, "index"}


@pytest.mark.parametrize("page", PAGES)
def test_a_hunt_finds_what_was_put_there_and_draws_its_picture(page, day, monkeypatch):
    known = truth(day)
    names = hunt(page, day, day.parent, monkeypatch)
    background, found = theirs(names["found"])
    assert found == known["hunts"][page] and found
    assert not {value for row in found for value in row.values() if isinstance(value, str)} & set(known["harmless"])
    assert bool(background) == (page in ("scan", "oracle", "brute"))
    assert (day.parent / f"{page}.svg").read_text() == (HUNTS / f"{page}.svg").read_text(), "the picture is another one"


def test_hunts_among_thousands_of_messages(busy, monkeypatch):
    capture, counted = busy
    assert counted["scanner_msgs"] > 0 < counted["bruteforce_msgs"], "a seed without attacks"
    known = truth(capture)["hunts"]
    ours, names = {}, {}
    for page in PAGES:
        names[page] = hunt(page, capture, capture.parent, monkeypatch)
        ours[page], found = theirs(names[page]["found"])
        assert found == known[page], page
    assert sum(row["requests"] for row in ours["scan"]) == counted["scanner_msgs"] / 2
    assert sum(row["refused"] for row in ours["brute"]) == counted["bruteforce_msgs"] / 2
    # Challenges that are neither of a registration nor of a guess are those that gave users away.
    told = counted["codes"]["401"] - counted["register"] - counted["bruteforce_msgs"] / 2
    assert sum(len(row["there"]) for row in ours["oracle"]) == told
    assert not any(ours[page] for page in PAGES if page not in ("scan", "oracle", "brute"))


STORIES = sorted((CAPTURES / "recorded").glob("attack-*.truth.json"))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name.removesuffix(".truth.json"))
def test_hunts_see_real_tools_at_work(story, tmp_path, monkeypatch):
    attack = json.loads(story.read_text())["attack"]
    capture = story.with_name(story.name.replace(".truth.json", ".pcap"))
    found = lambda page: hunt(page, capture, tmp_path, monkeypatch)["found"]  # noqa: E731
    assert [row["src"] for row in found("scan")] == [attack["source"]]
    if "enumeration" in attack["kind"] and attack.get("found_by_tool"):
        [row] = found("oracle")
        assert (row["src"], row["there"]) == (attack["source"], attack["found_by_tool"])
    else:
        assert found("oracle") == []
    if "bruteforce" in attack["kind"]:
        [row] = found("brute")
        cracked = attack["cracked"]
        assert (row["src"], row["user"], row["opened"]) == (attack["source"], (cracked or attack)["user"], cracked is not None)
    else:
        assert found("brute") == []


HONEST = ["calls.pcap"] + [
    f"recorded/{name}.pcap"
    for name in ("bs-register-ok-bad-unknown", "bs-udp-ip-fragments-v4", "linphone-calls-baresip", "node-sip-redirect-and-digest", "sipp-branch", "ws-jssip-call-audio")
]


@pytest.mark.parametrize("name", HONEST)
def test_hunts_find_nothing_among_honest_phones(name, tmp_path, monkeypatch):
    for page in PAGES:
        assert hunt(page, CAPTURES / name, tmp_path, monkeypatch)["found"] == [], page
