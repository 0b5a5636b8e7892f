#!/usr/bin/env python3
"""Does the verifier's time grow with the size of a function, and no faster?

  verify_scaling.py [--slispc CMD] [--runs 7] [--shape NAME --size N]

Writes functions of Lx86 of three shapes, of sizes n and 2n, and measures verify in pairs, one run of each after the
other; of each size the least time is taken. With --shape and --size it prints that one function instead.

  line    n instructions in one block, 64 values alive at each point
  branch  n ways: a chain of comparisons, each to a block that gives its own constant to one join
  nest    50 loops in one another, n instructions in all
"""
import argparse, os, re, subprocess, sys, tempfile
from pathlib import Path

HEADER = '(slispc-ir 1 Lx86 (after select) (options O2 native) (files "a.slisp"))\n(program\n (library core "0")\n'
ALIVE, DEPTH = 64, 50


class Function:
    """Text of a function of raw words: numbers for names, blocks as lists of instructions."""

    def __init__(self):
        self.names, self.blocks = 0, []

    def name(self):
        self.names += 1
        return "%%x.%d" % (self.names - 1)

    def block(self, parameters=()):
        self.blocks.append((parameters, []))
        return len(self.blocks) - 1

    def add(self, block, text, *operands):
        """An instruction; `@` in its text is its result, which is given back."""
        name = self.name() if "@" in text else None
        self.blocks[block][1].append("(" + (text % operands).replace("@", name or "") + ")")
        return name

    def text(self):
        kinds = " ".join("(%%x.%d raw)" % i for i in range(self.names))
        blocks = ("  (block b%d [%s]\n   %s)" % (b, " ".join(parameters), "\n   ".join(items))
                  for b, (parameters, items) in enumerate(self.blocks))
        return "%s (function $user/f.w1 (names %d) (returns raw) (kinds %s) (self)\n%s))\n" % (
            HEADER, self.names, kinds, "\n".join(blocks))


def line(n):
    f = Function()
    first = f.name()
    b = f.block([first + "=rdi"])
    values = [first]
    for i in range(n - 1):
        values.append(f.add(b, "add [@] %s %s", values[-1], values[max(0, len(values) - ALIVE)]))
    f.add(b, "ret [] %s=rax", values[-1])
    return f.text()


def branch(n):
    f = Function()
    value, result = f.name(), f.name()
    test = f.block([value + "=rdi"])
    join = f.block([result])
    f.add(join, "ret [] %s=rax", result)
    for i in range(n):
        way, test_before, test = f.block(), test, f.block()
        f.add(test_before, "cmp-jump [] (cc eq) %s (word %d) (to b%d) (to b%d)", value, i, way, test)
        f.add(way, "jmp [] (to b%d %s)", join, f.add(way, "const [@] (word %d)", i))
    f.add(test, "jmp [] (to b%d %s)", join, value)
    return f.text()


def nest(n):
    f = Function()
    limit = f.name()
    inside = f.block([limit + "=rdi"])
    loops = []
    for _ in range(DEPTH):
        zero, counter = f.add(inside, "const [@] (word 0)"), f.name()
        header, body, behind = f.block([counter]), f.block(), f.block()
        f.add(inside, "jmp [] (to b%d %s)", header, zero)
        f.add(header, "cmp-jump [] (cc lt) %s %s (to b%d) (to b%d)", counter, limit, body, behind)
        value = counter
        for _ in range(n // DEPTH):
            value = f.add(body, "add [@] %s %s", value, counter)
        loops.append((header, counter, behind))
        inside = body
    for header, counter, behind in reversed(loops):
        f.add(inside, "jmp [] (to b%d %s)", header, f.add(inside, "add [@] %s (word 1)", counter))
        inside = behind
    f.add(inside, "ret [] %s=rax", limit)
    return f.text()


SHAPES = {"line": (line, 50000), "branch": (branch, 1000), "nest": (nest, 50000)}


def verify_time(slispc, path):
    done = subprocess.run([slispc, "check", "--to=verify", "--time-passes", path], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return float(re.search(r"^verify +([0-9.]+) ms", done.stderr, re.M).group(1))


def measure(slispc, shape, n, runs, folder):
    paths = []
    for size in (n, 2 * n):
        paths.append("%s/%s-%d.ir" % (folder, shape, size))
        Path(paths[-1]).write_text(SHAPES[shape][0](size))
    pairs = [[verify_time(slispc, path) for path in paths] for _ in range(runs)]
    return [min(times) for times in zip(*pairs)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slispc", default=os.environ.get("SLISPC", str(Path(__file__).resolve().parents[2] / "out/slispc")))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--shape", choices=SHAPES)
    parser.add_argument("--size", type=int, default=100)
    a = parser.parse_args()
    if a.shape:
        sys.stdout.write(SHAPES[a.shape][0](a.size))
        return
    print("| shape | n | time(n) | time(2n) | ratio |\n|--|--|--|--|--|")
    with tempfile.TemporaryDirectory() as folder:
        for shape, (_, n) in SHAPES.items():
            one, two = measure(a.slispc, shape, n, a.runs, folder)
            print("| %s | %d | %.2f ms | %.2f ms | %.2f |" % (shape, n, one, two, two / one), flush=True)


if __name__ == "__main__":
    main()
