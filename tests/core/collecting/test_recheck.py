import msgspec
import pytest

from crmkit.core.collecting import recheck
from crmkit.errors import InvalidError
from crmkit.records import Customer, PhoneCheck, Site
from crmkit.records.customer import Phone
from tests.core.desk import NOW, a_customer, a_phone, a_run, at

LANDLINE = Phone(raw="010-86604709", e164="+861086604709", kind="landline")


def of(change, record_type):
    return next((record for record in change.puts if isinstance(record, record_type)), None)


def asked(customer, answer):
    change = recheck.answer(a_run(), customer, answer)
    return of(change, PhoneCheck), of(change, Customer) or customer


def due(*customers, now=NOW, checked=()):
    return [item.customer.id for item in recheck.due(a_run(now), customers, checked)]


def test_a_number_is_asked_again_half_an_hour_after_it_was_collected():
    customer = a_customer(collected_at=at("2026-11-23 09:30"))
    assert due(customer, now=at("2026-11-23 09:59")) == []
    assert due(customer, now=at("2026-11-23 10:00")) == [customer.id]
    (item,) = recheck.due(a_run(), [customer], ())
    assert item.due_at == at("2026-11-23 10:00")


@pytest.mark.parametrize(
    "fields",
    [
        {"phones": ()},
        {"phones": (a_phone(1, "confirmed"),)},
        {"phones": (a_phone(1, "wrong"),)},
        {"merged_into": "C2611-00000009"},
        {"do_not_contact": ("all",)},
        {"collected_at": None},
    ],
)
def test_who_need_not_be_asked_again_is_not_listed(fields):
    assert due(a_customer(**fields)) == []


def test_nobody_is_listed_again_once_they_were_asked():
    customer = a_customer()
    assert due(customer, checked={customer.id}) == []


def test_a_file_without_a_collection_time_is_due_by_the_time_it_was_written():
    assert due(a_customer(collected_at=None, created_at=at("2026-11-23 09:00"))) == ["C2611-00000001"]


@pytest.mark.parametrize("answer", ["13900000001", "139 0000 0001", "+86 139-0000-0001", "１３９０００００００１"])
def test_the_same_number_in_any_spelling_is_a_match(answer):
    check, customer = asked(a_customer(suspect=True), answer)
    assert (check.result, check.answer, check.e164, check.by) == ("match", answer, "+8613900000001", "LN")
    assert customer.phones[0].state == "confirmed"
    assert not customer.suspect


def test_any_number_of_the_file_is_a_match():
    _check, customer = asked(a_customer(phones=(a_phone(1), a_phone(2))), "13900000002")
    assert [phone.state for phone in customer.phones] == ["", "confirmed"]


def test_a_landline_said_without_its_area_code_is_taken_in_the_area_of_the_file():
    check, _customer = asked(a_customer(phones=(LANDLINE,)), "8660 4709")
    assert (check.result, check.e164) == ("match", "+861086604709")


@pytest.mark.parametrize(
    ("answer", "e164"), [("13900000002", "+8613900000002"), ("1390000000", ""), ("139 0000 00012", "")]
)
def test_another_number_makes_the_file_suspect_and_is_kept(answer, e164):
    change = recheck.answer(a_run(), a_customer(), answer)
    check, customer = of(change, PhoneCheck), of(change, Customer)
    assert (check.result, check.answer, check.e164) == ("mismatch", answer, e164)
    assert (customer.suspect, customer.phones[0].state) == (True, "mismatch")
    assert [phone.e164 for phone in customer.phones] == ["+8613900000001"]
    assert change.counts == {"mismatch": 1}
    assert "is suspect" in change.notes[0]


def test_a_mismatch_beside_a_confirmed_number_does_not_make_the_file_suspect():
    check, customer = asked(a_customer(phones=(a_phone(1, "confirmed"), a_phone(2))), "13900000003")
    assert check.result == "mismatch"
    assert [phone.state for phone in customer.phones] == ["confirmed", "mismatch"]
    assert not customer.suspect


def test_a_suspect_file_is_cleared_by_a_new_answer():
    _check, suspect = asked(a_customer(), "13900000002")
    _check, cleared = asked(suspect, "13900000001")
    assert not cleared.suspect


@pytest.mark.parametrize("answer", ["", "不知道"])
def test_an_answer_without_digits_is_refused(answer):
    with pytest.raises(InvalidError, match="not an answer"):
        recheck.answer(a_run(), a_customer(), answer)


def test_a_file_without_a_number_has_nothing_to_compare_with():
    with pytest.raises(InvalidError, match="no number to compare"):
        recheck.answer(a_run(), a_customer(phones=()), "13900000001")


@pytest.mark.parametrize("result", ["refused", "gone"])
def test_no_answer_is_recorded_and_leaves_the_number_as_it_is(result):
    change = recheck.set_result(a_run(), a_customer(), result)
    (check,) = change.puts
    assert (check.result, check.customer, check.at) == (result, "C2611-00000001", NOW)


def test_other_results_cannot_be_set():
    with pytest.raises(InvalidError, match="result: match is not known"):
        recheck.set_result(a_run(), a_customer(), "match")


def called(customer, outcome, e164="+8613900000001"):
    return of(recheck.after_call(a_run(), customer, outcome, e164), Customer) or customer


@pytest.mark.parametrize("outcome", ["reached", "declined", "call-later"])
def test_a_call_that_the_person_answered_confirms_the_number_and_clears_the_file(outcome):
    customer = called(a_customer(suspect=True, phones=(a_phone(1, "mismatch"),)), outcome)
    assert (customer.suspect, customer.phones[0].state) == (False, "confirmed")


@pytest.mark.parametrize(("outcome", "state"), [("wrong-number", "wrong"), ("invalid-number", "invalid")])
def test_a_false_number_makes_the_file_suspect_where_no_other_is_left(outcome, state):
    one = called(a_customer(), outcome)
    assert (one.suspect, one.phones[0].state) == (True, state)
    two = called(a_customer(phones=(a_phone(1), a_phone(2))), outcome)
    assert (two.suspect, [phone.state for phone in two.phones]) == (False, [state, ""])


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "dropped"])
def test_other_outcomes_say_nothing_about_the_number(outcome):
    assert not recheck.after_call(a_run(), a_customer(), outcome, "+8613900000001")


def spread(outcome, state, shown=""):
    """The state of a number on another file that has it in `state`, after a call on this one; and whether suspect."""
    other = a_customer(2, phones=(a_phone(1, state),), suspect=state in recheck.FALSE)
    run = msgspec.structs.replace(a_run(), holders=lambda _number: [a_customer(phones=(a_phone(1, shown),)), other])
    puts = recheck.after_call(run, a_customer(phones=(a_phone(1, shown),)), outcome, "+8613900000001").puts
    after = next((one for one in puts if one.id == other.id), other)
    return after.phones[0].state, after.suspect


@pytest.mark.parametrize(
    ("outcome", "before", "after"),
    [
        ("invalid-number", "", ("invalid", True)),
        ("invalid-number", "confirmed", ("invalid", True)),  # out of service since
        ("wrong-number", "", ("wrong", True)),
        ("wrong-number", "mismatch", ("wrong", True)),
        ("wrong-number", "confirmed", ("confirmed", False)),  # that is who answers there
        ("reached", "", ("", False)),
        ("reached", "wrong", ("wrong", True)),
        ("reached", "invalid", ("", False)),  # it exists after all
        ("busy", "", ("", False)),
    ],
)
def test_what_a_call_shows_of_a_number_holds_for_every_file_that_has_it(outcome, before, after):
    assert spread(outcome, before) == after


def test_another_number_of_the_other_file_keeps_it_from_being_suspect():
    other = a_customer(2, phones=(a_phone(1), a_phone(2)))
    run = msgspec.structs.replace(a_run(), holders=lambda _number: [other])
    change = recheck.after_call(run, a_customer(), "invalid-number", "+8613900000001")
    (after,) = (one for one in change.puts if one.id == other.id)
    assert ([phone.state for phone in after.phones], after.suspect) == (["invalid", ""], False)
    assert change.notes[-1] == "the number is also that of C2611-00000002: what was found holds there as well"


@pytest.mark.parametrize(
    ("states", "taken"),
    [
        (["invalid"], "invalid"), (["wrong"], "wrong"), (["wrong", "confirmed"], ""), ([""], ""),
        (["wrong", "invalid"], "invalid"),
    ],
)  # fmt: skip
def test_a_file_that_comes_with_a_number_known_to_be_false_is_suspect_at_once(states, taken):
    others = [a_customer(n, phones=(a_phone(1, state),)) for n, state in enumerate(states, 5)]
    file = recheck.as_learnt(a_customer(), "+8613900000001", others)
    assert (file.phones[0].state, file.suspect) == (taken, bool(taken))


def test_a_call_to_a_number_that_the_file_does_not_have_changes_nothing():
    assert not recheck.after_call(a_run(), a_customer(), "wrong-number", "+8613900000009")
    assert not recheck.after_call(a_run(), a_customer(phones=()), "reached", "")


def a_check(number, result, moment="2026-11-23 10:00"):
    return PhoneCheck(id=f"R2611-{number:08}", customer=f"C2611-{number:08}", at=at(moment), result=result)


def test_statistics_count_answers_and_false_files_by_group():
    customers = [
        a_customer(1, site="时间公园", phones=(a_phone(1, "confirmed"),)),
        a_customer(2, site="时间公园", phones=(a_phone(2, "mismatch"),), suspect=True),
        a_customer(3, site="时间公园"),
        a_customer(4, site="时间公园", phones=(a_phone(4, "wrong"),), suspect=True),
        a_customer(5, site="时间公园"),
        a_customer(6, site="老年大学"),
        a_customer(7, site="老年大学", merged_into="C2611-00000006"),
        a_customer(8, site="老年大学", phones=()),
    ]
    checks = [a_check(1, "match"), a_check(2, "mismatch"), a_check(3, "refused"), a_check(5, "gone")]
    park, college = recheck.statistics(customers, checks, lambda customer: customer.site)
    assert park == recheck.Tally("时间公园", 5, 4, 1, 1, 1, 1, 3, 2)
    assert park.false_share == pytest.approx(2 / 3)
    assert college == recheck.Tally("老年大学", files=1)
    assert college.false_share is None


def test_only_the_latest_asking_of_a_file_counts():
    customer = a_customer(1, phones=(a_phone(1, "confirmed"),))
    checks = [a_check(1, "match", "2026-11-23 11:00"), a_check(1, "mismatch", "2026-11-23 10:00")]
    (tally,) = recheck.statistics([customer], checks, lambda customer: customer.collector)
    assert (tally.asked, tally.match, tally.mismatch, tally.false) == (1, 1, 0, 0)


def test_the_method_of_a_site_is_found_by_its_former_name_too():
    site = Site(id="S2611-00000001", name="时间公园", former_names=("公园",), method="stand")
    method = recheck.method_of([site])
    assert [method(a_customer(site=name)) for name in ("时间公园", "公园", "老年大学", "")] == [
        "stand",
        "stand",
        "",
        "",
    ]


def test_a_check_changes_nothing_but_states_and_suspicion():
    before = a_customer(notes=("上次来过",), tags=("A",))
    _check, after = asked(before, "13900000002")
    assert msgspec.structs.replace(after, phones=before.phones, suspect=False) == before


@pytest.mark.parametrize(
    ("ext", "answer", "result"),
    [
        ("1111", "13512345679转1111", "match"),
        ("1111", "13512345679转9999", "mismatch"),
        ("1111", "13512345679", "mismatch"),
        ("", "13512345679转9999", "mismatch"),
    ],
)
def test_an_answer_with_another_extension_is_a_mismatch(ext, answer, result):
    number = Phone(raw="", e164="+8613512345679", kind="mobile", ext=ext)
    check, customer = asked(a_customer(phones=(number,)), answer)
    assert (check.result, customer.suspect) == (result, result == "mismatch")
    assert customer.phones[0].state == {"match": "confirmed", "mismatch": "mismatch"}[result]
    assert check.e164 == "+8613512345679" + answer[11:].replace("转", "-")


def test_only_the_extension_that_was_answered_is_confirmed():
    numbers = tuple(Phone(raw="", e164="+861065881234", kind="landline", ext=ext) for ext in ("801", "802"))
    change = recheck.after_call(a_run(), a_customer(phones=numbers), "reached", "+861065881234-802")
    assert [phone.state for phone in of(change, Customer).phones] == ["", "confirmed"]


def test_a_number_that_looks_made_up_is_marked_until_its_state_is_known():
    made_up = Phone(raw="", e164="+8613800138000", kind="mobile")
    real = Phone(raw="", e164="+8613900541731", kind="mobile")
    wrong = msgspec.structs.replace(made_up, state="wrong")
    numbers = [(real,), (made_up,), (real, made_up), (real, wrong)]
    people = [a_customer(n, phones=phones) for n, phones in enumerate(numbers, 1)]
    assert [item.made_up for item in recheck.due(a_run(), people, ())] == [False, True, True, False]
