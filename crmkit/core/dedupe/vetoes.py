"""What no sum of points can outweigh: people who share a phone, a home and a surname are still different people."""

from crmkit.core.dedupe.weights import Evidence
from crmkit.i18n import N_

SAME_NAME = ("same", "alike", "spelled in pinyin")
LOOSE_NAMES = (  # forms that fit many people
    "courtesy", "rival courtesy", "character missing", "surname missing", "one character differs", "surname differs",
    "given name differs",
)  # fmt: skip
SAME_HOME = ("home", "near")
SAME_DAY = ("same", "near", "other calendar", "other calendar, unsaid", "day")
CORROBORATING = {
    "phone": ("same", "same in notes", "one slip"),
    "birthday": SAME_DAY,
    "address": ("home", "home of many", "near", "building"),
    "email": ("same",),
    "wechat": ("same",),
    "employer": ("same",),
}


def veto(found: dict[str, Evidence]) -> str:
    """Why the pair cannot be one person, by how each field agrees; "" where nothing speaks against it."""
    name, phone, birthday, address, sex = [
        found[field].how if field in found else "" for field in ("name", "phone", "birthday", "address", "sex")
    ]
    if name == "different" or (name in ("given name differs", "other") and phone == "same"):
        return N_("different given names")
    if birthday == "conflict" and not (name in SAME_NAME and (phone == "same" or address in SAME_HOME)):
        return N_("different birth dates")
    if sex == "other" and name in LOOSE_NAMES:
        return N_("different sexes")
    if name == "one character differs" and birthday not in SAME_DAY:
        return N_("brothers or sisters as likely as a slip of the pen")
    return ""


def corroborated(found: dict[str, Evidence]) -> bool:
    """Whether anything but the name speaks for one person: in a long list even a rare name comes twice."""
    return any(found[field].how in hows for field, hows in CORROBORATING.items() if field in found)
