"""`crmkit schema`: the JSON Schema of a record type."""

from typing import Annotated

import msgspec
import typer

from crmkit import render
from crmkit.commands.kit.common import Listed
from crmkit.commands.kit.verbs import verb
from crmkit.errors import NotFoundError
from crmkit.i18n import _
from crmkit.records import TYPES

SHOWN = {  # what is printed with a record and not stored in it
    "Customer": {"phone": "The number to dial, with its extension; empty where there is none."},
    "Phone": {"number": "The same as e164, under a name that jq 1.6 can read."},
}


@verb(_("The JSON Schema of a record type, or the list of types. Example: crmkit schema customer"))
def schema(
    ctx: typer.Context, record_type: Annotated[str, typer.Argument(metavar="[TYPE]")] = "", fmt: Listed = ""
) -> None:
    """Print the JSON Schema of a record type; without a type, list them."""
    if not record_type:
        kinds = [
            {"type": t.__name__.lower(), "kind": t.kind, "letter": t.letter, "append_only": t.event} for t in TYPES
        ]
        render.rows(kinds, ("type", "kind", "letter", "append_only"), fmt)
        return
    for known in TYPES:
        if record_type.lower() in (known.__name__.lower(), known.kind):
            found = msgspec.json.schema(known)
            for name, more in SHOWN.items():
                for key, text in more.items() if name in found["$defs"] else ():
                    found["$defs"][name]["properties"][key] = {"type": "string", "readOnly": True, "description": text}
            render.one(found, "jsonl" if fmt == "jsonl" else "json")
            return
    raise NotFoundError(_("there is no record type {name}").format(name=record_type), _("`crmkit schema` lists them"))
