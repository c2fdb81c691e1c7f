"""crmkit call, at a desk on Monday 2026-11-23 at 10:00 (`shop`)."""

QIN, LI = "C2611-00000001", "C2611-00000002"


def test_a_call_is_written_down_as_it_was(shop):
    shop.ok("call", "log", "13900000001", "--outcome", "reached", "--duration", "90", "--incoming", "--at", "昨天15:00")
    (call,) = shop.json("call", "list")
    assert (call["customer"], call["name"], call["outcome"]) == (QIN, "秦玉兰", "reached")
    assert (call["duration"], call["direction"], call["by"]) == (90, "in", "LN")
    assert call["at"] == "2026-11-22T15:00:00+08:00"


def test_a_dry_run_writes_nothing(shop):
    shop.ok("call", "log", QIN, "--outcome", "reached", "-n")
    assert shop.json("call", "list") == []


def test_somebody_spoken_with_needs_no_screening(shop):
    shop.ok("call", "log", QIN, "--outcome", "reached")
    assert shop.json("callback", "plan")["counts"]["screened"] == 1


def test_the_list_is_the_newest_first_and_can_be_narrowed(shop):
    shop.ok("call", "log", QIN, "--outcome", "no-answer", "--at", "-2d 9:00")
    shop.ok("--by", "WQ", "call", "log", "--customer", LI, "--outcome", "reached")

    def people(*options):
        return [call["customer"] for call in shop.json("call", "list", *options)]

    assert people() == [LI, QIN]
    assert people(QIN) == [QIN]
    assert people("--since", "yesterday") == [LI]
    assert people("--outcome", "no-answer") == [QIN]
    assert people("--caller", "WQ") == [LI]


def test_what_cannot_be_is_refused(shop):
    assert "has not come yet" in shop.fails(1, "call", "log", QIN, "--outcome", "reached", "--at", "tomorrow 9:00").err
    assert "asleep" in shop.fails(1, "call", "log", QIN, "--outcome", "asleep").err
    assert "length of a call" in shop.fails(1, "call", "log", QIN, "--outcome", "reached", "--duration", "long").err
    assert "has no number" in shop.fails(1, "call", "log", QIN, "--outcome", "reached", "--phone", "13900000002").err
    assert shop.json("call", "list") == []
