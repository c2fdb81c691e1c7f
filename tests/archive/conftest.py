"""Fixtures for tests of the archive."""

import os
import shutil
from pathlib import Path

import pytest

from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import Desk
from tests.archive.stock import copied, stock

SITE = Site(id="S2611-00000001", name="时间公园")


@pytest.fixture
def clones(archive: Path, tmp_path: Path) -> tuple[Desk, Desk]:
    """Two clones of an archive that holds one site, S2611-00000001."""
    Desk(archive).run(lambda a: Change(puts=(SITE,)))
    return Desk(archive), Desk(shutil.copytree(archive, tmp_path / "other"))


@pytest.fixture(scope="session")
def stocked(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a few records of several kinds. Made once."""
    os.umask(0o077)
    return stock(Path(shutil.copytree(pristine, tmp_path_factory.mktemp("stocked") / "archive")))


@pytest.fixture
def desk(stocked: Path, tmp_path: Path) -> Desk:
    """That archive, a copy for the test."""
    os.umask(0o077)
    return copied(stocked, tmp_path / "archive")
