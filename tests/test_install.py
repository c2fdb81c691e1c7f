"""Installing: the wheel holds all that the package needs, and the checkout stays as it is."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import flit_core
import pytest

from tests.conftest import copy_of_the_checkout, untracked

ROOT = Path(__file__).parent.parent
PIP = ("-m", "pip", "--disable-pip-version-check", "-q")
HERE = ("--no-index", "--no-deps", "--no-build-isolation")  # asks no registry


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    return copy_of_the_checkout(tmp_path_factory.mktemp("checkout"))


def test_the_wheel_holds_every_file_of_the_package(checkout, tmp_path):
    subprocess.run([sys.executable, *PIP, "wheel", *HERE, "-w", tmp_path, "."], cwd=checkout, check=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("crmkit-")}
    listed = subprocess.run(["git", "ls-files", "crmkit"], cwd=checkout, capture_output=True, text=True, check=True)
    assert held == set(listed.stdout.splitlines())
    assert {"crmkit/py.typed", "crmkit/defaults.toml", "crmkit/locale/zh_CN/LC_MESSAGES/crmkit.mo"} <= held
    assert {"crmkit/calendar/2026.json", "crmkit/core/data/area_codes.tsv"} <= held
    assert untracked(checkout) == []


def test_two_installs_from_one_checkout_at_the_same_time_both_work_and_leave_nothing_in_it(checkout, tmp_path):
    places = {tmp_path / "plain": [], tmp_path / "edited": ["-e"]}
    for place in places:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True, timeout=60)
    (tmp_path / "backend").mkdir()  # all that the new environments are lent to build with
    (tmp_path / "backend" / "flit_core").symlink_to(Path(flit_core.__file__).parent)
    lent = os.environ | {"PYTHONPATH": str(tmp_path / "backend")}
    under_way = [
        subprocess.Popen([sys.executable, *PIP, "--python", place / "bin" / "python", "install", *HERE, *how, "."],
                         cwd=checkout, env=lent, stderr=subprocess.PIPE)
        for place, how in places.items()
    ]  # fmt: skip
    assert [(job.communicate(timeout=60)[1], job.returncode) for job in under_way] == [(b"", 0)] * 2
    # the libraries are this environment's own; of crmkit only what was installed is seen
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONDONTWRITEBYTECODE": "1"}
    where = "import crmkit; print(crmkit.__file__)"
    found = []
    for place in places:
        shown = subprocess.run([place / "bin" / "crmkit", "init", "--help"], env=env, capture_output=True, text=True)
        assert (shown.returncode, shown.stderr) == (0, "")
        page = (place / "share" / "man" / "man1" / "crmkit.1").read_bytes()
        assert page == (checkout / "crmkit" / "man" / "share" / "man" / "man1" / "crmkit.1").read_bytes()
        python = [place / "bin" / "python", "-c", where]
        found.append(subprocess.run(python, env=env, capture_output=True, text=True, check=True, cwd="/").stdout)
    assert found[0].startswith(str(tmp_path / "plain"))
    assert found[1].strip() == str(checkout / "crmkit" / "__init__.py")
    assert untracked(checkout) == []


def test_every_library_that_is_asked_for_has_an_exact_version():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [*wanted["build-system"]["requires"], *wanted["project"]["dependencies"]]
    asked += [one for extra in wanted["project"]["optional-dependencies"].values() for one in extra]
    lines = (ROOT / "tests" / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    assert all(re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line) for line in lines)
    assert {_normal(re.split(r"[\[<>=~! ]", one)[0]) for one in asked} <= {_normal(one) for one in pinned}


def _normal(name: str) -> str:
    """A project's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
