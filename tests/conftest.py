"""pytest's part of the tests. What modules share is in harness.py."""
import os

import pytest

import harness


def pytest_sessionstart(session):
    if not os.access(harness.SLISPC, os.X_OK):
        pytest.exit('no compiler at %s: run make first, or set SLISPC' % harness.SLISPC, returncode=2)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def slispc():
    """The path of the compiler."""
    return harness.SLISPC
