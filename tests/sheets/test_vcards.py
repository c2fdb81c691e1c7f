"""vCards as telephones and address books export them, from 2.1 to 4.0."""

import pytest

from crmkit.core.collecting.draft import RowKeys
from crmkit.errors import InvalidError
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.headers import parse_mapping
from crmkit.sheets.read.leads import read_leads
from crmkit.sheets.read.tables import opened
from tests.tables import run


def read(path, data):
    """The drafts of a file of vCards."""
    path = path / "contacts.vcf"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    at = run()
    with opened(str(path), at.settings.import_) as source:
        return [one.draft for one in read_leads(at, source, parse_mapping((), {}), Defaults(), RowKeys())]


def card(*lines, version="3.0", end="\r\n"):
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def test_a_card_of_an_iphone(tmp_path):
    (draft,) = read(
        tmp_path,
        card(
            "PRODID:-//Apple Inc.//iPhone OS 17.0//EN", "N:张;秀英;;;", "FN:秀英 张", "ORG:铁路局;退休办;",
            "EMAIL;type=INTERNET;type=HOME:a@b.cn", "TEL;type=CELL;type=VOICE;type=pref:139 0054 1731",
            "item1.TEL:010-65911234", "item1.X-ABLabel:_$!<Other>!$_",
            "ADR;type=HOME:;;青年路1号;朝阳区;北京市;100020;中国", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-01-02",
            r"NOTE:爱唱歌\n周五回电\, 下午", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ", " AAAQABAAD", "UID:7F-1",
        ),
    )  # fmt: skip
    assert (draft.name, draft.email, draft.employer, draft.address) == (
        "张秀英", "a@b.cn", "铁路局", "北京市朝阳区青年路1号",
    )  # fmt: skip
    assert draft.numbers == ("+8613900541731", "+861065911234")
    assert (draft.birthday, draft.external_id) == ("--01-02", "7F-1")
    assert draft.notes == ("爱唱歌 周五回电, 下午", "department: 退休办")


QP = "=E5=BC=A0;=E7=A7=80=E8=8B=B1;;;"  # 张;秀英 in UTF-8


def test_a_card_of_an_old_telephone_in_quoted_printable(tmp_path):
    (draft,) = read(
        tmp_path,
        card(
            f"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{QP}",
            "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=E7=A7=80=", "=E8=8B=B1", "TEL;CELL;PREF:13900541731",
            "TEL;WORK;FAX:01065911235",
            "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=E7=88=B1=E5=94=B1=E6=AD=8C=0A=E4=B8=8B=E5=8D=88",
            version="2.1",
        ),
    )  # fmt: skip
    assert (draft.name, draft.numbers) == ("张秀英", ("+8613900541731",))
    assert draft.notes == ("爱唱歌 下午", "fax: 01065911235")


@pytest.mark.parametrize("charset", ["GB2312", "gbk", "GB18030"])
def test_a_card_in_a_chinese_character_set_is_read(tmp_path, charset):
    packed = "".join(f"={byte:02X}" for byte in "张秀英".encode("gb18030"))
    lines = f"N;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:;{packed};;;", "TEL;CELL:13900541731"
    assert [draft.name for draft in read(tmp_path, card(*lines, version="2.1"))] == ["张秀英"]
    raw = card(f"N;CHARSET={charset}:张;秀英;;;", "TEL;CELL:13900541731", version="2.1").encode("gb18030")
    assert [draft.name for draft in read(tmp_path, raw)] == ["张秀英"]


def test_a_card_of_version_four(tmp_path):
    (draft,) = read(
        tmp_path,
        card(
            "FN:Ann Berry", "N:Berry;Ann;;Ms.;", "GENDER:F", "TEL;VALUE=uri;TYPE=\"voice,cell\":tel:+86-139-0054-1731",
            "TEL;VALUE=uri;TYPE=work:tel:+86-10-65911234;ext=801", "BDAY:19530102", "ANNIVERSARY:--1001",
            "ADR;TYPE=home:;;12 Giblin Street;Bittern;VIC;3918;Australia", "CATEGORIES:choir,tea", "X-WECHAT:ann53",
            "KIND:individual", version="4.0",
        ),
    )  # fmt: skip
    assert (draft.name, draft.sex, draft.birthday, draft.wedding_day) == (
        "Ann Berry",
        "female",
        "1953-01-02",
        "--10-01",
    )
    assert [(phone.e164, phone.ext) for phone in draft.phones] == [("+8613900541731", ""), ("+861065911234", "801")]
    assert (draft.address, draft.wechat) == ("12 Giblin Street Bittern VIC 3918 Australia", "ann53")
    assert draft.tags == ("choir", "tea")


def test_a_folded_line_is_one_and_a_second_address_is_not_joined_to_the_first(tmp_path):
    (draft,) = read(
        tmp_path,
        card(
            "FN:张秀",
            " 英",
            "TEL:139005",
            "\t41731",
            "ADR:;;青年路1号;;;;",
            "ADR;TYPE=WORK:;;建国路2号;;;;",
            "URL:http://x",
        ),
    )
    assert (draft.name, draft.numbers, draft.address) == ("张秀英", ("+8613900541731",), "青年路1号")
    assert draft.notes == ("other address: 建国路2号", "web page: http://x")


def test_many_cards_are_many_rows_in_their_order(tmp_path):
    text = "\ufeff" + "".join(card(f"FN:人{n}", f"TEL:1390054{n:04}", end="\n") for n in range(30))
    read_ = read(tmp_path, text)
    assert [(draft.name, draft.row) for draft in read_] == [(f"人{n}", n + 1) for n in range(30)]


def test_a_card_within_a_card_is_somebody_else(tmp_path):
    inner = ("AGENT:", "BEGIN:VCARD", "FN:刘主管", "TEL:13600136000", "END:VCARD")
    (draft,) = read(tmp_path, card("FN:张秀英", *inner, "TEL:13900541731", version="2.1"))
    assert (draft.name, draft.numbers) == ("张秀英", ("+8613900541731",))


def test_a_card_without_a_number_is_a_row_that_says_so(tmp_path):
    (draft,) = read(tmp_path, card("FN:张秀英", "EMAIL:a@b.cn", "EMAIL:c@d.cn"))
    assert (draft.phones, draft.email, draft.notes) == ((), "a@b.cn", ("other email: c@d.cn",))


def test_a_card_that_does_not_end_is_refused(tmp_path):
    with pytest.raises(InvalidError, match=r"contacts\.vcf: card 2 does not end"):
        read(tmp_path, card("FN:张秀英", "TEL:13900541731") + "BEGIN:VCARD\r\nFN:李")


@pytest.mark.parametrize(
    "line", ["TEL", ":::", "N", "FN;CHARSET=klingon;ENCODING=QUOTED-PRINTABLE:=FF", "NOTE;BASE64:?", ""]
)
def test_a_line_that_means_nothing_stops_nothing(tmp_path, line):
    (draft,) = read(tmp_path, card(line, "N:张;秀英", "TEL:13900541731"))
    assert draft.numbers == ("+8613900541731",)
