"""Every row of passes/encodings.def, with several operands, gives the bytes that `as` gives."""
import re
import shutil
import subprocess

import pytest


def assembled(lines, directory):
    """The bytes, as hexadecimal text, that `as` makes of each line."""
    source = directory / "table.s"
    source.write_text(".intel_syntax noprefix\n" + "\n".join(lines) + "\n")
    run = subprocess.run(["as", "-aln", source, "-o", directory / "table.o"],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    made = {}
    for row in run.stdout.splitlines():
        found = re.match(r"\s*(\d+) (?:[0-9a-f]{4}|\s{4}) ([0-9A-F]+)\b", row)
        if found:
            made[int(found[1])] = made.get(int(found[1]), "") + found[2].lower()
    return [made.get(i + 2, "") for i in range(len(lines))]


def test_every_encoding_is_that_of_as(slispc, tmp_path):
    if not shutil.which("as"):
        pytest.skip("as is not installed")
    table = subprocess.run([slispc, "--encoder-table"], capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in table.stdout.splitlines()]
    rows = [row for row in rows if row[1] != "xchg rax, rax"]  # a nop to as; emit never writes it
    assert len(rows) > 5000
    texts = [text.replace("@", "0") for _, text in rows]
    wrong = [f"{text}: {ours}, as gives {theirs}"
             for (ours, text), theirs in zip(rows, assembled(texts, tmp_path)) if ours != theirs]
    assert not wrong, "\n".join(wrong[:20]) + f"\n{len(wrong)} of {len(rows)} rows differ"
