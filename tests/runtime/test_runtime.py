"""The runtime without the compiler: values and collections, and calls between code and C."""
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
LIBRARY = pathlib.Path(os.environ.get("SLISPC", HERE / "../../out/slispc")).parent / "libslisp.a"


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """Compiles files of this directory with the runtime; gives the program."""
    directory = tmp_path_factory.mktemp("runtime")

    def compile_and_link(name, *files):
        program = directory / name
        subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-no-pie", "-o", program,
                        *[HERE / file for file in files], LIBRARY, "-lm"], check=True)
        return program

    return compile_and_link


def run(program, collector, **environment):
    return subprocess.run([program], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **environment, "SLISP_GC": collector})


@pytest.mark.parametrize("collector", ["", "stress", "stress=7", "heap=64M"])
@pytest.mark.parametrize("hashes", [[], ["weak_hash.c"]], ids=["good-hashes", "colliding-hashes"])
def test_collections(build, hashes, collector):
    program = build("collections", "test_runtime.c", *hashes)
    result = run(program, collector, **({"TEST_SMALL": "1"} if hashes else {}))
    assert result.stderr == "" and result.returncode == 0, result.stderr


def test_colliding_keys(build):
    """So many texts with one hash would take hours if each met all the others."""
    program = build("colliding", "colliding.c")
    result = subprocess.run([program, "200000"], capture_output=True, text=True, timeout=30)
    assert result.stderr == "" and result.returncode == 0, result.stderr


@pytest.mark.parametrize("collector", ["", "stress"])
def test_calls(build, collector):
    result = run(build("calls", "calls.S", "calls.c"), collector)
    assert result.returncode == 1
    assert result.stdout + result.stderr == (HERE / "calls.expected").read_text()
