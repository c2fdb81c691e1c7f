"""Text in the columns of a terminal, where a Chinese character takes two."""


def clipped(text: str, width: int) -> str:
    """`text` in at most `width` columns; what is cut off is marked by `…`."""
    return text if _fitting(text, width) == len(text) else text[: _fitting(text, width - 1)] + "…"


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns (2 or more), broken at spaces where a line has one."""
    lines = []
    while (fitting := _fitting(text, width)) < len(text):
        end = text.rfind(" ", 1, fitting + 1)
        end = end if end > 0 else fitting
        lines.append(text[:end])
        text = text[end:].lstrip(" ")
    return [*lines, text]


def _fitting(text: str, width: int) -> int:
    """How many characters of `text` fit into `width` columns."""
    from wcwidth import wcwidth

    used = 0
    for position, character in enumerate(text):
        used += max(wcwidth(character), 0)
        if used > width:
            return position
    return len(text)
