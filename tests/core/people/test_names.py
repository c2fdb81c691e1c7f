import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.people.names import Courtesy, compatible, courtesy, normal, parts, split

HAN_NAMES = st.text(st.sampled_from("王李张刘陈秀英建国淑珍明芳"), min_size=2, max_size=3)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        (" 張 三 ", "张三"),
        ("王\u200b秀\ufeff英", "王秀英"),
        ("阿不都•热合曼", "阿不都·热合曼"),
        ("Ｊｏｈｎ  Smith\t", "john smith"),
        ("秀英 王", "王秀英"),
        ("欧阳 修", "欧阳修"),
        ("不详", ""),
        ("王**", "王"),
        ("", ""),
    ],
)
def test_a_name_is_compared_in_one_form(written, compared):
    assert normal(written) == compared


@pytest.mark.parametrize(
    ("name", "surname", "given"),
    [
        ("王秀英", "王", "秀英"),
        ("欧阳修", "欧阳", "修"),
        ("諸葛亮", "诸葛", "亮"),
        ("司马", "司马", ""),
        ("阿不都·热合曼", "", "阿不都·热合曼"),
        ("Mary Ann Smith", "smith", "mary ann"),
        ("Smith, Mary Ann", "smith", "mary ann"),
    ],
)
def test_a_name_splits_into_surname_and_given_name(name, surname, given):
    assert split(name) == (surname, given)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("张阿姨", Courtesy("张", "", "female")),
        ("王大爷", Courtesy("王", "", "male")),
        ("陈师傅", Courtesy("陈", "", "")),
        ("老王", Courtesy("王", "", "")),
        ("小李", Courtesy("李", "", "")),
        ("周总", Courtesy("周", "", "")),
        ("张姐", Courtesy("张", "", "female")),
        ("李四叔", Courtesy("李", "", "male")),
        ("欧阳女士", Courtesy("欧阳", "", "female")),
        ("李建国先生", Courtesy("李", "建国", "male")),
        ("王秀英（女）", Courtesy("王", "秀英", "female")),
        ("先生", Courtesy("", "", "male")),
        ("王", Courtesy("王", "", "")),
        ("Mrs. Jane Smith", Courtesy("smith", "jane", "female")),
        ("王秀英", None),
        ("王小妹", None),
        ("张三(大)", None),
        ("John Smith", None),
    ],
)
def test_a_title_tells_surname_and_sex(name, expected):
    assert courtesy(name) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("张阿姨", "张秀英"),
        ("張秀英", "张 秀英"),
        ("老王", "王建国"),
        ("王女士", "王阿姨"),
        ("王秀英女士", "王秀英"),
        ("", "王秀英"),
        ("女士", "王秀英"),
        ("John Smith", "SMITH John"),
        ("Wang Xiuying", "wang xiu ying"),
        ("O'Brien Pat", "pat obrien"),
        ("Mr Smith", "John Smith"),
        ("SMITH", "Smith"),
    ],
)
def test_names_of_one_person_are_compatible(a, b):
    assert compatible(a, b)
    assert compatible(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("张阿姨", "张大爷"),
        ("张阿姨", "李秀英"),
        ("王秀英", "王秀兰"),
        ("王秀英", "李秀英"),
        ("李建国老伴", "李建国"),
        ("王秀英(女)", "王秀英(男)"),
        ("John Smith", "Jonh Smith"),
        ("John Smith", "John Baker"),
        ("Smith", "John Smith"),
    ],
)
def test_names_of_two_people_are_not_compatible(a, b):
    assert not compatible(a, b)
    assert not compatible(b, a)


@given(HAN_NAMES, HAN_NAMES)
def test_compatibility_is_symmetric_and_holds_for_a_name_and_itself(a, b):
    assert compatible(a, a)
    assert compatible(a, b) == compatible(b, a)


@given(st.text(max_size=12))
def test_normalising_twice_changes_nothing(name):
    assert normal(normal(name)) == normal(name)


@pytest.mark.parametrize(
    ("name", "relative"),
    [
        ("张秀英", "张秀英妈妈"), ("王建国", "王建国太太"), ("李建国", "李家儿子"), ("张秀英", "张秀英的女儿"),
        ("陈明", "陈明爸爸"), ("刘洋", "刘洋老公"), ("张阿姨", "张秀英妈妈"), ("王先生", "王建国太太"),
        ("赵玉珍", "赵玉珍(女儿)"), ("赵玉珍", "赵玉珍老伴"), ("欧阳娜", "欧阳娜儿媳"), ("孙强", "孙强家属"),
    ],
)  # fmt: skip
def test_a_relative_of_somebody_is_another_person(name, relative):
    assert not compatible(name, relative)
    assert not compatible(relative, name)
    assert compatible(relative, relative)
    assert parts(relative).surname == ""


@pytest.mark.parametrize("courtesy_form", ["王太太", "王奶奶", "王妈妈", "王夫人", "欧阳太太", "王秀英奶奶"])
def test_a_courtesy_form_is_still_the_person(courtesy_form):
    surname = "欧阳" if courtesy_form.startswith("欧") else "王"
    assert parts(courtesy_form).surname == surname
    assert compatible(courtesy_form, f"{surname}秀英")


@pytest.mark.parametrize("name", ["阿依古丽", "扎西", "卓玛", "买买提", "古丽娜尔", "扎西次仁", "乌云其其格", "央金"])
def test_a_name_without_a_surname_has_none(name):
    assert (parts(name).surname, parts(name).given) == ("", name)
