"""Public data sets that may lie beside the checkout; tests that read them are skipped where they do not."""

import os
from pathlib import Path

import pytest

from questrag.settings import PROJECT

SHARED_DATA = Path(os.environ.get("QUESTRAG_SHARED_DATA", PROJECT.parent / "shared" / "data"))

needs_shared_data = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason=f"no data sets at {SHARED_DATA}: set QUESTRAG_SHARED_DATA"
)
