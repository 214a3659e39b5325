"""Whoever installs the package gets the page with it, and needs no Node."""

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from questrag.settings import PROJECT

STATIC = PROJECT / "src" / "questrag" / "web" / "static"


@pytest.mark.skipif(not STATIC.is_dir(), reason="the page is not built: make page")
def test_the_wheel_carries_the_page_with_all_that_it_loads(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(PROJECT)).build(directory=str(tmp_path), versions=["standard"])
    with ZipFile(wheel) as packed:
        carried = {name.removeprefix("questrag/web/static/") for name in packed.namelist()}
        page = packed.read("questrag/web/static/index.html").decode()

    loaded = re.findall(r'(?:src|href)="/([^"]+)"', page)
    assert "widget.js" in carried
    assert len(loaded) >= 4
    assert set(loaded) <= carried
    assert {file.relative_to(STATIC).as_posix() for file in STATIC.rglob("*") if file.is_file()} <= carried
