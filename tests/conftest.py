"""What every test may ask for."""

from pathlib import Path

import pytest
from hypothesis import settings

from questrag.settings import PROJECT

# How long things take is measured where it is quiet, not where whatever else runs decides.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def indexes() -> Path:
    """Return the folder of `make run`: the index of the whole knowledge base takes a while, and is the same."""
    return PROJECT / "var" / "indexes"
