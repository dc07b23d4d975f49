"""What is promised around the code: stubs, examples."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT

# Fields of ctypes structures, and the list that the extension module makes of its names.
ALLOWED = ROOT / "python" / "tests" / "stubtest.allow"


def test_the_stubs_are_those_of_the_module(tmp_path):
    pytest.importorskip("mypy", reason="mypy brings stubtest")
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "simdsip", "--concise", "--allowlist", str(ALLOWED)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", ["README.md", "python/README.md", "docs/guide/python.md"])
def test_examples_run_and_show_what_they_say(page, monkeypatch, tmp_path, capsys):
    text = (ROOT / page).read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert blocks, "a page with no example"
    monkeypatch.chdir(ROOT)
    names = {"tmp_path": tmp_path}
    for block in blocks:
        needs = re.findall(r"^import (polars|duckdb|pandas|pyarrow)\b", block, re.M)
        for module in needs:
            pytest.importorskip(module, reason=f"an example of {page} needs it")
        capsys.readouterr()
        exec(compile(block, page, "exec"), names)
        # Behind `print(…)` stands `# what it prints`.
        expected = re.findall(r"^print\(.*\)  # (.*)$", block, re.M)
        if expected:
            assert capsys.readouterr().out.splitlines() == expected


def test_the_module_is_the_command():
    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "simdsip", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)

    shown = run("messages", "--columns", "frame,method", "--limit", "1", "corpus/capture/calls.pcap")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, '{"frame":5,"method":"INVITE"}\n', "")
    assert run("--version").stdout.startswith("simdsip ") and run("nonsense").returncode == 2
    missing = run("messages", "none.pcap")
    assert missing.returncode == 2 and "none.pcap" in missing.stderr
