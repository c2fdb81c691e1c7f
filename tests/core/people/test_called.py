"""A person as somebody remembers them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.people.called import BEGINS, PART, SOUNDS, WHOLE, beginnings, fit, folded, without_title
from crmkit.core.people.names import syllables
from crmkit.spelling import name_keys

FITS = [
    ("王建国", "王建国", WHOLE), ("王 建 国", "王建国", WHOLE), ("张秀英", "張秀英", WHOLE),
    ("張秀英", "张秀英", WHOLE),
    ("mary lee", "Mary Lee", WHOLE), ("ＭＡＲＹ　ＬＥＥ", "Mary Lee", WHOLE),
    ("wjg", "王建国", SOUNDS), ("WJG", "王建国", SOUNDS), ("wangjianguo", "王建国", SOUNDS),
    ("wangjg", "王建国", SOUNDS),
    ("wang jian guo", "王建国", SOUNDS), ("Wáng Jiànguó", "王建国", SOUNDS), ("wjguo", "王建国", SOUNDS),
    ("王jg", "王建国", SOUNDS), ("zhangxy", "张秀英", SOUNDS), ("zhxy", "张秀英", SOUNDS), ("zxy", "张秀英", SOUNDS),
    ("zengguofan", "曾国藩", SOUNDS), ("cengguofan", "曾国藩", SOUNDS), ("zgf", "曾国藩", SOUNDS),
    ("shanxiongxin", "单雄信", SOUNDS), ("qiufang", "仇芳", SOUNDS), ("xiexiaodong", "解晓东", SOUNDS),
    ("zhaying", "查英", SOUNDS), ("lvbu", "吕布", SOUNDS), ("lubu", "吕布", SOUNDS), ("lyubu", "吕布", SOUNDS),
    ("lǚbù", "吕布", SOUNDS), ("lübu", "吕布", SOUNDS), ("ouyangnana", "欧阳娜娜", SOUNDS),
    ("oynn", "欧阳娜娜", SOUNDS),
    ("sima guang", "司马光", SOUNDS), ("xian", "西安", SOUNDS), ("ml", "Mary Lee", SOUNDS),
    ("abdrhm", "阿不都·热合曼", SOUNDS),
    ("王建", "王建国", BEGINS), ("wj", "王建国", BEGINS), ("wangj", "王建国", BEGINS), ("wangji", "王建国", BEGINS),
    ("欧阳", "欧阳娜娜", BEGINS), ("ouyang", "欧阳娜娜", BEGINS), ("mar", "Mary Lee", BEGINS), ("王", "王建国", BEGINS),
    ("阿不都", "阿不都·热合曼", BEGINS), ("zh", "张秀英", BEGINS),
    ("建国", "王建国", PART), ("jianguo", "王建国", PART), ("jg", "王建国", PART), ("lee", "Mary Lee", PART),
    ("娜娜", "欧阳娜娜", PART), ("nana", "欧阳娜娜", PART),
    ("wjgg", "王建国", None), ("wangjianguoo", "王建国", None), ("李建国", "王建国", None), ("lee", "李娥", None),
    ("wg", "王建国", None), ("marx", "Mary Lee", None), ("", "王建国", None), ("wjg", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "name", "how"), FITS)
def test_how_well_a_name_is_what_was_typed(typed, name, how):
    assert fit(folded(typed), name) == how


@pytest.mark.parametrize(("typed", "name", "how"), [case for case in FITS if case[2] is not None])
def test_the_index_has_it_where_it_is_looked_for(typed, name, how):
    begins = [f"called:{letters}" for letters in beginnings(typed)]
    assert [key for key in name_keys(name) if any(key.startswith(begin) for begin in begins)]


NAMES = st.text("王张李曾单吕欧阳司马建国秀英芳查仇解長區", min_size=2, max_size=4)


@given(NAMES)
def test_every_name_is_found_by_its_pinyin_and_by_its_initials(name):
    said = syllables(name[:1], name[1:])
    for typed in ("".join(said), "".join(syllable[0] for syllable in said), name):
        assert fit(folded(typed), name) in (WHOLE, SOUNDS)
        keys = name_keys(name)
        assert any(key.startswith(f"called:{letters}") for letters in beginnings(typed) for key in keys)


@pytest.mark.parametrize(
    ("typed", "name", "sex"),
    [
        ("王先生", "王", "male"), ("李阿姨", "李", "female"), ("老张", "张", ""), ("欧阳老师", "欧阳", ""),
        ("李建国师傅", "李建国", ""), ("张秀英女士", "张秀英", "female"), ("Mrs Lee", "lee", "female"),
        ("先生", "", ""),
        ("王建国", "", ""),
    ],
)  # fmt: skip
def test_a_title_is_told_from_the_name_and_tells_the_sex(typed, name, sex):
    assert without_title(typed) == (name, sex)


def test_what_can_be_read_in_many_ways_stays_few_questions():
    assert len(beginnings("zhangxiuying" * 4)) < 1000
