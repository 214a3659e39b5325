"""What every test may ask for."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long things take is measured where it is quiet, not where whatever else runs decides.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for indexes that lasts as long as the run: the one of the whole knowledge base takes a while."""
    return tmp_path_factory.mktemp("indexes")
