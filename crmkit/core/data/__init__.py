"""Tables that ship with the package: tab-separated, with comment lines that begin with #."""

from pkgutil import get_data


def table(file: str) -> list[list[str]]:
    """The rows of a table in this folder."""
    text = (get_data(__name__, file) or b"").decode("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
