"""Chains of referrals, also such as bite their own tail."""

from crmkit.core.care.referrals import chain, chain_rows, referrers
from tests.core import desk

BOUGHT = {2: 100, 4: 300}


def people(referrer_of):
    """Files 1 to 5, each collected a day after the one before."""
    return {
        one.id: one
        for n in range(1, 6)
        for one in [
            desk.a_customer(
                n,
                collected_at=desk.at(f"2026-11-{n:02} 09:00"),
                referrer=f"C2611-{referrer_of[n]:08}" if n in referrer_of else "",
            )
        ]
    }


def children_of(files):
    return lambda identifier: [one for one in reversed(files.values()) if one.referrer == identifier]


def bought(identifier):
    return int(identifier[-1]) in BOUGHT, BOUGHT.get(int(identifier[-1]), 0)


def test_everybody_stands_behind_whoever_brought_them_in_the_order_in_which_they_came():
    files = people({2: 1, 3: 1, 4: 2, 5: 3})
    nodes = chain(files["C2611-00000001"], children_of(files))
    assert [(one.customer.id[-1], one.level) for one in nodes] == [("1", 0), ("2", 1), ("4", 2), ("3", 1), ("5", 2)]


def test_what_came_of_each_counts_everybody_below():
    files = people({2: 1, 3: 1, 4: 2, 5: 3})
    rows = chain_rows(files["C2611-00000001"], children_of(files), bought)
    told = [(row["id"][-1], row["revenue"], row["files"], row["buyers"], row["amount"]) for row in rows]
    assert told == [
        ("1", 0, 4, 2, 400),
        ("2", 100, 1, 1, 300),
        ("4", 300, 0, 0, 0),
        ("3", 0, 1, 0, 0),
        ("5", 0, 0, 0, 0),
    ]


def test_files_that_name_each_other_are_no_endless_chain():
    files = people({1: 3, 2: 1, 3: 2, 4: 4})
    nodes = list(chain(files["C2611-00000002"], children_of(files)))
    assert [one.customer.id[-1] for one in nodes] == ["2", "3", "1"]
    assert {row["id"][-1] for row in referrers(files, bought)} == {"1", "2", "3"}


def test_the_most_fruitful_referrer_comes_first():
    files = people({2: 1, 3: 5, 4: 3, 1: 5})
    rows = referrers(files, bought)
    assert [(row["id"][-1], row["files"], row["buyers"], row["amount"]) for row in rows] == [
        ("3", 1, 1, 300),
        ("1", 1, 1, 100),
        ("5", 2, 0, 0),
    ]
    assert [(row["chain_files"], row["chain_buyers"], row["chain_amount"]) for row in rows] == [
        (1, 1, 300),
        (1, 1, 100),
        (4, 2, 400),
    ]


def test_a_referrer_who_is_not_on_file_any_more_is_left_out():
    assert referrers(people({2: 9}), bought) == []
