"""How many parts a text message is sent and charged in (3GPP TS 23.038 and 23.040)."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("^{}\\[~]|€\f")  # two units each
GSM_SINGLE, GSM_PART = 160, 153  # units in a message of one part, and in each part of a longer one
UCS2_SINGLE, UCS2_PART = 70, 67


def parts(text: str) -> int:
    """The number of parts of `text`: 160/153 units in the GSM alphabet, 70/67 as soon as another character is in it.

    A character of two units (an escaped one, or one beyond the basic plane) is not torn apart. No text is no part.
    """
    if set(text) <= _GSM | _GSM_ESCAPED:
        units = [2 if character in _GSM_ESCAPED else 1 for character in text]
        return _count(units, GSM_SINGLE, GSM_PART)
    return _count([2 if ord(character) > 0xFFFF else 1 for character in text], UCS2_SINGLE, UCS2_PART)


def _count(units: list[int], single: int, part: int) -> int:
    if sum(units) <= single:
        return int(bool(units))
    number, used = 1, 0
    for width in units:
        if used + width > part:
            number, used = number + 1, 0
        used += width
    return number
