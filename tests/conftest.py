"""What every test may ask for."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for indexes that lasts as long as the run: the one of the whole knowledge base takes a while."""
    return tmp_path_factory.mktemp("indexes")
