import msgspec
import pytest

from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.intake import ImportBatch, add
from crmkit.core.collecting.known import Known
from crmkit.core.people.merge import merge_all
from crmkit.core.people.referring import above, circle, refuse_circle
from crmkit.errors import InvalidError
from crmkit.records import Customer
from tests.core.desk import NOW, a_customer, a_phone, a_run

A, B, C, D = (f"C2611-0000000{n}" for n in (1, 2, 3, 4))


def chained(*links: tuple[int, int]) -> dict[str, Customer]:
    """Four people; of each link the second was brought by the first."""
    brought_by = {f"C2611-0000000{child}": f"C2611-0000000{parent}" for parent, child in links}
    people = [a_customer(n, name=f"王{n}", phones=(a_phone(n),)) for n in (1, 2, 3, 4)]
    return {one.id: msgspec.structs.replace(one, referrer=brought_by.get(one.id, "")) for one in people}


@pytest.mark.parametrize(
    ("links", "customer", "referrer", "found"),
    [
        ([], A, A, [A]),
        ([(1, 2)], A, B, [B, A]),
        ([(1, 2), (2, 3), (3, 4)], A, D, [D, C, B, A]),
        ([(1, 2), (2, 3), (3, 4)], B, D, [D, C, B]),
        ([(1, 2), (2, 3)], D, C, []),
        ([(1, 2), (1, 3)], C, B, []),  # brought by the same person
        ([(2, 3), (3, 2)], A, B, []),  # a circle that was there before is no endless walk
        ([(1, 2)], A, "C2611-00000099", []),
        ([(1, 2)], A, "", []),
    ],
)
def test_a_circle_is_found_at_whatever_distance(links, customer, referrer, found):
    people = chained(*links)
    assert [one.id for one in circle(customer, referrer, people.get)] == found


def test_a_circle_names_everybody_in_it():
    people = chained((1, 2), (2, 3))
    with pytest.raises(InvalidError) as refused:
        refuse_circle(A, C, people.get)
    assert refused.value.message == f"{C} 王3 cannot be the referrer: brought by {B} 王2 < {A} 王1"
    with pytest.raises(InvalidError, match=f"{A} 王1 cannot be their own referrer"):
        refuse_circle(A, A, people.get)
    assert [one.id for one in above(C, people.get)] == [C, B, A]


def known(people: dict[str, Customer]) -> Known:
    return Known(people.values())


def draft(n: int, **fields: object) -> Draft:
    return Draft(name=f"王{n}", phones=(a_phone(n),), at=NOW, **fields)


def test_another_contact_of_a_known_person_names_no_referrer_whom_they_brought():
    people = chained((1, 2), (2, 3))
    with pytest.raises(InvalidError, match="cannot be the referrer"):
        add(a_run(), draft(1, referrer=C), known(people), decision="touch")
    change = add(a_run(), draft(1, referrer=D), known(people), decision="touch")
    assert next(one for one in change.puts if one.id == A).referrer == D


def test_a_row_of_a_sheet_that_closes_a_circle_is_taken_without_the_referrer_and_said():
    reception = ImportBatch(a_run(), known(chained((1, 2), (2, 3))))
    outcome = reception.take(draft(1, referrer_name="王3", referrer_phones=("+8613900000003",)))
    assert outcome.outcome == "repeat"
    change = reception.change("")
    assert next(one for one in change.puts if one.id == A).referrer == ""
    assert f"{A}: {C} 王3 cannot be the referrer: brought by {B} 王2 < {A} 王1" in change.notes


def test_a_sheet_in_which_two_name_each_other_keeps_the_first_link():
    reception = ImportBatch(a_run(), Known())
    for n, other in ((1, 2), (2, 1)):
        reception.take(draft(n, referrer_name=f"王{other}", referrer_phones=(f"+861390000000{other}",)))
    people = {one.name: one for one in reception.change("").puts if isinstance(one, Customer)}
    links = {name: one.referrer for name, one in people.items()}
    assert links in (
        {"王1": "", "王2": people["王1"].id}, {"王1": people["王2"].id, "王2": ""},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("links", "survivor", "loser", "referrer", "told"),
    [
        ([(1, 2), (2, 3)], A, C, "", [f"{A}: {B} 王2 cannot be the referrer: brought by {A} 王1"]),
        ([(1, 2), (2, 3)], C, A, "", [f"{C}: {B} 王2 cannot be the referrer: brought by {C} 王3"]),
        ([(1, 2), (2, 3), (3, 4)], D, A, "", [f"{D}: {C} 王3 cannot be the referrer: brought by {B} 王2 < {D} 王4"]),
        ([(1, 2), (2, 3), (4, 1)], A, C, D, []),  # of two referrers the one that the file had
        ([(1, 2), (2, 3), (4, 1)], C, A, D, [f"{C}: {B} 王2 cannot be the referrer: brought by {C} 王3"]),
        ([(1, 2), (3, 4)], B, D, A, []),
        ([(1, 2)], A, B, "", []),
    ],
)
def test_a_merge_makes_no_circle(links, survivor, loser, referrer, told):
    people = chained(*links)
    around = list(people.values())
    change = merge_all(a_run(), [([people[survivor], people[loser]], around)])
    after = people | {one.id: one for one in change.puts if isinstance(one, Customer)}
    assert after[survivor].referrer == referrer
    assert circle(survivor, referrer, after.get) == ()
    assert list(change.notes) == told
