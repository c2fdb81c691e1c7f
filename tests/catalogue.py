"""The zh_CN catalogue: collect every message of the package, bring zh_CN.po up to date, compile it.

python -m tests.catalogue          add new messages to the .po (untranslated), drop dead ones, compile the .mo
python -m tests.catalogue missing  list what has no translation yet
"""

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import get_args

import msgspec
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from crmkit.archive.exchange.create import with_comments
from crmkit.config import defaults_text
from crmkit.i18n import LOCALE_DIR
from crmkit.records import TYPES

PACKAGE = LOCALE_DIR.parent
PO = LOCALE_DIR / "zh_CN" / "LC_MESSAGES" / "crmkit.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "N_": None}


def own_messages() -> set[str]:
    """Every message of the package: marked strings, field names, column titles, comments of the settings."""
    found = {m[2] for m in extract_from_dir(PACKAGE, keywords=KEYWORDS) if isinstance(m[2], str)}
    return found | set(titles()) | set(comments())


def comments() -> list[str]:
    """The comments of the settings, which a new archive has in its own language."""
    found: list[str] = []
    with_comments(defaults_text(), lambda comment: found.append(comment) or comment)
    return found


def field_names(struct: type[msgspec.Struct]) -> Iterator[str]:
    """The names of the fields, and those of the parts that they hold."""
    for field in msgspec.structs.fields(struct):
        yield field.encode_name
        for kind in (field.type, *get_args(field.type)):
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                yield from field_names(kind)


def titles() -> Iterator[str]:
    """Names that are shown as titles of columns and lines: stored fields, and what commands add to them."""
    for record_type in TYPES:
        yield record_type.kind
        yield from field_names(record_type)
    for path in sorted(p for folder in ("commands", "queries") for p in (PACKAGE / folder).rglob("*.py")):
        tree = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        listed = [one for node in tree if isinstance(node, ast.Call) for one in _columns(node)]
        yield from (name for one in listed if isinstance(one, ast.Tuple) for part in one.elts for name in _typed(part))
        parts = [part for one in listed for part in ast.walk(one) if isinstance(part, ast.Name)]
        lists = tuple(one.id for one in parts if one.id.isupper())
        for node in tree:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                if node.targets[0].id.endswith(("COLUMNS", "RUNS", "FIELDS", "COUNTS", *lists)):
                    yield from _strings(node.value)
            elif isinstance(node, ast.Call) and _name(node.func) == "row":
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def _columns(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that name the columns of a list."""
    if _name(call.func) in ("rows", "register"):
        yield from call.args
    elif _name(call.func) in ("listing", "Listing"):
        yield from [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "columns")]


def read() -> Catalog:
    """The catalogue as it is."""
    if not PO.exists():
        return Catalog(locale="zh_CN", domain="crmkit", project="crmkit", fuzzy=False)
    return read_po(BytesIO(PO.read_bytes()), locale="zh_CN", domain="crmkit")


def compiled(catalogue: Catalog) -> bytes:
    """The bytes of the .mo file."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update() -> None:
    """Bring the .po and .mo up to date with the package."""
    old = read()
    new = Catalog(locale="zh_CN", domain="crmkit", project="crmkit", fuzzy=False, creation_date=old.creation_date)
    new.revision_date = old.revision_date
    for message in sorted(own_messages()):
        known = old.get(message)
        new.add(message, known.string if known and isinstance(known.string, str) else "")
    PO.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, new, width=120, omit_header=False)
    lines = buffer.getvalue().splitlines(keepends=True)
    PO.write_bytes(b"".join(line for line in lines if b"Generated-By" not in line))  # whose version is no news
    MO.write_bytes(compiled(new))


def missing() -> list[str]:
    """The package's own messages that have no translation."""
    catalogue = read()
    return sorted(m for m in own_messages() if not (found := catalogue.get(m)) or not found.string)


def _strings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _typed(node: ast.AST) -> list[str]:
    """The string that `node` is, if it is one."""
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


if __name__ == "__main__":
    if sys.argv[1:] == ["missing"]:
        print("\n".join(missing()))
    else:
        update()
        print(f"{len(missing())} messages without a translation")
