"""`crmkit config`."""


def sources(crm):
    return {row["key"]: (row["value"], row["source"]) for row in crm.json("config", "--show")}


def test_shows_every_setting_with_its_source(crm):
    shown = sources(crm)
    assert shown["archive"][1] == "CRMKIT_ARCHIVE"
    assert shown["now"][1] == "CRMKIT_NOW"
    assert shown["archive.branch"] == ("BJ", "archive.toml")
    assert shown["card.reply"] == (2, "default")
    assert shown["operator"][0] == "LN"


def test_sets_a_value_keeps_comments_and_is_a_run(crm, archive):
    before = (archive / "archive.toml").read_text()
    crm.ok("config", "--set", "card.reply=4", "--set", "dedupe.shared_numbers=010-12345678")
    after = (archive / "archive.toml").read_text()
    assert sources(crm)["card.reply"] == (4, "archive.toml")
    assert all(line in after for line in before.splitlines() if line.startswith("#"))
    assert "config set" in crm.ok("status", "-f", "json").out or crm.json("status")["history_pending"] == 0


def test_the_operator_belongs_to_the_clone_and_is_not_committed(crm, archive):
    crm.ok("config", "--set", "operator=WQ")
    assert crm.json("status")["operator"] == "WQ"
    assert "WQ" not in (archive / "archive.toml").read_text()
    assert "not an operator code" in crm.fails(1, "config", "--set", "operator=w q").err


def test_refuses_an_unknown_key_and_a_value_that_does_not_fit(crm, archive):
    before = (archive / "archive.toml").read_bytes()
    assert "there is no setting" in crm.fails(1, "config", "--set", "card.replyy=4").err
    assert "does not fit" in crm.fails(1, "config", "--set", "card.reply=soon").err
    assert crm.fails(2, "config", "--set", "card.reply").code == 2
    assert (archive / "archive.toml").read_bytes() == before


def test_a_dry_run_writes_nothing(crm, archive):
    before = (archive / "archive.toml").read_bytes()
    crm.ok("config", "--set", "card.reply=4", "-n")
    assert (archive / "archive.toml").read_bytes() == before


def test_a_mistake_in_the_settings_file_is_one_sentence(crm, archive):
    with (archive / "archive.toml").open("a") as file:
        file.write("[card]\nreply = ")
    assert "archive.toml" in crm.fails(1, "status").err


def test_a_list_is_typed_as_in_the_file_or_with_commas(crm, archive):
    for typed in ('card.working=["solution","solved"]', "card.working=solution, solved"):
        crm.ok("config", "--set", typed)
        assert 'working = ["solution", "solved"]' in (archive / "archive.toml").read_text()
        assert sources(crm)["card.working"] == (["solution", "solved"], "archive.toml")
        crm.ok("config", "--set", "card.working=[]")
    crm.ok("config", "--set", 'archive.name="一分部"', "--set", "report.chart=no", "--set", "event.old_per_new=1.5")
    shown = sources(crm)
    assert (shown["archive.name"][0], shown["report.chart"][0]) == ("一分部", False)
    assert shown["event.old_per_new"][0] == 1.5


def test_a_setting_is_checked_when_it_is_set_and_when_it_is_read(crm, archive):
    before = (archive / "archive.toml").read_bytes()
    for typed, hint in (
        ("card.working=soltion", "one of: follow_up, reply, solution, solved"),
        ('card.working=["solution"', "one of: follow_up"),
        ("card.reply=-1", "a number from 1 on; the default is 2"),
        ("card.reply=2.5", "a number from 1 on"),
        ("event.eve_from=25:00", 'the default is "18:00"'),
        ("phone.mobil=130", "did you mean phone.mobile?"),
        ("plan.visit_notice_days=3", "there is no setting plan.visit_notice_days"),
        ("report.chart=maybe", "the default is true"),
    ):
        refused = crm.fails(1, "config", "--set", typed)
        assert hint in refused.err, typed
        assert (archive / "archive.toml").read_bytes() == before
    text = before.decode().replace("[card] ", '[card]\nworking = ["soltion"]  ', 1)
    (archive / "archive.toml").write_text(text)
    assert 'archive.toml: card.working = ["soltion"] does not fit' in crm.fails(1, "lead", "list").err
