"""Fixtures for tests of the archive."""

import shutil
from pathlib import Path

import pytest

from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import Desk

SITE = Site(id="S2611-00000001", name="时间公园")


@pytest.fixture
def clones(archive: Path, tmp_path: Path) -> tuple[Desk, Desk]:
    """Two clones of an archive that holds one site, S2611-00000001."""
    Desk(archive).run(lambda a: Change(puts=(SITE,)))
    return Desk(archive), Desk(shutil.copytree(archive, tmp_path / "other"))
