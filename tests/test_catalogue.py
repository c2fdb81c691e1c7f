"""Every message a user can see exists in Chinese."""

import gettext
import re

from tests import catalogue

PLACEHOLDER = re.compile(r"\{[a-z_0-9]*\}")


def test_every_message_is_translated():
    assert catalogue.missing() == []


def test_translations_keep_the_placeholders_of_the_original():
    wrong = [
        message.id
        for message in catalogue.read()
        if message.id and message.string and isinstance(message.id, str)
        if sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(str(message.string)))
    ]
    assert wrong == []


def test_the_compiled_catalogue_says_what_the_po_file_says():
    """Compared by what they say: the compiler writes its own name and version into the bytes."""
    with catalogue.MO.open("rb") as file:
        says = gettext.GNUTranslations(file)
    translated = {m.id: m.string for m in catalogue.read() if m.id and m.string}
    assert len(translated) > 1000
    assert {text: says.gettext(text) for text in translated} == translated


def test_help_and_errors_speak_chinese(crm):
    assert "用法" in crm.ok("--lang", "zh", "--help", process=True).out
    assert crm.fails(1, "site", "show", "nowhere", LANG="zh_CN.UTF-8", process=True).err.startswith("错误")


def test_an_archive_in_chinese_speaks_chinese_where_the_environment_names_no_language(bare, home):
    bare.ok("init", home / "a", "--branch", "BJ", "--lang", "zh")
    assert "错误" in bare.fails(1, "-A", home / "a", "site", "show", "nowhere", LC_ALL="C", process=True).err


def test_keys_stay_english(crm):
    crm.ok("site", "add", "--name", "时间公园")
    (site,) = crm.json("--lang", "zh", "site", "list", process=True)
    assert site["name"] == "时间公园"
    assert "名称" in crm.ok("--lang", "zh", "site", "list", process=True).out
    assert crm.ok("--lang", "zh", "site", "list", "-f", "csv", process=True).lines[0].startswith("id,name,")
