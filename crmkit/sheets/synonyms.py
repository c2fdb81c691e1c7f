"""What column titles mean, in Chinese and English. A title that is not understood is kept as a note, never guessed.

A title says whose (来电人, 介绍人, customer; mostly nobody's) and what; what is a qualifier (家庭, 联系) and a word.
"""

import re
import unicodedata
from functools import cache
from itertools import product

# Fields whose columns may come several times: numbers are all read, the parts of an address are joined in order.
REPEATABLE = ("phone", "address", "referrer_phone", "note", "tags", "ignore")
IDENTITY = ("name", "given_name", "surname", "phone")
CONTEXT = ("site", "collector", "date", "source")
FIELDS = (
    "name", "given_name", "surname", "phone", "sex", "age", "birthday", "address", "email", "wechat", "employer",
    "source", "site", "collector", "date", "time", "referrer", "referrer_phone", "product", "quantity", "amount",
    "external_id", "tags", "note", "ignore",
)  # fmt: skip

_PERSON = """
    顾客 客户 会员 用户 来电人 来电者 听众 观众 读者 来宾 嘉宾 被介绍人 被推荐人 新顾客 新客户 朋友 老人 联系人
    咨询人 咨询者 登记者 参加人 参与人 收货人 收件人 购买人 购买者 买家 本人
    customer client contact contactperson caller lead person member guest buyer listener friend referee
    referredperson referredfriend
"""
_REFERRER = """
    介绍人 推荐人 引荐人 介绍者 推荐者 转介绍人 老顾客 老客户 介绍顾客 推荐顾客
    referrer referredby introducer introducedby recommender recommendedby oldcustomer
"""
# Field → pairs of qualifiers and words; "-" stands for no qualifier. Where a title fits two fields, the first has it.
_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "ignore": (
        ("-", "序号 序 行号 顺序号 号 no # nr sn serial serialno serialnumber row rowno line"),
        ("- 拒绝 拒收 未导入 reject", "原因 reason"),
    ),
    "name": (("-", "姓名 名字 全名 称呼 称谓 name fullname"),),
    "given_name": (("-", "名 givenname firstname forename given"),),
    "surname": (("-", "姓 姓氏 surname lastname familyname"),),
    "phone": (
        (
            "- 联系 家庭 家里 住宅 固定 移动 办公 单位 常用 备用 其他 第二 来电 主叫 收货",
            "电话 电话号码 手机 手机号 手机号码 号码",
        ),
        ("- 家庭", "座机 座机号 座机号码 固话 宅电 联系方式"),
        ("手机 座机 固话", "电话 或电话 及电话 和电话 或座机 及座机 和座机 座机"),
        ("电话", "手机 或手机 及手机 和手机"),
        ("- home work office mobile cell contact other", "phone phonenumber phoneno phones tel telephone telno number"),
        ("-", "mobile mobileno cell cellphone landline telephonenumber contactno callerid"),
    ),
    "sex": (("-", "性别 男女 sex gender mf"),),
    "age": (("- 大约 实际 approx approximate", "年龄 岁数 年纪 周岁 age years ageabout"),),
    "birthday": (
        ("- 阴历 农历 阳历 公历", "生日 出生日期 出生年月 出生年月日 出生时间 出生年份 出生 生辰"),
        ("-", "birthday birthdate dateofbirth dob born birth"),
    ),
    "address": (
        ("- 家庭 家庭详细 居住 现居住 现 详细 通讯 联系 收货 送货 配送", "地址 住址 所在地"),
        ("-", "居住地 现居住地 住处 省 省份 市 城市 区 区县 县 县区 街道 小区 小区名称 楼号 单元 房号 门牌 门牌号"),
        ("所在 居住", "区 县 街道 社区 小区 城市"),
        ("- home residential street mailing delivery", "address addr addressline"),
        ("-", "street streetnumber streetno housenumber suburb town city district county state province region"),
        ("-", "postcode postalcode zip zipcode"),
    ),
    "email": (("-", "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 email emailaddress mail"),),
    "wechat": (("-", "微信 微信号 微信号码 微信id 微信账号 wechat wechatid weixin"),),
    "employer": (
        ("-", "单位 工作单位 所在单位 原单位 原工作单位 退休单位 单位名称"),
        ("-", "employer company workplace organisation"),
    ),
    "source": (
        ("- 信息 客户 顾客 档案", "来源 来源渠道 渠道 栏目 节目 媒体 途径"),
        ("-", "source leadsource channel programme"),
    ),
    "site": (
        ("- 活动 收集 采集 登记 外联 科普", "地点 站点 网点 场所 点位"),
        ("-", "科普点 科普点名称 外联点 活动点 收集点"),
        ("-", "site sitename location place venue outreachpoint outreachsite"),
    ),
    "collector": (
        ("-", "收集人 收集者 采集人 登记人 登记员 记录人 录入人 接待人 接待员 接听人 接线员 经办人 负责人"),
        ("-", "业务员 专员 服务专员 客服 客服专员 科普员 外联人员 工作人员 员工 推广员"),
        ("-", "collector collectorname collectedby recordedby takenby staff agent salesrep salesperson"),
    ),
    "date": (
        (
            "- 登记 收集 采集 来电 来店 到店 进店 活动 科普 报名 录入 填表 记录 创建 建档 购买 成交 下单 介绍 推荐",
            "日期 时间",
        ),
        ("咨询 接听 接待 联系 填写 通话", "日期 时间"),
        ("- call visit collection purchase order registration entry created", "date day datetime at on"),
        ("-", "timestamp collected collectedat collectedon calltime boughton when"),
    ),
    "time": (("-", "时刻 钟点 time timeofday"),),
    "product": (
        ("- 购买 所购 已购", "产品 产品名称 产品名 商品 商品名称 品名 品种 项目"),
        ("-", "购买内容 购买产品规格 product productname productbought item itemname items"),
        ("-", "bought purchased purchase goods"),
    ),
    "quantity": (("- 购买", "数量 件数 盒数 台数 套数 瓶数 箱数 个数 quantity qty count units boxes pieces"),),
    "amount": (
        ("- 购买 消费 总 合计 实付 实收 付款 成交 应付", "金额 额 款"),
        ("-", "总价 货款 价款 实付 实收"),
        ("-", "amount total totalprice totalamount amountpaid paid pricepaid amountspent"),
    ),
    "external_id": (
        ("- 档案 客户 顾客 会员 登记 卡", "编号 号"),
        ("- rec record external customer client member lead file", "id no number ids"),
        ("-", "ref reference"),
    ),
    "tags": (("-", "标签 tag tags label labels"),),
    "note": (
        ("-", "备注 备考 附注 说明 备注说明 其他说明 其他 情况说明"),
        ("-", "note notes remark remarks comment comments memo"),
    ),
}  # fmt: skip
# Words of which the neighbours decide: a product was bought only where a quantity or an amount stands beside it, and
# "单位" is the employer only where it cannot be the unit of a quantity.
MERE_PRODUCTS = frozenset(["产品", "产品名称", "产品名", "商品", "商品名称", "品名", "品种", "项目"])
MERE_PRODUCTS |= frozenset(["product", "productname", "item", "itemname", "items", "goods"])
UNIT_OR_EMPLOYER = "单位"

_PUNCTUATION = re.compile(r"[\s*＊:：_\-./、,，。;；'\"“”‘’?？!！&+|\\]+")
_BRACKETS = re.compile(r"[(\[【〔<《{](.*?)[)\]】〕>》}]")
# Where two titles in one cell meet: 姓名/Name, 姓名 Name, 手机 电话.
_SEAMS = re.compile(r"[/\n|]|(?<=[^\x00-\x7f])\s*(?=[A-Za-z])|(?<=[A-Za-z])\s*(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\s+")
_COUNTER = re.compile(r"(?<=[^0-9])(?:[0-9]|[一二三四五])$")
_MONEY_UNITS = ("", "元", "人民币", "rmb", "cny", "yuan", "¥")


def squeezed(title: str) -> str:
    """`title` without case, width, spaces and punctuation: the form in which titles are compared."""
    text = unicodedata.normalize("NFKC", title).casefold()
    return _PUNCTUATION.sub("", text) or text.strip()


@cache
def _what() -> dict[str, str]:
    return {
        squeezed(qualifier.strip("-") + word): field
        for field, pairs in reversed(_WORDS.items())
        for qualifiers, words in pairs
        for qualifier, word in product(qualifiers.split(), words.split())
    }


@cache
def _whose() -> list[tuple[str, str]]:
    """Persons, the longest word first, each with "name" for the row's own person or "referrer"."""
    people = [(word, "name") for word in _PERSON.split()] + [(word, "referrer") for word in _REFERRER.split()]
    return sorted(people, key=lambda pair: -len(pair[0]))


@cache
def _known(text: str) -> str:
    """The field of a squeezed title; "" where it is unknown."""
    for title in (text, _COUNTER.sub("", text)):
        if title in _what():
            return _what()[title]
        for word, role in _whose():
            if title.startswith(word):
                rest = title.removeprefix(word).removeprefix("的").removeprefix("s")
                field = _what().get(rest, "") if rest else "name"
                field = "name" if rest in ("名", "名称") else field
                if role == "name":
                    return field
                return {"name": "referrer", "phone": "referrer_phone"}.get(field, "")
    return ""


def field_of(title: str) -> str:
    """The field that a column of this title holds; "" where it is unknown.

    Understands remarks in brackets (电话(手机)), two languages in one title (姓名 Name), and counters (电话2).
    """
    text = unicodedata.normalize("NFKC", title).strip()
    field = _known(squeezed(text))
    if field:
        return field
    outside = _BRACKETS.sub("", text)
    inside = [squeezed(found) for found in _BRACKETS.findall(text)]
    field = _known(squeezed(outside))
    if field:
        return field if field != "amount" or all(unit in _MONEY_UNITS for unit in inside) else ""
    parts = {_known(part) for part in (*map(squeezed, _SEAMS.split(outside)), *inside)} - {""}
    return parts.pop() if len(parts) == 1 else ""
