"""Phone numbers hidden for sheets that leave the house: 138****5678 (DOMAIN 12)."""

import re

# A date is left alone; 7 to 15 digits, with single separators among them, can be a phone number.
_DATE_OR_PHONE = re.compile(
    r"(?P<date>(?<!\d)(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}(?!\d))|(?<!\d)\d(?:[-\s.·－—]?\d){6,14}(?!\d)"
)


def masked(number: str) -> str:
    """`number`, in any spelling, with the four digits before its last four hidden."""
    digits = [at for at, char in enumerate(number) if char.isdigit()]
    hidden = set(digits[-8:-4])
    return "".join("*" if at in hidden else char for at, char in enumerate(number))


def masked_text(text: str) -> str:
    """`text` with everything in it hidden that can be a phone number; dates stay."""
    return _DATE_OR_PHONE.sub(lambda found: found[0] if found["date"] else masked(found[0]), text)
