"""The operator code of one clone, which stands in the numbers of its cards and invitations; it is never committed."""

import re
from pathlib import Path

from crmkit import config
from crmkit.archive.journal import disk
from crmkit.errors import InvalidError
from crmkit.i18n import _

CLONE = ".crmkit/clone.toml"


def set_operator(root: Path, operator: str) -> None:
    """Write the operator code of this clone; it is never committed (archive/docs.md, "Operator codes")."""
    check_operator(operator)
    disk.replace(root / CLONE, f'operator = "{operator}"\n'.encode())


def operator_of(root: Path) -> str:
    """The operator code of this clone, "" where none is set. InvalidError where the file is none of settings."""
    try:
        return str(config.toml(disk.read(root / CLONE) or b"", CLONE).get("operator", ""))
    except InvalidError as error:
        raise InvalidError(error.message, _("`crmkit config --set operator=CODE` writes it anew")) from None


def check_operator(code: str) -> None:
    """InvalidError unless `code` is empty or 1 to 4 capital letters or digits, as card numbers need."""
    if not re.fullmatch(r"[A-Z0-9]{0,4}", code):
        raise InvalidError(
            _("{code} is not an operator code").format(code=code), _("use 1 to 4 capital letters, for example LN")
        )
