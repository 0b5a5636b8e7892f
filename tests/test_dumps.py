"""The golden dumps: dumps/PROGRAM/NN-PASS.LANGUAGE show a small program after every pass, for
reading. They must be what slispc prints now; `make dumps` renews them."""
import pytest

import renew_dumps
from harness import dump_name, PASSES


@pytest.mark.parametrize('program', renew_dumps.programs(), ids=lambda p: p.stem)
def test_dumps_are_fresh(program, tmp_path):
    renew_dumps.write_dumps(program, tmp_path)
    stored = {p.name: p.read_text() for p in program.parent.iterdir() if p != program}
    fresh = {p.name: p.read_text() for p in tmp_path.iterdir()}
    assert set(fresh) == {dump_name(p) for p in PASSES}
    stale = sorted(name for name in {**stored, **fresh} if stored.get(name) != fresh.get(name))
    assert not stale, 'stale: %s; read the changes, then run make dumps' % ', '.join(stale)


@pytest.mark.parametrize('program', renew_dumps.programs(), ids=lambda p: p.stem)
def test_dumps_do_not_show_the_library(program):
    """A change of the library alone must not change them."""
    for dump in program.parent.glob('[0-9]*'):
        text = dump.read_text()
        assert '(library core ...)' in text and '(from core $' not in text and '(from core (' not in text
