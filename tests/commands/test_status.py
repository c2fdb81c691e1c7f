"""`crmkit status`, `crmkit schema`, `crmkit completion`."""

import subprocess

import msgspec
import pytest

from crmkit.records import TYPES


def test_status_counts_records_and_names_the_last_commit(crm, archive):
    crm.ok("site", "add", "--name", "时间公园")
    status = crm.json("status")
    head = subprocess.run(["git", "-C", archive, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    assert (status["sites"], status["commit"], status["branch"]) == (1, head, "BJ")


def test_reading_leaves_no_trace_in_the_work_tree(crm, archive):
    crm.ok("site", "add", "--name", "时间公园")
    crm.ok("status")
    git = ["git", "-C", archive, "status", "--porcelain"]
    assert subprocess.run(git, capture_output=True).stdout == b""


@pytest.mark.parametrize("name", [t.__name__.lower() for t in TYPES])
def test_schema_of_every_type(bare, name):
    schema = bare.ok("schema", name).json
    (definition,) = [d for n, d in schema["$defs"].items() if n.lower() == name]
    assert "id" in definition["properties"]


def test_schema_lists_the_types_and_refuses_others(bare):
    assert {row["kind"] for row in bare.json("schema")} == {t.kind for t in TYPES}
    assert "there is no record type" in bare.fails(1, "schema", "nonsense").err


def test_stored_records_fit_their_schema(crm):
    crm.ok("site", "add", "--name", "时间公园")
    (site,) = crm.json("site", "list")
    (site_type,) = [t for t in TYPES if t.kind == "sites"]
    assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(site, site_type))) == site


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_printed(bare, shell):
    assert "crmkit" in bare.ok("completion", shell).out
    assert bare.fails(2, "completion", "tcsh").out == ""
