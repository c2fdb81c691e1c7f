"""What column titles mean, in Chinese and English. A title that is not understood is kept as a note, never guessed.

A title says whose (来电人, 介绍人, customer; mostly nobody's) and what; what is a qualifier (家庭, 联系) and a word.
"""

import re
import unicodedata
from functools import cache
from itertools import product

# Fields whose columns may come several times: numbers are all read, the parts of an address are joined in order.
REPEATABLE = ("phone", "address", "referrer_phone", "note", "tags", "hobbies", "health_notes", "bought", "ignore")
IDENTITY = ("name", "given_name", "surname", "phone")
CONTEXT = ("site", "collector", "date", "source")
DEEP_TEXTS = (  # of the deep file, as they are written
    "district", "ethnicity", "former_employer", "family", "housing", "buying_habits", "needs", "service_style",
    "promotions", "employment", "colours", "habits", "values", "resting_hours", "best_time", "looks", "met",
    "not_bought",
)  # fmt: skip
FIT = ("education", "means", "awareness", "matching_need")
FIELDS = (
    "name", "given_name", "surname", "phone", "sex", "age", "birthday", "address", "email", "wechat", "employer",
    "source", "site", "collector", "date", "time", "referrer", "referrer_phone", "product", "quantity", "amount",
    "external_id", "tags", "note", *DEEP_TEXTS, "wedding_day", "character", "hobbies", *FIT, "health_notes",
    "do_not_contact", "deceased", "contact_consent", "marketing_consent", "health_consent", "ignore",
)  # fmt: skip
# Consents, and whether the person lives: yes, no or a word of `values`; anything else refuses the row.
WILL = ("do_not_contact", "deceased", "contact_consent", "marketing_consent", "health_consent")
# A row is recognised by its fields. Fields that were notes in the first version keep their title as the key.
NAMED_IN_KEYS = frozenset(FIELDS) - {*DEEP_TEXTS, "wedding_day", "character", "hobbies", *FIT, "health_notes", *WILL}

_PERSON = """
    顾客 客户 会员 用户 来电人 来电者 听众 观众 读者 来宾 嘉宾 被介绍人 被推荐人 新顾客 新客户 朋友 老人 联系人
    咨询人 咨询者 登记者 参加人 参与人 收货人 收件人 购买人 购买者 买家 本人
    customer client contact contactperson caller lead person member guest buyer listener friend referee
    referredperson referredfriend
"""
# Of those, whom the customer may have beside them; the others are the customer, by whatever name.
_CONTACTS = "联系人 收货人 收件人 朋友 contact contactperson friend"
ALIASES = frozenset(["称呼", "称谓", "全名", "fullname"])  # of the same person's name
# Somebody else, where these stand above columns or at the head of a title: never the customer's own name and number.
_OTHERS = """
    第二联系人 备用联系人 其他联系人 备选联系人 联系人二 联系人2 负责人 经办人 经手人 主管 店长 经理
    子女 儿子 女儿 儿女 孩子 子 女 家属 亲属 亲友 家人 家长 家庭成员 配偶 爱人 老伴 丈夫 妻子 先生 太太 父亲 母亲 父母
    监护人 邻居 朋友 同伴 同行人 随行人 陪同人 保姆 护工 代理人 业务员 专员 服务专员 客服 推广员 科普员 员工 工作人员
    采集人 收集人 登记人 登记员 记录人 录入人 接待人 接待员 接听人 接线员 讲师
    emergencycontact nextofkin secondcontact alternatecontact othercontact spouse husband wife partner son daughter
    child children family familymember relative guardian parent father mother neighbour neighbor companion carer
    manager supervisor staff agent salesperson salesrep collector handler
"""
# A group of the customer's own columns: what it is about, not whom.
_SECTION = re.compile(
    "信息|资料|情况|状况|方式|通讯|电话|号码|地址|基本|详细|其他|其它|备用|档案|登记|购买|消费|产品|顾客|客户|会员|本人|个人|联系$|表$|"
    "contact(?:details|information|info)?$|details|info|basic|personal|address|phone|customer|client|purchase|order"
)
_HEALTH = re.compile(
    "病|疾患|用药|服药|吃药|药物|药品|血压(?!计)|血糖(?!仪|计)|血脂|血型|尿酸|胆固醇|症|诊断|过敏|手术|住院|体检|健康|残疾|残障|"
    "中风|癌|肿瘤|疼|痛(?!点)|失眠|睡眠|身体|disease|illness|ailment|medical|medication|medicine|bloodpressure|"
    "bloodsugar|bloodtype|glucose|cholesterol|symptom|diagnos|allerg|surgery|disabilit|insomnia|health"
)
_NOT_OF_A_PERSON = re.compile(  # words of health that are about something else
    "健康(?:讲座|产品|食品|顾问|档案号|档案编号|卡|课|知识|活动)|身体护理|药店|疼爱|"
    "health(?:talk|lecture|product|food|adviser|advisor|club|card|insurance|care)|medicalinsurance|consent|同意"
)

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
            "- 联系 家庭 家里 住宅 固定 移动 办公 商务 公司 单位 工作 主要 常用 备用 其他 第二 来电 主叫 收货",
            "电话 电话号码 手机 手机号 手机号码 号码",
        ),
        ("- 家庭", "座机 座机号 座机号码 固话 宅电 联系方式"),
        ("手机 座机 固话", "电话 或电话 及电话 和电话 或座机 及座机 和座机 座机"),
        ("电话", "手机 或手机 及手机 和手机"),
        (
            "- home work office business company primary main mobile cell contact other",
            "phone phonenumber phoneno phones tel telephone telno number",
        ),
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
        ("家庭", "所在街道 所在地市县 所在地省市自治区"),
        ("home", "street city state postalcode country"),
    ),
    "email": (("-", "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 邮件地址 电子邮件地址 email emailaddress mail"),),
    "wechat": (("-", "微信 微信号 微信号码 微信id 微信账号 wechat wechatid weixin"),),
    "employer": (
        ("-", "单位 工作单位 所在单位 现单位 现工作单位 单位名称 公司 公司名称 就职单位"),
        ("-", "employer company companyname workplace organisation organization organizationname"),
    ),
    "former_employer": (
        ("- 退休前 以前 以前的 曾", "原单位 原工作单位 原就职单位 退休单位"),
        ("退休前 退休前的 以前 以前的 曾", "单位 工作单位"),
        ("former previous", "employer company workplace"),
        ("-", "retiredfrom employerbeforeretirement"),
    ),
    "district": (
        ("- 所属 服务 负责", "片区 辖区 服务区域 分区"),
        ("service sales", "district area territory"),
        ("-", "territory"),
    ),
    "ethnicity": (("-", "民族 ethnicity ethnic ethnicgroup"),),
    "family": (
        ("-", "家庭状况 家庭情况 家庭成员情况 家庭人口 家庭结构 家庭 婚姻家庭"),
        ("-", "family familysituation familystatus familymembers"),
    ),
    "housing": (
        ("- 家庭", "房屋情况 房屋状况 住房情况 住房状况 住房 居住情况 居住状况 居住条件 房产情况"),
        ("-", "housing housingsituation livingconditions"),
    ),
    "wedding_day": (
        ("-", "结婚纪念日 结婚日 结婚日期 结婚时间 婚庆日 婚庆纪念日"),
        ("-", "weddingday weddingdate weddinganniversary anniversary"),
    ),
    "character": (
        ("- 顾客 客户", "性格 性格类型 性格特点 性格特征 个性"),
        ("-", "character charactertype personality personalitytype temperament"),
    ),
    "buying_habits": (
        ("-", "消费习惯 购买习惯 购物习惯 消费特点"),
        ("-", "buyinghabits buyinghabit shoppinghabits purchasehabits spendinghabits"),
    ),
    "hobbies": (("- 兴趣", "爱好 兴趣 兴趣爱好 业余爱好"), ("-", "hobby hobbies interest interests")),
    "needs": (("- 顾客 客户 产品", "需求 需要 需求情况"), ("-", "needs need requirements")),
    "service_style": (
        ("-", "喜欢的服务方式 喜爱的服务方式 服务方式 偏好的服务方式 服务偏好"),
        ("-", "servicestyle preferredservice preferredservicestyle servicepreference"),
    ),
    "promotions": (
        ("-", "对促销的态度 对促销活动的态度 促销态度 对优惠的态度"),
        ("-", "promotions attitudetopromotions attitudetopromotion attitudetowardspromotions promotionattitude"),
    ),
    "employment": (
        ("-", "工作状况 工作情况 就业状况 就业情况 职业状况 职业 退休状况 退休情况 是否退休"),
        ("-", "employment employmentstatus occupation profession job"),
    ),
    "colours": (
        ("-", "颜色喜好 喜欢的颜色 喜爱的颜色 偏爱的颜色 颜色偏好 喜好颜色"),
        ("-", "colours colors favouritecolours favouritecolour favoritecolors favoritecolor"),
    ),
    "habits": (("-", "生活习惯 日常习惯 起居习惯"), ("-", "habits livinghabits dailyhabits lifestyle")),
    "values": (("-", "价值观 价值观念 人生观"), ("-", "values personalvalues")),
    "resting_hours": (
        ("-", "休息时间 作息时间 午休时间 休息时段 作息"),
        ("-", "restinghours resthours naptime hoursofrest"),
    ),
    "best_time": (
        ("- 最佳 方便 合适 适合", "联系时段 通话时间 接电话时间 来电时段 回访时间 联系的时间 接电话的时间"),
        ("最佳 方便 合适", "联系时间 时间 时段"),
        ("-", "besttime besttimetocall besttimetocontact preferredtime convenienttime preferredcalltime"),
    ),
    "looks": (("-", "外貌特征 外貌 外貌特点 体貌特征 相貌 长相"), ("-", "looks appearance")),
    "met": (
        ("-", "认识方式 结识方式 相识方式 结识经过 相识经过 认识经过 如何认识 怎么认识的 结识地点 认识地点"),
        ("-", "met howmet wheremet howandwheremet howwemet"),
    ),
    "not_bought": (
        ("- 未 没 不", "购买原因 购原因 买原因 未购原因 没买的原因 未购买的原因 不购买的原因"),
        ("-", "notbought reasonnotbought whynotbought reasonfornotbuying"),
    ),
    "education": (("-", "有文化 文化 文化程度 文化水平 学历 教育程度 education"),),
    "means": (
        ("-", "有经济条件 有经济能力 经济条件 经济能力 经济状况 有地位 社会地位"),
        ("-", "means standing meansorstanding"),
    ),
    "awareness": (("-", "有健康意识 健康意识 保健意识 有保健意识 awareness healthawareness"),),
    "matching_need": (("-", "有对口需求 对口需求 需求匹配 有需求 matchingneed"),),
    "do_not_contact": (
        ("- 是否 是否已 已", "勿扰 免打扰 请勿打扰 拒绝联系 拒绝来电 拒绝回访 拒绝接听 拒接 拒访 黑名单 拉黑 退订"),
        ("-", "不再联系 不要联系 拒绝 是否拒绝 勿扰名单 勿扰客户"),
        ("-", "donotcontact donotcall dnd dnc optout optedout unsubscribed nocalls refused"),
    ),
    "deceased": (
        ("- 是否 是否已 已", "已故 去世 过世 故去 亡故 离世 病故 身故"),
        ("去世 过世 死亡", "日期 时间"),
        ("-", "deceased died dead passedaway dateofdeath deathdate"),
    ),
    "contact_consent": (
        ("- 是否 本人 是否愿意 愿意", "同意联系 同意接电话 同意回访 接电话 接听电话 接受回访 接受联系"),
        ("-", "同意 是否同意 愿意接电话 consent consented consenttocontact contactconsent contactconsentgiven"),
    ),
    "marketing_consent": (
        ("- 是否 本人", "同意营销 营销同意 同意推广 同意推送 同意接收信息 接收信息 接受推广 接受营销"),
        ("-", "marketingconsent consenttomarketing optin optedin marketingoptin newsletter"),
    ),
    "health_consent": (
        ("- 是否 本人", "同意记录健康信息 健康信息同意 同意健康信息 同意收集健康信息"),
        ("-", "healthconsent consenttohealthnotes consenttohealthdata"),
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
    "tags": (("-", "标签 分组 群组 tag tags label labels groupmembership"),),
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
LONGEST_TITLE = 500  # characters; what is longer is no title, and to look for brackets in it takes the square of that
_COUNTER = re.compile(r"(?<=[^0-9])(?:[0-9]|[一二三四五])$")
# Google Contacts: Phone 1 - Value, E-mail 2 - Type, Address 1 - Formatted, Organization 1 - Name.
_NUMBERED = re.compile("(phone|email|address|organization)[0-9]{1,2}(value|formatted|name|type|label|.+)")
_NUMBERED_FIELDS = {
    ("phone", "value"): "phone", ("email", "value"): "email", ("address", "formatted"): "address",
    ("organization", "name"): "employer",
}  # fmt: skip
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


def person_of(title: str) -> str:
    """The word for a person that a title begins with, "" = none: 联系人 of 联系人电话."""
    text = squeezed(title)
    return next((word for word, role in _whose() if role == "name" and text.startswith(word)), "")


def is_contact(title: str) -> bool:
    """Whether a title names somebody whom the customer may have beside them, such as 联系人."""
    return person_of(title) in _CONTACTS.split()


@cache
def is_other(group: str) -> bool:
    """Whether what stands above columns, or before a telephone, is somebody who is not the customer."""
    text = squeezed(group)
    stem = re.sub("(?:s|的)?(?:信息|资料|情况|联系方式|details|information|info|[0-9一二三])$", "", text)
    return text in _OTHERS.split() or stem in _OTHERS.split() or text.startswith(("紧急", "应急", "emergency"))


@cache
def is_section(group: str) -> bool:
    """Whether a group of columns is about the customer: 基本信息, 联系方式, Contact details."""
    return not is_other(group) and bool(_SECTION.search(squeezed(group)) or person_of(group))


def is_address_part(title: str) -> bool:
    """Whether it is one of the columns in which Google Contacts repeats the parts of `Address 1 - Formatted`."""
    numbered = _NUMBERED.fullmatch(squeezed(title))
    return numbered is not None and numbered[1] == "address" and numbered[2] != "formatted"


def uncounted(title: str) -> str:
    """A squeezed title without its counter: 电话 of 电话2."""
    return _COUNTER.sub("", squeezed(title))


@cache
def is_health(title: str) -> bool:
    """Whether a column of this title tells of somebody's health, and is no note without their consent."""
    text = squeezed(title)
    return _HEALTH.search(text) is not None and not _NOT_OF_A_PERSON.search(text)


@cache
def _known(text: str) -> str:
    """The field of a squeezed title; "" where it is unknown."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered and (numbered[1], numbered[2]) in _NUMBERED_FIELDS:
        return _NUMBERED_FIELDS[numbered[1], numbered[2]]
    if numbered:
        return "ignore" if numbered[2] in ("type", "label") else "address" if numbered[1] == "address" else ""
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
    if len(title) > LONGEST_TITLE:
        return ""
    text = unicodedata.normalize("NFKC", title).strip()
    field = _known(squeezed(text))
    if field or is_health(text):
        return field or "health_notes"
    outside = _BRACKETS.sub("", text)
    inside = [squeezed(found) for found in _BRACKETS.findall(text)]
    field = _known(squeezed(outside))
    if field:
        return field if field != "amount" or all(unit in _MONEY_UNITS for unit in inside) else ""
    parts = {_known(part) for part in (*map(squeezed, _SEAMS.split(outside)), *inside)} - {""}
    return parts.pop() if len(parts) == 1 else ""
