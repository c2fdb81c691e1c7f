"""crmkit message, at a desk on Monday 2026-11-23 at 10:00."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from crmkit.records import Callback, Event, Invitation
from crmkit.records.customer import Consent
from tests.core import desk

QIN, LI, LIU, SUN = (f"C2611-0000000{n}" for n in (1, 2, 3, 4))


def greeting(number, customer, state=""):
    due = desk.at("2026-11-23 08:00")
    return Callback(
        id=f"B2611-{number:08}", customer=customer, purpose="greeting", due_at=due, planned_for=due, state=state
    )


@pytest.fixture
def party(shop):
    """It is everybody's birthday; two of the four may get a message."""
    shop.put(
        desk.a_customer(1, phones=(desk.a_phone(1, "confirmed"),), birthday="1953-11-23", grade="A", owner="WQ"),
        desk.a_customer(
            2, phones=(desk.a_phone(2, "confirmed"),), name="李建国", sex="male", age_about=70,
            birthday="lunar:1950-10-15", address="北京市朝阳区1号",
        ),
        desk.a_customer(3, phones=(desk.a_phone(3, "mismatch"),), name="刘国庆", suspect=True, birthday="1953-11-23"),
        desk.a_customer(4, name="孙美玲", do_not_contact=("all",), birthday="1953-11-23"),
    )  # fmt: skip
    return shop


def own_template(shop, **fields):
    """Add a template to archive.toml by hand."""
    known = {"name": "own", "occasion": "birthday", "lang": "en", "text": "{branch}: {name}"} | fields
    lines = "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in known.items())
    path = shop.archive / "archive.toml"
    path.write_text(path.read_text("utf-8") + f"\n[[message.templates]]\n{lines}\n", "utf-8")


def test_a_row_for_each_person_who_may_get_one(party):
    ran = party.ok("message", "render", "birthday", "-f", "json")
    assert [(row["customer"], row["phone"], row["national"]) for row in ran.json] == [
        (QIN, "+8613900000001", "13900000001"),
        (LI, "+8613900000002", "13900000002"),
    ]
    assert ran.json[1]["text"].startswith("北京分部: Dear 李叔叔, many happy returns")
    assert ran.err.strip() == "rendered 2, unchanged 0, suspect 1, do-not-contact 1"


def test_only_some_of_them(party):
    def who(*options):
        return [row["customer"] for row in party.json("message", "render", "birthday", *options)]

    assert who("--grade", "A") == who("--owner", "WQ") == who("--customer", QIN) == [QIN]
    assert who("--on", "2026-11-24") == who("--tag", "choir") == []


def test_recorded_once_and_then_unchanged(party, tmp_path):
    first = party.json("message", "render", "birthday", "-o", tmp_path / "a.csv", "--record")
    assert first["counts"] == {"recorded": 2, "unchanged": 0, "suspect": 1, "do-not-contact": 1}
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["customer"] for row in csv.DictReader(file)] == [QIN, LI]
    again = party.json("message", "render", "birthday", "-o", tmp_path / "b.csv", "--record")
    assert (again["run"], again["counts"]["recorded"], again["counts"]["unchanged"]) == ("", 0, 2)
    with (tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as file:  # empty: yesterday's must not lie there
        assert list(csv.DictReader(file)) == []
    assert party.json("message", "sent", tmp_path / "b.csv")["counts"]["rows"] == 0
    listed = {(one["customer"], one["occasion"], one["by"]) for one in party.json("message", "list")}
    assert listed == {(QIN, "birthday:2026", "LN"), (LI, "birthday:2026", "LN")}


def test_a_dry_run_records_and_writes_nothing(party, tmp_path):
    assert (
        party.json("message", "render", "birthday", "-o", tmp_path / "a.csv", "--record", "-n")["counts"]["recorded"]
        == 2
    )
    assert party.json("message", "list") == []
    assert list(tmp_path.glob("*.csv")) == []


def test_the_file_of_a_gateway_comes_back_as_sent(party, tmp_path):
    files = [tmp_path / "a.csv", tmp_path / "a.jsonl"]
    for file in files:
        party.ok("message", "render", "birthday", "-o", file)
    counts = [party.json("message", "sent", file)["counts"] for file in files]
    nothing_wrong = {"failed": 0, "rejected": 0}
    assert counts == [
        {"rows": 2, "recorded": 2, "unchanged": 0, **nothing_wrong},
        {"rows": 2, "recorded": 0, "unchanged": 2, **nothing_wrong},
    ]
    rendered = {json.loads(line)["text"] for line in files[1].read_text("utf-8").splitlines()}
    assert {one["text"] for one in party.json("message", "list")} == rendered


def as_workbook(rendered: str, path: Path) -> None:
    """As a gateway returns it: a line about the job above, what was a number text no more."""
    book = openpyxl.Workbook()
    book.active.append(["Job 17 of 2026-11-23"])
    book.active.append([])
    for cells in csv.reader(io.StringIO(rendered)):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in cells])
    book.create_sheet("Log").append(["nothing to see"])
    book.save(path)


def as_lines(rendered: str) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in csv.DictReader(io.StringIO(rendered)))


SAVED = {  # as spreadsheets and gateways save the list that went out
    "gb18030.csv": lambda text, path: path.write_bytes(text.encode("gb18030")),
    "utf16.csv": lambda text, path: path.write_bytes(text.encode("utf-16")),
    "bom.csv": lambda text, path: path.write_bytes(text.encode("utf-8-sig").replace(b"\n", b"\r\n")),
    "bom in gb18030.csv": lambda text, path: path.write_bytes(("\ufeff" + text).encode("gb18030")),
    "bom twice in utf16.jsonl": lambda text, path: path.write_bytes(("\ufeff" + as_lines(text)).encode("utf-16")),
    "semicolons.csv": lambda text, path: path.write_bytes(text.replace(",", ";").encode()),
    "semicolons16.csv": lambda text, path: path.write_bytes(text.replace(",", ";").encode("utf-16")),
    "tabs.txt": lambda text, path: path.write_bytes(text.replace(",", "\t").encode("gb18030")),
    "book.xlsx": as_workbook,
}


@pytest.mark.parametrize("name", SAVED)
def test_the_list_comes_back_as_a_spreadsheet_or_a_gateway_saved_it(party, tmp_path, name):
    own_template(party, text="{branch}：{name}，祝您生日快乐", lang="zh")
    rendered = party.ok("message", "render", "birthday", "--template", "own", "-f", "csv").out
    SAVED[name](rendered, tmp_path / name)
    wanted = {"rows": 2, "recorded": 2, "unchanged": 0, "failed": 0, "rejected": 0}
    assert party.json("message", "sent", tmp_path / name)["counts"] == wanted
    texts = {row["text"] for row in csv.DictReader(io.StringIO(rendered))}
    assert len(texts) == 2
    assert {one["text"] for one in party.json("message", "list")} == texts


def test_big5_is_read_when_named(party, tmp_path):
    (tmp_path / "a.csv").write_bytes(f"customer,occasion,text\n{LI},birthday:2026,生日快樂\n".encode("big5"))
    party.ok("message", "sent", tmp_path / "a.csv", "--encoding", "big5")
    assert party.json("message", "list")[0]["text"] == "生日快樂"


def test_a_list_for_excel_begins_with_the_mark_of_utf_8_and_what_is_piped_does_not(party, tmp_path):
    party.ok("message", "render", "birthday", "-o", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfcustomer,")
    assert party.ok("message", "render", "birthday", "-f", "csv").out.startswith("customer,")
    party.ok("message", "render", "birthday", "-o", tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_bytes().startswith(b"{")


def test_a_row_with_a_cell_too_many_is_refused_by_its_number_in_the_file(party, tmp_path):
    lines = ["customer,occasion,text", "", f"{LI},birthday:2026,生日,快乐", f"{QIN},birthday:2026,生日快乐"]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    ran = party.fails(5, "message", "sent", tmp_path / "a.csv", "-f", "json")
    assert json.loads(ran.out)["counts"]["recorded"] == 1
    assert "line 3: there is no field" in ran.err


def test_lines_in_gb18030_are_read_from_standard_input(party):
    line = json.dumps({"customer": LI, "occasion": "birthday:2026", "text": "生日\u2028快乐"}, ensure_ascii=False)
    ran = party("message", "sent", "-", stdin=line.replace("\u2028", "").encode("gb18030"))
    assert (ran.code, party.json("message", "list")[0]["text"]) == (0, "生日快乐")


def test_lines_on_standard_input_are_counted_for_whoever_sends(party):
    rendered = party.ok("message", "render", "birthday", "-f", "jsonl").out
    assert party.json("--by", "WQ", "message", "sent", "-", stdin=rendered)["counts"]["recorded"] == 2
    assert [one["by"] for one in party.json("message", "list", "--staff", "WQ")] == ["WQ", "WQ"]
    assert party.json("message", "list", "--staff", "LN") == []


def test_bad_lines_are_refused_each_with_its_reason_and_good_ones_taken(party, tmp_path):
    good = {"customer": LI, "occasion": "birthday:2026", "text": "生日快乐", "phone": "13900000002"}
    lines = [
        good,
        {**good, "customer": "C2611-99999999"},
        {**good, "occasion": "easter:2026"},
        {**good, "text": ""},
        {**good, "phone": "13912345678"},
        {**good, "colour": "red"},
        {**good, "status": "lost"},
        {**good, "customer": QIN, "phone": "", "status": "failed"},
    ]
    stdin = "\n".join(json.dumps(line) for line in lines)
    ran = party.fails(5, "message", "sent", "-", "--rejects", tmp_path / "r.jsonl", "-f", "json", stdin=stdin)
    assert json.loads(ran.out)["counts"] == {"rows": 8, "recorded": 1, "unchanged": 0, "failed": 1, "rejected": 6}
    reasons = [json.loads(line)["error"] for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()]
    wanted = ("C2611-99999999", "easter:2026", "the text is missing", "13912345678", "colour", "lost")
    assert [word in reason for word, reason in zip(wanted, reasons, strict=True)] == [True] * 6


def test_a_file_that_cannot_be_read_is_refused(party, tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe")
    said = {"a.txt": "has no row that names the column customer", "a.csv": "", "none.csv": "no file"}
    for name, words in said.items():
        assert words in party.fails(1, "message", "sent", tmp_path / name).err
    party.fails(1, "message", "sent", "-")


def test_the_greeting_call_of_the_day_is_done_and_nobody_greeted_by_telephone_gets_a_message(party, tmp_path):
    party.put(greeting(1, QIN), greeting(2, LI, state="done"))
    counts = party.json("message", "render", "birthday", "-o", tmp_path / "a.csv", "--record")["counts"]
    assert (counts["recorded"], counts["unchanged"]) == (1, 1)
    (message,) = party.json("message", "list", "--customer", QIN)
    assert message["callback"] == "B2611-00000001"
    states = {one["id"]: one["state"] for one in party.json("callback", "list", "--state", "all")}
    assert states["B2611-00000001"] == "done"


def test_sending_can_be_taken_back(party, tmp_path):
    party.put(greeting(1, QIN))
    party.ok("message", "render", "birthday", "-o", tmp_path / "a.csv", "--record")
    party.ok("undo", "--yes")
    assert party.json("message", "list") == []
    (callback,) = party.json("callback", "list", "--purpose", "greeting")
    assert callback["state"] == "open"


def test_festivals_seasons_and_letters(party):
    ran = party.ok("message", "render", "festival", "--on", "2026-09-25", "-f", "json")
    assert {row["occasion"] for row in ran.json} == {"festival:mid-autumn:2026"}
    assert "Mid-Autumn Festival" in ran.json[0]["text"]
    assert [row["occasion"] for row in party.json("message", "render", "season")] == ["season:2026-Q4"] * 2
    party.ok("lead", "edit", LI, "--set", "grade=B", "--set", "collected_at=2026-01-10 09:00")
    (letter,) = party.json("message", "render", "letter")
    assert (letter["customer"], letter["channel"], letter["address"]) == (LI, "letter", "北京市朝阳区1号")


def test_an_event_s_guests_get_its_invitation_if_they_agreed_to_marketing(party):
    starts = desk.at("2026-12-05 09:30")
    agreed = Consent(purpose="marketing", given_at=desk.NOW)
    party.put(
        Event(id="G2611-00000001", code="1205A", name="冬季联谊会", starts_at=starts, place="市文化宫"),
        Invitation(id="N2611-00000001", event_id="G2611-00000001", customer=QIN, number="1205A-001"),
        Invitation(id="N2611-00000002", event_id="G2611-00000001", customer=LI, number="1205A-002"),
        desk.a_customer(1, phones=(desk.a_phone(1, "confirmed"),), consents=(agreed,)),
    )
    ran = party.ok("message", "render", "event-invitation", "--event", "1205A", "-f", "json")
    (row,) = ran.json
    assert (row["customer"], row["occasion"]) == (QIN, "event-invitation:1205A")
    assert "冬季联谊会, 5 December 09:30, 市文化宫. Your invitation is 1205A-001" in row["text"]
    assert "no-consent 1" in ran.err
    party.fails(2, "message", "render", "birthday", "--event", "1205A")


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (1, ("easter",)),
        (1, ("festival",)),
        (2, ("event-invitation",)),
        (1, ("event-thanks", "--event", "1205A")),
        (2, ("thanks",)),
        (2, ("birthday", "--record")),
        (2, ("birthday", "-n")),
        (1, ("birthday", "--template", "season-en")),
        (1, ("birthday", "-o", "a.xlsx")),
        (1, ("birthday", "--grade", "Z")),
        (1, ("birthday", "--customer", "C2611-99999999")),
    ],
)
def test_what_cannot_be_rendered_is_refused(party, code, arguments):
    party.fails(code, "message", "render", *arguments)


def test_a_template_that_fails_the_lint_is_not_sent(party, tmp_path):
    own_template(party, text="{branch}: {name}, buy now, {colour}")
    ran = party.fails(1, "message", "render", "birthday", "--template", "own", "-o", tmp_path / "a.csv", "--record")
    assert "template own: there is no field {colour}" in ran.err
    assert list(tmp_path.glob("*.csv")) == []
    problems = party.json("message", "lint")
    assert [one["template"] for one in problems] == ["own", "own"]
    assert party.ok("message", "lint").code == 0
    party.fails(1, "message", "lint", "--exit-code")


def test_the_templates_are_listed_with_their_length(party):
    own_template(party, text="{branch}: {colour}")
    listed = {one["name"]: one for one in party.json("message", "templates")}
    assert (listed["birthday-zh"]["parts"], listed["letter-zh"]["parts"], listed["own"]["parts"]) == (1, None, None)
    named = [one["name"] for one in party.json("message", "templates", "--occasion", "season")]
    assert named == ["season-zh", "season-en"]


def test_an_archive_in_chinese_writes_chinese(party):
    path = party.archive / "archive.toml"
    path.write_text(path.read_text("utf-8").replace('lang = "en"', 'lang = "zh"'), "utf-8")
    (row,) = party.json("message", "render", "birthday", "--customer", QIN)
    assert row["text"] == "【北京分部】秦玉兰，今天是您的生日，祝您生日快乐，身体健康，阖家幸福！"
    (row,) = party.json("message", "render", "festival", "--on", "2026-09-25", "--customer", QIN, "--lang", "en")
    assert "中秋节" in row["text"]


def test_what_is_no_occasion_has_no_templates(shop):
    assert "one of: birthday" in shop.fails(2, "message", "templates", "--occasion", "party").err


def test_a_text_with_a_character_that_a_terminal_would_obey_was_never_sent(shop):
    lines = [
        {"customer": "13900000001", "occasion": "letter:2026-11", "text": text} for text in ("您好\n李娜", "\x1b[2J")
    ]
    ran = shop.fails(5, "message", "sent", "-", "-f", "json", stdin="".join(json.dumps(one) + "\n" for one in lines))
    assert "line 2: text: a control character (U+001B)" in ran.err
    assert [one["text"] for one in shop.json("message", "list")] == ["您好\n李娜"]


def test_a_message_typed_by_hand_is_counted_once(party):
    typed = ("message", "sent", QIN, "--occasion", "letter:2026-11", "--text", "您好", "--channel", "letter")
    assert [party.json(*typed)["counts"]["recorded"] for _again in range(2)] == [1, 0]
    (message,) = party.json("message", "list", "--customer", QIN)
    assert (message["channel"], message["text"], message["by"]) == ("letter", "您好", "LN")
    assert "--text is missing" in party.fails(2, "message", "sent", QIN, "--occasion", "letter:2026-11").err
