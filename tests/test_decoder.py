"""The verifier's decoder (passes/decode) against the encoder's table, against objdump, and against `as`.

It shares no table with the encoder; these tests make sure that both are right about the processor, too.
"""
import random
import re
import shutil
import subprocess

import pytest


def decoded(slispc, rows):
    """For each string of hexadecimal digits the first instruction and its length, or None."""
    run = subprocess.run([slispc, "--decoder"], input="\n".join(rows) + "\n", capture_output=True, text=True,
                         check=True)
    found = [line.split("\t") for line in run.stdout.splitlines()]
    assert len(found) == len(rows)
    return [(row[0], int(row[1])) if len(row) == 2 else None for row in found]


def encoder_table(slispc):
    table = subprocess.run([slispc, "--encoder-table"], capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in table.stdout.splitlines()]
    return [row for row in rows if row[1] != "xchg rax, rax"]  # that is a nop; emit never writes it


def in_one_order(text):
    """It does not matter which operand of xchg comes first."""
    name, _, operands = text.partition(" ")
    return " ".join([name, *sorted(operands.split(", "))]) if name == "xchg" else text


def test_every_encoding_is_read_back(slispc):
    rows = encoder_table(slispc)
    assert len(rows) > 5000
    wrong = [(code, text, got) for (code, text), got in zip(rows, decoded(slispc, [code for code, _ in rows]))
             if got is None or in_one_order(got[0]) != in_one_order(text) or got[1] != len(code) // 2]
    assert not wrong, wrong[:20]


def test_what_is_cut_off_is_no_instruction_or_a_shorter_one(slispc):
    rows = [code[:2 * cut] for code, _ in encoder_table(slispc)[::7] for cut in range(1, len(code) // 2)]
    wrong = [(code, got) for code, got in zip(rows, decoded(slispc, rows)) if got and got[1] > len(code) // 2]
    assert not wrong, wrong[:20]


# ---- objdump

ROOM = 32  # nops after each, so that what one row starts never runs into the next


def by_objdump(rows, directory):
    """Text and length of the first instruction of each row; each has ROOM bytes."""
    image = directory / "rows.bin"
    image.write_bytes(b"".join(bytes.fromhex(row).ljust(ROOM, b"\x90") for row in rows))
    run = subprocess.run(["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--insn-width=16", image],
                         capture_output=True, text=True, check=True)
    lines = {}
    for line in run.stdout.splitlines():
        found = re.match(r"\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t(.*)", line)
        if found:
            lines[int(found[1], 16)] = (found[3], len(found[2].split()))
    return [lines.get(ROOM * i) for i in range(len(rows))]


def plain(text, is_objdump):
    """The text with numbers as unsigned 64-bit ones, without what the two tools write differently."""
    text = re.sub(r"\s+#.*", "", text.lower()).replace("rex.w ", "").strip()
    text = re.sub(r"^rex\S* ", "", text)
    text = re.sub(r"([1248])\*(r\w+)", r"\2*\1", text)
    if is_objdump:
        text = re.sub(r"^(j\w+|call) +0x[0-9a-f]+$", r"\1 @", text)
        text = re.sub(r"rip[+-]0x[0-9a-f]+", "rip+@", text)
        text = text.replace("ds:0x", "[0x") + ("]" if "ds:0x" in text else "")
        text = re.sub(r"\+[er]iz\*\d", "", text)
        text = re.sub(r"([er]\w+),1$", r"\1,1", text)
    text = re.sub(r"\s*,\s*", ",", re.sub(r"\s+", " ", text))
    text = re.sub(r"([+-]?)(?<!\w)(0x[0-9a-f]+|\d+)(?![\w*])",
                  lambda n: "#%d" % (int(n[1] + n[2], 0) % 2**64), text)
    text = re.sub(r"#0\]", "]", text)
    return text.replace("movabs", "mov")


def narrow(text):
    """Numbers of 32 bits, for instructions of that width."""
    return re.sub(r"#(\d+)", lambda n: "#%d" % (int(n[1]) % 2**32), text)


def same_instruction(ours, theirs):
    ours, theirs = plain(ours, False), plain(theirs, True)
    if " ptr " not in ours:  # the register beside the memory says it
        theirs = re.sub(r"\w+ ptr ", "", theirs)
    if ours.startswith("xchg"):
        ours, theirs = (" ".join(sorted(re.split("[ ,]", t))) for t in (ours, theirs))
    wide = re.search(r"\br(?:[a-ds][ipx]\w?|\d+)\b(?![^\[]*\])", theirs)
    return ours == theirs or (not wide and narrow(ours) == narrow(theirs))


def random_rows(count, seed):
    """Opcodes of both maps with all prefixes, then anything."""
    choose = random.Random(seed)
    for _ in range(count):
        prefix = choose.choice(["", "", "", "66", "f2", "f3", "6666"])
        rex = choose.choice(["", "", "48", "%02x" % choose.randrange(0x40, 0x50)])
        two = choose.choice(["", "0f"])
        yield (prefix + rex + two + "".join("%02x" % choose.randrange(256) for _ in range(13)))[:2 * 15]


def damaged_rows(rows, seed):
    """One bit of each is turned over."""
    choose = random.Random(seed)
    for code, _ in rows:
        bits = bytearray(bytes.fromhex(code))
        bit = choose.randrange(8 * len(bits))
        bits[bit // 8] ^= 1 << bit % 8
        yield bits.hex()


def compare_with_objdump(slispc, rows, directory):
    wrong, accepted = [], 0
    for row, ours, theirs in zip(rows, decoded(slispc, rows), by_objdump(rows, directory)):
        if not ours:
            continue
        accepted += 1
        if not theirs or ours[1] != theirs[1] or not same_instruction(ours[0], theirs[0]):
            wrong.append((row, ours, theirs))
    return accepted, wrong


@pytest.fixture
def objdump():
    if not shutil.which("objdump"):
        pytest.skip("objdump is not installed")


def test_objdump_reads_the_encoders_table_the_same(slispc, tmp_path, objdump):
    accepted, wrong = compare_with_objdump(slispc, [code for code, _ in encoder_table(slispc)], tmp_path)
    assert accepted > 5000 and not wrong, wrong[:20]


def test_objdump_reads_whatever_is_accepted_the_same(slispc, tmp_path, objdump):
    rows = list(random_rows(12000, 1)) + list(damaged_rows(encoder_table(slispc), 1))
    accepted, wrong = compare_with_objdump(slispc, rows, tmp_path)
    assert accepted > 4000 and not wrong, (len(wrong), wrong[:20])
