"""`crmkit complaint`, at a desk on Monday 2026-11-23 at 10:00: ten steps, none left out."""

import json

import pytest

QIN, SUN = "C2611-00000001", "C2611-00000004"
OFFER = ("complaint", "offer", "--choice", "退款:200", "--choice", "免费上门保养")


def at(shop, when, *words, code=0):
    """Type a step at that time."""
    now = {"CRMKIT_NOW": f"2026-11-{when}:00+08:00"}
    return shop.json(*words, **now) if not code else shop.fails(code, *words, **now)


def received(shop, *more):
    return at(
        shop, "23 10:00", "complaint", "add", "--customer", QIN, "--facts", "等了三天没人来", "--wish", "退款", *more
    )["ids"][0]


def steps(shop, complaint, *lines):
    """Take steps one after the other: (time, verb, options ...)."""
    for when, noun, verb, *more in lines:
        at(shop, when, noun, verb, complaint, *more)


def shown(shop, complaint, when="30 10:00"):
    return at(shop, when, "complaint", "show", complaint)


UP_TO_THE_OFFER = (
    ("23 10:10", "complaint", "listen", "--note", "原话"),
    ("23 10:20", "complaint", "acknowledge", "--promise", "2026-11-25 12:00"),
    ("23 11:00", "complaint", "assess", "--severity", "高"),
    ("23 12:00", "complaint", "investigate", "--cause", "派工漏了", "--whose", "WQ"),
    ("23 13:00", *OFFER),
)
SETTLED = (
    *UP_TO_THE_OFFER,
    ("23 14:00", "complaint", "agree", "--choice", "1"),
    ("23 15:00", "complaint", "carry-out", "--paid", "200"),
)


def test_a_complaint_is_heard_to_the_end(shop):
    complaint = received(shop)
    assert complaint.startswith("CP2611-")
    assert shown(shop, complaint, "23 10:01")["due_at"] == "2026-11-24T10:00:00+08:00"  # to be acknowledged
    steps(shop, complaint, *UP_TO_THE_OFFER)
    now = shown(shop, complaint, "23 13:00")
    assert (now["state"], now["due_at"][:16], now["offers"]) == (
        "offered",
        "2026-11-25T12:00",
        ["1 退款 (200.00)", "2 免费上门保养"],
    )
    steps(shop, complaint, *SETTLED[-2:])
    (planned,) = [
        one
        for one in shop.json("callback", "list", CRMKIT_NOW="2026-11-23T16:00:00+08:00")
        if one["purpose"] == "complaint"
    ]
    assert (planned["due_at"][:10], planned["about"]) == ("2026-11-26", complaint)
    steps(
        shop,
        complaint,
        ("26 09:00", "complaint", "call-back", "--satisfied", "yes"),
        ("26 10:00", "complaint", "close", "--upheld", "yes", "--lesson", "派工后当天核对"),
    )
    end = shown(shop, complaint)
    assert (end["state"], end["days"], end["promised"], end["paid"]) == ("closed", 3, 20000, 20000)
    assert [step["what"] for step in end["steps"]] == [
        "listen",
        "acknowledge",
        "assess",
        "investigate",
        "offer",
        "agree",
        "carry-out",
        "call-back",
        "close",
    ]
    assert at(shop, "30 10:00", "complaint", "list") == []
    assert [one["id"] for one in at(shop, "30 10:00", "complaint", "list", "--state", "all")] == [complaint]


@pytest.mark.parametrize(
    ("before", "words", "said"),
    [
        ((), OFFER, "is to be acknowledged: that step does not come next"),
        (UP_TO_THE_OFFER[:4], ("complaint", "offer", "--choice", "退款:200"), "an offer has two choices or more"),
        (UP_TO_THE_OFFER, ("complaint", "agree", "--choice", "3"), "there is no choice 3"),
        (
            SETTLED[:-1],
            (
                "complaint",
                "carry-out",
            ),
            "200.00 is to be paid, not 0.00",
        ),
        (SETTLED[:-1], ("complaint", "carry-out", "--paid", "250"), "200.00 is to be paid, not 250.00"),
        (
            (*SETTLED[:-1], ("23 15:00", "complaint", "carry-out", "--paid", "150")),
            ("complaint", "call-back", "--satisfied", "yes"),
            "50.00 of what was promised is not paid",
        ),
        (
            SETTLED,
            ("complaint", "close", "--upheld", "yes", "--lesson", "x"),
            "is to be called back: that step does not come next",
        ),
        (
            (*SETTLED, ("24 09:00", "complaint", "call-back", "--satisfied", "yes")),
            ("complaint", "close", "--upheld", "yes"),
            "a complaint is closed only with a lesson",
        ),
        (
            (*SETTLED, ("24 09:00", "complaint", "call-back", "--satisfied", "yes")),
            ("complaint", "close", "--lesson", "x"),
            "was it upheld?",
        ),
        (
            (*SETTLED, ("24 09:00", "complaint", "call-back", "--satisfied", "no")),
            ("complaint", "close", "--upheld", "no", "--lesson", "x"),
            "the customer is not satisfied",
        ),
        (
            (*SETTLED, ("24 09:00", "complaint", "call-back", "--satisfied", "yes")),
            (
                "complaint",
                "reopen",
            ),
            "that step does not come next",
        ),
        ((), ("complaint", "listen", "--at", "2026-11-23 09:59"), "is before the complaint"),
        ((), ("complaint", "listen", "--at", "2026-12-23 10:00"), "lies in the future"),
        (
            (),
            (
                "complaint",
                "call-back",
            ),
            "was the customer satisfied?",
        ),
    ],
)
def test_a_step_that_does_not_come_next_is_refused_and_nothing_changes(shop, before, words, said):
    complaint = received(shop)
    steps(shop, complaint, *before)
    stands = shown(shop, complaint)
    noun, verb, *more = words
    assert said in at(shop, "27 10:00", noun, verb, complaint, *more, code=1).err
    assert shown(shop, complaint) == stands


def test_it_is_opened_once_more_with_another_offer_and_then_goes_up(shop):
    complaint = received(shop)
    steps(
        shop,
        complaint,
        *SETTLED,
        ("24 09:00", "complaint", "call-back", "--satisfied", "no"),
        ("24 10:00", "complaint", "reopen"),
    )
    assert shown(shop, complaint)["cycle"] == 2
    noun, verb, *same = OFFER
    assert "that was offered before" in at(shop, "24 11:00", noun, verb, complaint, *same, code=1).err
    steps(
        shop,
        complaint,
        ("24 12:00", "complaint", "offer", "--choice", "换新", "--reason", "没有别的办法"),
        ("24 13:00", "complaint", "agree", "--choice", "1"),
        ("24 14:00", "complaint", "carry-out"),
        ("25 09:00", "complaint", "call-back", "--satisfied", "no"),
    )
    again = at(shop, "25 10:00", "complaint", "reopen", complaint, code=1)
    assert "was opened again before" in again.err
    assert f"crmkit complaint escalate {complaint}" in again.err
    steps(shop, complaint, ("25 11:00", "complaint", "escalate", "--note", "报总部"))
    assert (shown(shop, complaint)["state"], shown(shop, complaint)["escalated"]) == ("escalated", True)


def test_whoever_is_not_reached_on_three_days_is_closed_unconfirmed(shop):
    complaint = received(shop)
    steps(shop, complaint, *SETTLED)
    for when in ("24 09:00", "24 15:00", "25 09:00"):
        steps(shop, complaint, (when, "complaint", "call-back", "--outcome", "no-answer"))
    assert (
        "that step does not come next"
        in at(shop, "25 10:00", "complaint", "close", complaint, "--upheld", "no", "--lesson", "x", code=1).err
    )
    steps(
        shop,
        complaint,
        ("26 09:00", "complaint", "call-back", "--outcome", "no-answer"),
        ("26 10:00", "complaint", "close", "--upheld", "no", "--lesson", "x"),
    )
    end = shown(shop, complaint)
    assert (end["state"], end["steps"][-1]["codes"]["not-confirmed"], end["tries"]) == ("closed", "yes", 3)


def test_an_annoyed_call_offers_a_complaint_and_opens_one_only(shop):
    ran = shop.ok("call", "log", QIN, "--outcome", "reached", "--mood", "annoyed", "--note", "等太久")
    call = ran.out.split()[0]
    assert f"crmkit complaint add --about {call}" in ran.err
    first = at(shop, "23 10:30", "complaint", "add", "--about", call, "--facts", "等太久")
    again = at(shop, "23 10:40", "complaint", "add", "--about", call, "--facts", "等太久")
    assert (again["ids"], again["counts"]) == (first["ids"], {"unchanged": 1})
    for new in (("--facts", "还漏水"), ("--facts", "等太久", "--wish", "退款"), ("--facts", "等太久", "--staff", "LN")):
        refused = at(shop, "23 10:50", "complaint", "add", "--about", call, *new, code=1).err
        assert f"{first['ids'][0]} is about that already, and says something else" in refused
        assert f"crmkit complaint listen {first['ids'][0]} --note" in refused
    assert "who complains?" in at(shop, "23 10:40", "complaint", "add", "--facts", "x", code=1).err
    assert "a complaint says what happened" in at(shop, "23 10:40", "complaint", "add", "--customer", QIN, code=1).err


def test_new_facts_in_a_line_about_what_has_a_complaint_come_back_and_the_same_ones_change_nothing(shop, home):
    call = shop.ok("call", "log", QIN, "--outcome", "reached", "--mood", "annoyed").out.split()[0]
    lines = [{"about": call, "facts": facts} for facts in ("等太久", "等太久", "还漏水")]
    stdin = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    ran = shop.fails(5, "complaint", "add", "-", "--rejects", "back.jsonl", "-f", "json", stdin=stdin)
    counts = json.loads(ran.out)["counts"]
    assert (counts["added"], counts["unchanged"], counts["rejected"]) == (1, 1, 1)
    kept = json.loads((home / "back.jsonl").read_text("utf-8"))
    assert (kept["about"], kept["facts"]) == (call, "还漏水")
    assert [one["facts"] for one in shop.json("complaint", "list")] == ["等太久"]


def test_new_facts_about_what_had_a_closed_complaint_open_another_that_follows_it(shop):
    call = shop.ok("call", "log", QIN, "--outcome", "reached", "--mood", "annoyed").out.split()[0]
    about = ("complaint", "add", "--about", call, "--facts")
    (first,) = at(shop, "23 10:00", *about, "等太久")["ids"]
    at(shop, "23 11:00", "complaint", "withdraw", first, "--note", "误会")
    assert f"add --follows {first}" in at(shop, "23 12:00", *about, "还漏水", code=1).err
    (second,) = at(shop, "23 12:00", *about, "还漏水", "--follows", first)["ids"]
    assert at(shop, "23 12:10", *about, "还漏水", "--follows", first)["ids"] == [second]
    at(shop, "23 12:20", "complaint", "escalate", second, "--note", "报总部")
    assert f"crmkit note {QIN} TEXT" in at(shop, "23 12:30", *about, "又漏了", code=1).err
    assert (second == first, shown(shop, second)["follows"]) == (False, first)


def test_whoever_wants_no_contact_may_complain_and_is_called_back(shop):
    complaint = at(shop, "23 10:00", "complaint", "add", "--customer", SUN, "--facts", "还在打电话")["ids"][0]
    steps(shop, complaint, *SETTLED)
    planned = shop.json("callback", "list", CRMKIT_NOW="2026-11-23T16:00:00+08:00")
    assert [one["purpose"] for one in planned if one["customer"] == SUN] == ["complaint"]


def test_what_is_to_be_done_about_it_stands_in_the_day(shop):
    complaint = received(shop)
    (item,) = [one for one in shop.json("due", CRMKIT_NOW="2026-11-24T09:00:00+08:00") if one["kind"] == "complaint"]
    assert (item["id"], item["due_at"][:16], item["late"]) == (complaint, "2026-11-24T10:00", False)
    assert [one["id"] for one in at(shop, "24 11:00", "complaint", "list", "--late")] == [complaint]
    steps(shop, complaint, ("24 12:00", "complaint", "withdraw"))
    assert shown(shop, complaint)["state"] == "withdrawn"


def test_an_upheld_complaint_is_on_the_record_of_whose_it_was(shop):
    complaint = received(shop)
    steps(
        shop, complaint, *SETTLED, ("24 09:00", "complaint", "call-back", "--satisfied", "yes"),
        ("24 10:00", "complaint", "close", "--upheld", "part", "--lesson", "派工后当天核对"),
    )  # fmt: skip
    (mark,) = at(shop, "25 10:00", "staff", "record", "WQ")
    assert (mark["id"], mark["what"], mark["note"]) == (
        f"complaint-upheld:{complaint}", "complaint-upheld", "派工后当天核对"
    )  # fmt: skip


def told(shop, when, *words):
    """What is said of a step on stderr, without the id in front; on stdout stands the id alone."""
    ran = shop.ok(*words, CRMKIT_NOW=f"2026-11-{when}:00+08:00")
    lines = [line for line in ran.err.splitlines() if line.startswith("CP")]
    assert {line.partition(":")[0] for line in lines} == set(ran.lines)
    return [line.partition(": ")[2] for line in lines]


def test_each_step_says_where_the_complaint_is_and_what_comes_next_until_when(shop):
    complaint = received(shop)
    said = [told(shop, when, noun, verb, complaint, *more)[0] for when, noun, verb, *more in SETTLED]
    until = ", until 2026-11-25 Wed 12:00 (in 2 days)"
    assert said == [
        "to be acknowledged; next: crmkit complaint listen or acknowledge, until 2026-11-24 Tue 10:00 (tomorrow)",
        f"acknowledged; next: crmkit complaint assess or investigate{until}",
        f"acknowledged; next: crmkit complaint assess or investigate{until}",
        f"investigated; next: crmkit complaint offer{until}",
        f"offered; next: crmkit complaint agree or offer{until}",
        f"agreed; next: crmkit complaint carry-out{until}",
        "to be called back; next: crmkit complaint call-back, until 2026-11-26 Thu 15:00 (in 3 days)",
    ]
    asked = told(shop, "26 09:00", "complaint", "call-back", complaint, "--satisfied", "no")
    assert asked[0].startswith("called back; next: crmkit complaint reopen or escalate")
    assert told(shop, "26 10:00", "complaint", "withdraw", complaint) == ["withdrawn"]


def test_what_is_paid_in_part_is_told_with_what_is_left_and_never_more_than_was_promised(shop):
    complaint = received(shop)
    steps(shop, complaint, *SETTLED[:-1])
    pay = ("complaint", "carry-out", complaint, "--paid")
    assert told(shop, "23 15:00", *pay, "150")[1:] == ["promised 200.00, paid 150.00, left 50.00"]
    before = shown(shop, complaint)
    assert (before["state"], before["promised"], before["paid"], before["left"]) == ("agreed", 20000, 15000, 5000)
    assert before["next"] == ["carry-out"]
    assert at(shop, "23 16:00", *pay, "50.01", code=1).err.startswith("error: --paid: 50.00 is to be paid, not 50.01\n")
    assert shown(shop, complaint) == before
    assert told(shop, "23 17:00", *pay, "50")[0].startswith("to be called back; next: crmkit complaint call-back")


@pytest.mark.parametrize(("code", "words", "said", "known"), [
    (2, "list --state xx", "--state: there is no state xx", "received, acknowledged, investigated, offered,"),
    (2, "add --facts a --how xx", "--how: there is no way xx to report", "phone, shop, visit, message"),
    (2, "assess {id} --severity xx", "--severity: there is no severity xx", "low, medium, high, safety"),
    (2, "call-back {id} --outcome xx", "--outcome: there is no outcome xx", "reached, no-answer, busy,"),
    (2, "close {id} --upheld xx --lesson a", "--upheld: xx is not yes, part or no", "yes, part, no"),
])  # fmt: skip
def test_a_word_that_is_not_known_is_told_with_its_option_and_those_that_are(shop, code, words, said, known):
    complaint = received(shop)
    typed = [part.format(id=complaint) for part in words.split()]
    typed += ["--customer", QIN] if typed[0] == "add" else []
    error, hint = at(shop, "24 09:00", "complaint", *typed, code=code).err.splitlines()
    assert error == f"error: {said}"
    assert known in hint
    assert shown(shop, complaint)["steps"] == []


def test_a_complaint_for_which_no_day_was_set_stands_in_every_day_until_it_is_over(shop):
    complaint = received(shop)
    steps(
        shop, complaint, ("23 11:00", "complaint", "acknowledge"),
        ("23 12:00", "complaint", "investigate", "--cause", "x"),
        ("23 13:00", "complaint", "offer", "--choice", "退款:200", "--choice", "b"),
        ("23 14:00", "complaint", "agree", "--choice", "1"), ("23 15:00", "complaint", "carry-out", "--paid", "150"),
    )  # fmt: skip

    def told() -> list[tuple[object, ...]]:
        day = shop.json("due", CRMKIT_NOW="2026-11-30T09:00:00+08:00")
        return [(one["id"], one["due_at"], one["late"], one["what"][-28:]) for one in day if one["kind"] == "complaint"]

    assert told() == [(complaint, "", False, "; crmkit complaint carry-out")]
    printed = shop.ok("--lang", "zh", "complaint", "show", complaint, CRMKIT_NOW="2026-11-30T09:00:00+08:00").out
    assert "还应付    50.00" in printed
    assert "已商定 · LN · 选定方案 1" in printed
    assert shown(shop, complaint)["left"] == 5000
    steps(shop, complaint, ("30 10:00", "complaint", "withdraw"))
    assert told() == []


def test_a_complaint_and_the_call_about_it_have_names_of_their_own_and_a_number_that_can_be_dialled(shop):
    complaint = received(shop)
    now = {"CRMKIT_NOW": "2026-11-25T09:00:00+08:00", "COLUMNS": "300"}

    def line(*words):
        (told,) = [one for one in shop.ok("--lang", "zh", *words, **now).lines if complaint in one]
        return told.split()

    assert "投诉" in line("customer", "show", QIN)
    assert "投诉" in line("due")
    steps(shop, complaint, *SETTLED)
    (call,) = [one for one in shop.ok("--lang", "zh", "callback", "list", **now).lines if "投诉" in one]
    assert "投诉回访" in call.split()
    number = shop.json("complaint", "list", **now)[0]["phone"]
    assert number.startswith("+86")
    assert number.removeprefix("+86") in line("complaint", "list")


def test_a_refused_step_calls_the_state_as_the_list_does(shop):
    complaint, now = received(shop), {"CRMKIT_NOW": "2026-11-23T11:00:00+08:00"}
    refused = shop.fails(1, "--lang", "zh", *OFFER[:2], complaint, *OFFER[2:], **now).err
    assert "待受理" in refused and "已收到" not in refused
    assert "待受理" in shop.ok("--lang", "zh", "complaint", "list", **now).out


def test_what_is_offered_is_shown_as_it_was_typed_even_where_it_is_the_code_of_something(shop):
    complaint = received(shop)
    offer = ("23 13:00", "complaint", "offer", "--choice", "b", "--choice", "gift")
    steps(shop, complaint, *UP_TO_THE_OFFER[:-1], offer)
    shown = shop.ok("--lang", "zh", "complaint", "show", complaint, CRMKIT_NOW="2026-11-23T14:00:00+08:00").out
    assert "b · gift" in shown
