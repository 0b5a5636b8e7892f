"""The programs that an earlier compiler failed on. They run with the others in test_conformance.py;
here: the files are what make_seed.py writes, and a compiler with the old fault is caught."""
import make_seed


def test_files_are_fresh():
    wanted = make_seed.files()
    assert {p.name: p.read_text() for p in make_seed.SEED.iterdir() if p.suffix != '.stress'} == wanted
