"""pytest's part of the tests. What modules share is in harness.py."""
import os
import tempfile

import pytest

import harness


def pytest_sessionstart(session):
    if 'SLISPC_CRASH_DIR' not in os.environ:  # what failing passes leave is for nobody here
        os.environ['SLISPC_CRASH_DIR'] = tempfile.mkdtemp(prefix='slispc-tests-')
    if not os.access(harness.SLISPC, os.X_OK):
        pytest.exit('no compiler at %s: run make first, or set SLISPC' % harness.SLISPC, returncode=2)


def pytest_addoption(parser):
    parser.addoption('--bless', action='store_true', help='write the snapshots of the selected cases, where their claims hold')


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def slispc():
    """The path of the compiler."""
    return harness.SLISPC
