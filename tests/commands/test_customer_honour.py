"""crmkit customer tick and honour, at a desk on Monday 2026-11-23 at 10:00."""

QIN, LI = "C2611-00000001", "C2611-00000002"
ALL = ("loves-life", "helps-others", "speaks-well", "supports-cause", "good-effect")


def test_five_ticks_make_an_honour_customer(shop):
    for name in ALL[:4]:
        shop.ok("customer", "tick", QIN, name)
    shop.ok("customer", "tick", LI, "speaks-well", "--note", "在联谊会上讲话")
    assert [(one["id"], one["missing"]) for one in shop.json("customer", "honour")][:1] == [(QIN, ["good-effect"])]
    assert shop.json("customer", "honour", "--complete") == []
    shop.ok("customer", "tick", QIN, "good-effect")
    assert [one["id"] for one in shop.json("customer", "honour", "--complete")] == [QIN]
    one = shop.json("customer", "honour", LI)
    assert (one["honour"], one["ticks"][0]["by"], one["ticks"][0]["note"]) == (False, "LN", "在联谊会上讲话")


def test_ticked_again_nothing_changes_and_a_tick_can_be_taken_away(shop):
    shop.ok("customer", "tick", QIN, "loves-life")
    again = shop.json("customer", "tick", QIN, "loves-life")
    assert (again["counts"], again["run"]) == ({"unchanged": 1}, "")
    assert shop.json("customer", "tick", QIN, "loves-life", "--off")["counts"] == {"unticked": 1}
    assert len(shop.json("customer", "honour", QIN)["missing"]) == 5


def test_a_dry_run_ticks_nothing_and_an_unknown_criterion_is_refused(shop):
    shop.ok("customer", "tick", QIN, "loves-life", "-n")
    assert shop.json("customer", "honour", QIN)["ticks"] == []
    ran = shop.fails(1, "customer", "tick", QIN, "rich")
    assert "CRITERION: rich is not known" in ran.err


def test_a_3a_customer_is_graded_a_ticked_and_has_referred(shop):
    shop.ok("lead", "edit", QIN, "--set", "grade=A")
    shop.ok("customer", "tick", QIN, "wide-circle")
    assert shop.json("customer", "honour", QIN)["missing_3a"] == ["refers-others"]
    shop.ok("lead", "edit", LI, "--set", f"referrer={QIN}")
    assert shop.json("customer", "honour", QIN)["three_a"] is True
    assert [one["id"] for one in shop.json("customer", "honour") if one["three_a"]] == [QIN]


def test_a_tick_can_be_taken_back(shop):
    shop.ok("customer", "tick", QIN, "loves-life")
    shop.ok("undo", "--yes")
    assert shop.json("customer", "honour", QIN)["ticks"] == []
