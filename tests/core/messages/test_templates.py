"""What must not stand in a message template, and which template serves an occasion."""

import msgspec
import pytest

from crmkit.core.messages.templates import check, choose, lint, mentioned
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.records.rows import MessageTemplate
from tests.core import desk


def a_run(*templates, lang="zh", name="北京分部", hotline="", **message):
    settings = msgspec.structs.replace(
        desk.SETTINGS,
        archive=msgspec.structs.replace(desk.SETTINGS.archive, lang=lang, name=name),
        card=msgspec.structs.replace(desk.SETTINGS.card, hotline=hotline),
        message=msgspec.structs.replace(
            desk.SETTINGS.message, templates=templates or desk.SETTINGS.message.templates, **message
        ),
    )
    return Run(now=desk.NOW, by="LN", settings=settings)


def a_template(text, occasion="birthday", **fields):
    return MessageTemplate(**({"name": "own", "occasion": occasion, "lang": "zh", "text": text} | fields))


def problems(text, occasion="birthday", run=None, **fields):
    return [problem.problem for problem in lint(run or a_run(), [a_template(text, occasion, **fields)])]


def test_the_templates_that_come_along_are_in_order_in_both_languages():
    templates = desk.SETTINGS.message.templates
    assert lint(a_run(), templates) == []
    assert {one.occasion for one in templates if one.lang == "zh"} == {
        one.occasion for one in templates if one.lang == "en"
    }


def test_an_unknown_field_is_named_with_its_template():
    template = a_template("【{branch}】{address_as}，{health_notes}")
    with pytest.raises(InvalidError, match=r"template own: there is no field \{health_notes\}, only \{name\}"):
        check(a_run(), template, {})


@pytest.mark.parametrize("field", ["{name!r}", "{name:>9}", "{name.__class__}", "{0}", "{}", "{festival}", "{event}"])
def test_a_field_is_a_plain_name_that_the_occasion_has(field):
    assert problems("【{branch}】" + field) != []


@pytest.mark.parametrize("text", ["【{branch}】{", "【{branch}】}", "【{branch}】{name"])
def test_braces_must_match(text):
    assert problems(text) == ["its braces do not match"]


@pytest.mark.parametrize(
    "words", ["优惠", "打折", "优 惠", "优.惠", "優惠", "免费领取", "Sale", "BUY", "ｓａｌｅ", "special offer"]
)
def test_a_greeting_carries_no_promotion_in_whatever_spelling(words):
    (problem,) = problems(f"【{{branch}}】生日快乐 {words} 欢迎")
    assert "promotion" in problem


PROMOTION = """
到店领取精美礼品 | 免费义诊，名额有限 | 凭此短信到店领鸡蛋一份 | 欢迎光临我们店 | 前50名有好礼
前二十位到场者送购物袋 | 全场八折 | 全场8.8折 | 会员价99元 | 现场抽奖 | 座位有限，从速报名 | 凭请柬换领伴手礼
送您一份礼物 | 赠鸡蛋十枚 | 礼品多多 | 买二送一 | 店庆三周年 | 积分兑换 | 代金券已到账 | 先到先得 | 周六义诊
体验装免费试 | 惠民补贴 | 老客户答谢会 | 扫码有惊喜 | 推荐好友同享福利 | 來店領取禮品 | 礼 品 | 數量有限
仅售三天 | 走进专卖店 | 为您备好了一份生日礼物 | Free gift for you | a free check-up on Saturday
places are limited | Limited places | only 20 seats | the first 50 guests | Come to our shop
Visit our store soon | half price this week | 20% off | collect your birthday gift | win a prize
a raffle for all | while stocks last | for 99 yuan | Free health screening: sign up
"""
INNOCENT = """
祝您生日快乐，身体健康，万事如意 | 愿您福如东海，寿比南山 | 新春快乐，阖家幸福，虎年大吉 | 2027元旦快乐
2027元宵节快乐，月圆人团圆 | 中秋佳节，花好月圆，愿您和家人平安喜乐 | 端午安康 | 天气转凉，请注意添衣保暖
雨雪天路滑，出门请慢行 | 多喝水，多休息，适当活动筋骨 | 健康是最好的礼物 | 送上我们最真挚的祝福
感谢您一直以来的信任与支持 | 有事请随时来电，我们一直在 | 重阳节快乐，愿您笑口常开 | 愿您前程似锦，名满桃李
生活难免一波三折，愿您百折不挠 | 彬彬有礼的您是我们的榜样 | 祝您金婚快乐，白头偕老 | 愿新的一年心想事成
立春了，春暖花开，愿您心情舒畅 | 请按时吃饭，早睡早起 | 教师节快乐，桃李满天下
今天是您的好日子，记得吃一碗长寿面 | 我们回访时听您说孩子回来了，真为您高兴 | 回家路上请注意安全
天热请防暑，早晚出门 | 如需服务请拨打我们的电话 | 愿您买菜路上也有好心情 | 母亲节快乐，您辛苦了
愿平安送到您身边，祝福常伴左右 | 劳动节快乐，最美的奖章属于您 | Happy birthday, good health and a long life
Health is the greatest gift | Feel free to call us any time | Happy New Year to you and your family
May your first day of spring be a bright one | Thank you for 20 years of trust
It is cold: please dress warmly | Our best wishes, offered from the heart | We are happy to see you so well
"""


def texts(listed: str) -> list[str]:
    return [text.strip() for line in listed.strip().splitlines() for text in line.split("|")]


@pytest.mark.parametrize("text", texts(PROMOTION))
def test_gifts_clinics_places_prices_and_the_way_to_the_shop_are_promotion(text):
    (problem,) = problems(f"【{{branch}}】{{address_as}}，生日快乐！{text}。")
    assert "is promotion, and a greeting carries none" in problem
    assert problems(f"【{{branch}}】{{address_as}}，{text}。退订回T", "event-invitation") == []


@pytest.mark.parametrize("text", texts(INNOCENT))
def test_a_plain_greeting_raises_no_alarm(text):
    assert problems(f"【{{branch}}】{{address_as}}，{text}。") == []


def test_an_allowed_word_allows_the_combination_that_it_stands_in():
    assert problems("【{branch}】送您一份礼物", run=a_run(allowed_words=("礼物",))) == []
    assert problems("【{branch}】送您一份礼物，前50名", run=a_run(allowed_words=("礼物",))) != []


@pytest.mark.parametrize("words", ["wholesale", "salesman's", "dealer", "buyer"])
def test_a_word_is_found_as_a_whole_only(words):
    assert problems(f"{{branch}}: {words}") == []


def test_what_is_no_greeting_may_speak_of_buying():
    assert problems("【{branch}】感谢您购买", "thanks") == []
    assert problems("【{branch}】感谢您购买", "season") != []
    assert problems("【{branch}】感谢您购买", "festival:mid-autumn") != []


@pytest.mark.parametrize("occasion", ["birthday", "thanks", "event-thanks"])
@pytest.mark.parametrize("words", ["治愈", "根治", "疗效", "包好", "降血压", "cures", "Miracle", "no side effects"])
def test_no_message_claims_an_effect_on_health(occasion, words):
    (problem,) = problems(f"【{{branch}}】{words} ", occasion)
    assert "claims an effect on health" in problem


def test_further_words_can_be_added_and_known_ones_allowed():
    run = a_run(promotion_words=("大礼",), health_words=("神奇",), allowed_words=("上市",))
    assert len(problems("【{branch}】大礼", run=run)) == 1
    assert len(problems("【{branch}】神奇", run=run)) == 1
    assert problems("【{branch}】上市", run=run) == []


def test_what_an_event_is_called_is_looked_at_too_and_what_a_person_is_called_is_not():
    template = a_template("【{branch}】{name}，感谢光临{event}", "event-thanks")
    check(a_run(), template, {"event": "联谊会"})
    with pytest.raises(InvalidError, match="'根治' claims"):
        check(a_run(), template, {"event": "糖尿病根治讲座"})


def test_the_sender_is_named():
    assert problems("{address_as}，生日快乐") == ["it does not name the sender: put {branch} into it"]
    assert problems("北京分部祝您生日快乐") == []
    (problem,) = problems("【{branch}】生日快乐", run=a_run(name=""))
    assert "archive.name is empty" in problem


def test_marketing_says_how_to_stop_it():
    (problem,) = problems("【{branch}】请参加{event}", "event-invitation")
    assert "退订" in problem
    assert problems("【{branch}】请参加{event}，退订回T", "event-invitation") == []


def test_a_hotline_that_is_not_set_is_missed():
    assert problems("【{branch}】{hotline}") == ["it gives the {hotline}, and the setting card.hotline is empty"]
    assert problems("【{branch}】{hotline}", run=a_run(hotline="400-000-0000")) == []


def test_a_text_message_of_too_many_parts_is_refused_and_a_letter_may_be_long():
    text = "【{branch}】" + "好" * 200
    assert problems(text, "season") == ["it is sent in 4 parts; the most is 3"]
    assert problems(text, "letter", channel="letter") == []


def test_an_unknown_occasion_or_channel_is_named():
    assert problems("【{branch}】", "easter") == ["there is no occasion easter"]
    assert problems("【{branch}】", "festival:easter") == ["there is no occasion festival:easter"]
    assert problems("【{branch}】", channel="fax") == ["there is no channel fax"]


def test_the_first_template_in_the_archive_s_language_serves():
    assert choose(a_run(), "birthday").name == "birthday-zh"
    assert choose(a_run(lang="en"), "birthday").name == "birthday-en"
    assert choose(a_run(), "birthday", "birthday-en").name == "birthday-en"


def test_a_festival_without_a_template_of_its_own_takes_the_one_for_any():
    assert choose(a_run(), "festival:double-ninth").name == "double-ninth-zh"
    assert choose(a_run(), "festival:mid-autumn").name == "festival-zh"


@pytest.mark.parametrize(("occasion", "name"), [("birthday", "season-zh"), ("birthday", "nothing"), ("easter", "")])
def test_a_template_that_does_not_serve_the_occasion_is_refused(occasion, name):
    with pytest.raises(InvalidError, match="there is no template"):
        choose(a_run(), occasion, name)


def test_one_that_is_switched_off_serves_nothing():
    with pytest.raises(InvalidError, match="there is no template for birthday in the language zh"):
        choose(a_run(a_template("【{branch}】", off=True)), "birthday")


def test_a_word_is_found_in_traditional_and_full_width_writing():
    assert mentioned("療效顯著", ["疗效"]) == "疗效"
    assert mentioned("secure", ["cure"]) == ""
