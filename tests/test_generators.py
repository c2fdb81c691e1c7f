"""The people whom tests, bench and simulation make up have every field that a file can have.

A field that is empty in all of them is a field in which nothing is ever tried: `dedupe find` once ended with an error
as soon as two files had the same e-mail, and no list of ours had one.
"""

import random
from datetime import date
from itertools import pairwise

import msgspec
import pytest

from crmkit.core.phones import phones
from crmkit.records import Customer
from crmkit.records.customer import Consent, Noted, Phone, Tick
from tests.bench import habits, sheets
from tests.bench.leads import Maker, Noise, leads
from tests.conftest import Shell
from tests.core import desk
from tests.simulation.branch import EXTRAS, Branch, extras

PARTS = (Customer, Phone, Consent, Tick, Noted)


def filled(structs: list[msgspec.Struct], cls: type[msgspec.Struct]) -> set[str]:
    """The fields that are not empty in at least one of `structs`, of those that are a `cls`."""
    own = [one for one in structs if type(one) is cls]
    return {
        f.name for f in msgspec.structs.fields(cls) for one in own if getattr(one, f.name) not in ("", None, (), False)
    }


def with_parts(files: list[Customer]) -> list[msgspec.Struct]:
    return [*files, *(part for file in files for part in (*file.phones, *file.consents, *file.ticks, *file.noted))]


@pytest.mark.parametrize("cls", PARTS)
@pytest.mark.parametrize(
    "files", [[lead.customer for lead in leads(1500, seed=3)], [desk.a_full_customer()]], ids=["leads", "desk"]
)
def test_every_field_of_a_file_is_filled_at_times(files, cls):
    assert {f.name for f in msgspec.structs.fields(cls)} - filled(with_parts(files), cls) == set()


@pytest.mark.parametrize("mobile", ["+8615145678901", "+8619141111111", "+8618945612345"])
def test_a_slip_of_the_pen_leaves_a_number_that_may_be_somebodys(mobile):
    maker = Maker(random.Random(3), Noise())
    person = maker.person(mobile=mobile, landline="")
    for _ in range(40):
        habits.swapped_digits(maker, person)
    written = {phone.raw for lead in maker.files for phone in lead.customer.phones}
    refused = {raw for raw in written if phones.of_file(raw, desk.SETTINGS).reason}
    assert len(written) > 1
    assert refused == set()


@pytest.mark.parametrize("field", ["email", "wechat", "employer", "former_employer", "address", "birthday", "name"])
def test_what_two_leads_share_is_at_times_one_field_alone(field):
    holders: dict[str, list[Customer]] = {}
    for lead in leads(3000, seed=3):
        if value := getattr(lead.customer, field):
            holders.setdefault(value, []).append(lead.customer)
    assert any(alone(one, two, field) for same in holders.values() for one, two in pairwise(same))


def alone(one: Customer, two: Customer, field: str) -> bool:
    """Whether nothing else that tells people apart is the same in two files, but perhaps the name."""
    telling = {"email", "wechat", "address", "birthday"} - {field}
    numbers = {phone.e164 for phone in one.phones} & {phone.e164 for phone in two.phones}
    return not numbers and not any(getattr(one, name) == getattr(two, name) != "" for name in telling)


def test_the_sheets_of_the_bench_fill_every_column():
    columns = zip(*sheets.rows(300), strict=True)
    assert [title for title, cells in zip(sheets.TITLES, columns, strict=True) if not any(cells)] == []
    assert {"邮箱", "微信", "工作单位"} <= set(sheets.TITLES)


def test_the_simulated_branch_writes_down_every_column_and_some_share_them(bare: Shell):
    branch = Branch(bare, seed=3, files=40, first=date(2026, 3, 2), last=date(2026, 3, 20))
    told = [extras(branch._born(number)) for number in range(40)]
    for title, cells in zip(EXTRAS, zip(*told, strict=True), strict=True):
        given = [cell for cell in cells if cell]
        assert 0 < len(given) < 40, title
        assert len(set(given)) < len(given) or title == "微信", title
