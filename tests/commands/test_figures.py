"""`crmkit report figures`."""

import openpyxl

from tests.commands.conftest import FRI, THU, WED, Counter

NOVEMBER = ("--period", "2026-11")


def a_month(counter: Counter) -> tuple[str, str]:
    """Two tickets: one answered in time and solved by telephone, one answered too late and charged too much."""
    one = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "solve", one, "--cause", "wear", "--how", "phone", "--by", "ZW")
    counter.at(f"{THU} 10:00", "ticket", "follow-up", one, "--solved", "yes", "--on-time", "no", "--attitude", "5",
               "--skill", "3", "--charged", "0")  # fmt: skip
    two = counter.report(f"{WED} 12:00")
    counter.at(f"{WED} 15:00", "ticket", "work", two, "--charge", "TRIP", "--taken", "80", "--by", "ZW")
    counter.at(f"{WED} 15:30", "ticket", "solve", two, "--cause", "misuse", "--by", "ZW", "--how", "visit")
    return one, two


def test_a_figure_has_its_fields_and_its_records(counter):
    one, two = a_month(counter)
    (row,) = counter.at(f"{FRI} 10:00", "report", "figures", "kept-reply", *NOVEMBER)
    assert [row[name] for name in ("figure", "numerator", "denominator", "share")] == ["kept-reply", 1, 2, 0.5]
    assert row["window"] == "stopped in time or run out in the period; first cycle"
    assert row["excluded"].startswith("not due yet, waiting for the customer")
    assert (row["small"], row["provisional"], row["changed"]) == (False, 0, None)
    records = counter.at(f"{FRI} 10:00", "report", "figures", "kept-reply", *NOVEMBER,
                         "--records", "numerator,denominator")  # fmt: skip
    assert [(one["part"], one["id"], one["staff"]) for one in records] == [
        ("numerator", one, "ZW"), ("denominator", one, "ZW"), ("denominator", two, "LN"),
    ]  # fmt: skip
    assert {one["name"] for one in records} == {"陈玉珍"}
    ids = counter.ok("report", "figures", "kept-reply", *NOVEMBER, "--records", "numerator", "-f", "ids",
                     CRMKIT_NOW=f"{FRI}T10:00:00+08:00")  # fmt: skip
    assert ids.lines == [one]


def test_the_figures_are_those_of_ticket_figures(counter):
    a_month(counter)
    rows = counter.at(f"{FRI} 10:00", "report", "figures", *NOVEMBER)
    others = counter.at(f"{FRI} 10:00", "ticket", "figures", "--since", "2026-11-01", "--until", "2026-11-30")
    known = {one["measure"]: one for one in others}
    both = [row for row in rows if row["figure"] in known]
    assert len(both) > 25
    for row in both:
        one = known[row["figure"]]
        of = one["count"] if row["unit"] == "days" else one["whole"]
        top = one["days"] if row["unit"] == "days" else one["count"]
        assert (row["numerator"], row["denominator"]) == (top, of), row["figure"]
        assert row["amount"] in (one["amount"], None)


def test_by_staff_it_is_whoever_did_the_step(counter):
    a_month(counter)
    rows = counter.at(f"{FRI} 10:00", "report", "figures", "kept-reply", *NOVEMBER, "--by", "staff")
    assert [(row["staff"], row["numerator"], row["denominator"]) for row in rows] == [("LN", 0, 1), ("ZW", 1, 1)]
    (row,) = counter.at(f"{FRI} 10:00", "report", "figures", "overcharged", *NOVEMBER, "--by", "model")
    assert (row["model"], row["numerator"], row["amount"], row["denominator"]) == ("灶", 1, 5000, None)
    records = counter.at(f"{FRI} 10:00", "report", "figures", "overcharged", *NOVEMBER, "--by", "staff",
                         "--records", "numerator")  # fmt: skip
    assert [(row["staff"], row["amount"]) for row in records] == [("ZW", 5000)]


def test_what_does_not_fit_is_refused_with_a_sentence(counter):
    now = f"{FRI} 10:00"
    told = [
        counter.at(now, "report", "figures", *words, code=2).err
        for words in (
            ("complaint-rate", "--by", "staff"), ("kept-reply", "--by", "weather"), ("happiness",), ("--by", "staff"),
            ("kept-reply", "--records", "middle"), ("kept-reply", "--period", "2026-11-20..2026-11-10"),
        )
    ]  # fmt: skip
    assert "complaint-rate is not counted by staff: not all of its records say it" in told[0]
    assert "one of: source, site" in told[0]
    assert "figures are not counted by weather" in told[1]
    assert "there is no figure happiness" in told[2]
    assert "of which figure?" in told[3]
    assert "a figure has no middle" in told[4]
    assert "ends on 2026-11-10, before it begins on 2026-11-20" in told[5]


def test_in_a_table_a_share_says_n_of_n_and_nothing_is_a_dash(counter):
    a_month(counter)
    now = {"CRMKIT_NOW": f"{FRI}T10:00:00+08:00", "COLUMNS": "300"}
    told = counter.ok("--lang", "en", "report", "figures", *NOVEMBER, **now).out
    line = {text.split()[0]: text for text in told.splitlines()}
    assert "1/2 = 50.0%" in line["kept-reply"]
    assert "0/1 = 0.0%" in line["said-on-time"] and "few answers" in line["said-on-time"]
    assert "—" in line["first-time"] and "%" not in line["first-time"]
    assert "1: 50.00 yuan" in line["refund-owed"]
    chinese = counter.ok("--lang", "zh", "report", "figures", "kept-reply", *NOVEMBER, **now).out
    assert "按时答复" in chinese and "1/2 = 50.0%" in chinese


def test_in_a_table_what_no_record_says_is_named_and_each_title_is_chinese(counter):
    counter.report()
    now = {"CRMKIT_NOW": f"{FRI}T10:00:00+08:00", "COLUMNS": "300"}
    faults = ("report", "faults", "--by", "cause")
    assert "（未填）" in counter.ok("--lang", "zh", *faults, **now).lines[2]
    assert "(not given)" in counter.ok("--lang", "en", *faults, **now).lines[2]
    assert counter.ok(*faults, "-f", "csv", **now).lines[1].startswith(",1,")
    by_cause = ("report", "figures", "tickets", *NOVEMBER, "--by", "cause")
    assert "（未填）" in counter.ok("--lang", "zh", *by_cause, **now).lines[2]
    records = ("report", "figures", "kept-reply", *NOVEMBER, "--records", "denominator")
    heads = {"基数": ("ticket", "figures"), "分子或分母": records}
    for title, words in heads.items():
        told = counter.ok("--lang", "zh", *words, **now)
        assert title in told.lines[0].split()
    assert told.lines[2].split()[0] == "分母"


def test_a_step_written_down_later_changes_its_month_and_that_is_said(counter):
    ticket = counter.report()
    before = counter.at("2026-12-01 09:00", "report", "figures", "kept-reply", *NOVEMBER)
    counter.at("2026-12-05 09:00", "ticket", "reply", ticket, "--at", f"{WED} 11:00", "--by", "ZW")
    (after,) = counter.at("2026-12-05 10:00", "report", "figures", "kept-reply", *NOVEMBER)
    assert [(row["numerator"], row["denominator"]) for row in (*before, after)] == [(0, 1), (1, 1)]
    assert (after["changed"]["numerator"], after["changed"]["denominator"]) == (0, 1)
    (step,) = after["changed"]["ids"]
    done = counter.ok("--lang", "en", "report", "figures", "kept-reply", *NOVEMBER,
                      CRMKIT_NOW="2026-12-05T10:00:00+08:00")  # fmt: skip
    assert f"what was written down after the period changed its figures: {step}" in done.err
    assert "was 0/1 = 0.0%" in done.out
    (other,) = counter.at("2026-12-05 10:00", "report", "figures", "tickets", *NOVEMBER)
    assert other["changed"] is None


def test_a_period_is_a_day_a_week_a_month_a_year_or_from_until(counter):
    a_month(counter)
    for typed, count in (("2026-11-18", 2), ("2026-W47", 2), ("2026-11", 2), ("今年", 2), ("last", 0),
                         ("2026-11-19..2026-11-30", 0), ("2026-10-01..2026-11-18", 2)):  # fmt: skip
        (row,) = counter.at(f"{FRI} 10:00", "report", "figures", "tickets", "--period", typed)
        assert row["numerator"] == count, typed
    (row,) = counter.at(f"{FRI} 10:00", "report", "figures", "tickets")
    assert row["numerator"] == 2


def test_the_workbook_of_a_past_month_says_what_was_written_down_later(counter):
    ticket = counter.report()
    counter.at("2026-12-05 09:00", "ticket", "reply", ticket, "--at", f"{WED} 11:00", "--by", "ZW")
    now = {"CRMKIT_NOW": "2026-12-05T10:00:00+08:00"}
    done = counter.ok("--lang", "en", "report", "month", "2026-11", "-o", "november.xlsx", **now)
    assert "what was written down after the period changed its figures: ST2612-" in done.err
    cover = [[cell.value for cell in row] for row in openpyxl.load_workbook(counter.home / "november.xlsx")["Cover"]]
    (start,) = [number for number, row in enumerate(cover) if row[0] == "As it was when the period ended"]
    former = {row[0]: row[4:7] for row in cover[start + 1 :]}
    assert former["Replies in time, of those promised"] == [0, 1, 0]
    told = {row[0]: row[4:7] for row in cover[:start]}
    assert told["Replies in time, of those promised"] == [1, 1, 1]
    figures = counter.ok("--lang", "en", "ticket", "figures", "--until", "2026-11-30", **now)
    assert "what was written down after the period changed its figures: ST2612-" in figures.err
    december = counter.ok("--lang", "en", "report", "month", "2026-12", "-o", "december.xlsx", **now)
    assert "written down after" not in december.err
