"""Phone numbers as they are dialled, and hidden: 138****5678 (DOMAIN 12)."""

import re

from crmkit.records.customer import Phone

HOME = "+86"
_TWO_DIGIT_AREAS = ("10", "2")  # Beijing, and the municipalities and provincial capitals 20 to 29

# A date is left alone; 7 to 15 digits, with single separators among them, can be a phone number.
_DATE_OR_PHONE = re.compile(
    r"(?P<date>(?<!\d)(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}(?!\d))|(?<!\d)\d(?:[-\s.·－—]?\d){6,14}(?!\d)"
)


def dialled(phone: Phone, *, mask: bool = False) -> str:
    """`phone` as a person in China dials it: 13900541731, 010-86604709-801, +85291234567; with `mask` hidden."""
    number = phone.e164
    if number.startswith(HOME):
        number = number.removeprefix(HOME)
        if phone.kind == "landline":
            area = 2 if number.startswith(_TWO_DIGIT_AREAS) else 3
            number = f"0{number[:area]}-{number[area:]}"
    return (masked(number) if mask else number) + (f"-{phone.ext}" if phone.ext else "")


def masked(number: str) -> str:
    """`number` with the four digits before its last four hidden."""
    digits = [at for at, char in enumerate(number) if char.isdigit()]
    hidden = set(digits[-8:-4])
    return "".join("*" if at in hidden else char for at, char in enumerate(number))


def masked_text(text: str) -> str:
    """`text` with everything in it hidden that can be a phone number; dates stay."""
    return _DATE_OR_PHONE.sub(lambda found: found[0] if found["date"] else masked(found[0]), text)
