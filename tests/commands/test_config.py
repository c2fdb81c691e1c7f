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
