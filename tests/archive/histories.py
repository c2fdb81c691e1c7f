"""Random work on an archive given as files, for the tests of merging: two or three operators, offline, at random."""

import random
from typing import Any

from crmkit.archive.store import stored, strict
from crmkit.archive.store.shards import kind_of, part_path
from crmkit.records import TYPES
from crmkit.records.base import month_of

Documents = dict[str, dict[str, Any]]
Files = dict[str, bytes]

NAMES = ("张秀英", "刘国庆", "王强", "李娜", "陈静")
ADDRESSES = ("青年路1号", "青年路2号", "和平里3号")
NUMBERS = tuple(f"+8613900541{n:03}" for n in range(6))
TAGS = ("knowledge", "lively", "quiet", "emotional")
CHANNELS = ("all", "call", "sms", "visit")
STATES = ("", "confirmed", "wrong", "mismatch")


def documents_of(files: Files) -> Documents:
    """Every record of an archive by id."""
    found: Documents = {}
    for path, data in files.items():
        kind = path.partition("/")[0]
        for record_type in TYPES:
            if record_type.kind == kind:
                strict.table(data, record_type, path)
                found |= strict.documents(data, kind, path)
    return found


def files_of(documents: Documents, parts: dict[str, int] | None = None) -> Files:
    """The shards that hold `documents`; `parts` says which lie in another than the first part of their month."""
    tables: dict[str, Documents] = {}
    for identifier, document in documents.items():
        kind = kind_of(identifier) or ""
        path = part_path(kind, month_of(identifier), (parts or {}).get(identifier, 1))
        tables.setdefault(path, {})[identifier] = document
    return {path: stored.canonical(path.partition("/")[0], table) for path, table in tables.items()}


def new_id(rng: random.Random, letter: str) -> str:
    """A record id as `rng` wills."""
    return f"{letter}2611-" + "".join(rng.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(8))


def first_archive(rng: random.Random, customers: int = 4) -> Documents:
    """What all operators start from."""
    documents: Documents = {}
    for _ in range(customers):
        _add_customer(rng, documents, "2026-11-01T09:00:00+08:00")
    return documents


def work(rng: random.Random, documents: Documents, steps: int) -> Documents:
    """`documents` after one operator's next `steps` edits, at times of one morning that others may share."""
    after = {identifier: dict(document) for identifier, document in documents.items()}
    for _ in range(steps):
        at = f"2026-11-21T{rng.randrange(8, 12):02}:{rng.choice(('00', '30'))}:00+08:00"
        rng.choice(EDITS)(rng, after, at)
    return after


def _add_customer(rng: random.Random, documents: Documents, at: str) -> None:
    number = rng.choice(NUMBERS)
    documents[new_id(rng, "C")] = {
        "name": rng.choice(NAMES),
        "phones": [{"raw": number[3:], "e164": number, "kind": "mobile"}],
        "created_at": at,
        "updated_at": at,
    }


def _some_customer(rng: random.Random, documents: Documents) -> str:
    """The id of a file that stands, "" where there is none."""
    return rng.choice(sorted(i for i, d in documents.items() if i[0] == "C" and "merged_into" not in d) or [""])


def _edit_customer(rng: random.Random, documents: Documents, at: str) -> None:
    identifier = _some_customer(rng, documents)
    if identifier:
        document = documents[identifier]
        field = rng.choice(
            ("name", "address", "owner", "suspect", "tags", "notes", "do_not_contact", "phones", "consents")
        )
        _change_field(rng, document, field, at)
        document["updated_at"] = max(at, document["updated_at"])


def _change_field(rng: random.Random, document: dict[str, Any], field: str, at: str) -> None:
    value: Any = None
    if field in ("name", "address", "owner"):
        value = rng.choice({"name": NAMES, "address": ADDRESSES, "owner": ("LN", "WQ")}[field])
    elif field == "suspect":
        value = not document.get("suspect")
    elif field in ("tags", "notes", "do_not_contact"):
        value = sorted(set(document.get(field, ())) ^ {rng.choice(CHANNELS if field == "do_not_contact" else TAGS)})
    elif field == "phones":
        value = _phones(rng, list(document.get("phones", ())))
    elif field == "consents":
        value = _consents(rng, list(document.get("consents", ())), at)
    if value and rng.random() < 0.9:
        document[field] = value
    else:
        document.pop(field, None)


def _phones(rng: random.Random, phones: list[dict[str, Any]]) -> list[dict[str, Any]]:
    number = rng.choice(NUMBERS)
    if any(phone["e164"] == number for phone in phones):
        state = rng.choice(STATES)
        changed = [{**p, "state": state} if p["e164"] == number else p for p in phones]
        return [{k: v for k, v in p.items() if v} for p in changed] if state else phones[1:]
    return [*phones, {"raw": rng.choice((number[3:], number)), "e164": number, "kind": "mobile"}]


def _consents(rng: random.Random, consents: list[dict[str, Any]], at: str) -> list[dict[str, Any]]:
    if consents:
        return [{**consents[0], rng.choice(("given_at", "withdrawn_at")): at}, *consents[1:]]
    return [{"purpose": rng.choice(("contact", "marketing")), "given_at": at, "how": "form"}]


def _remove_customer(rng: random.Random, documents: Documents, at: str) -> None:
    identifier = _some_customer(rng, documents)
    if not any(identifier in (d.get("customer"), d.get("merged_into")) for d in documents.values()):
        documents.pop(identifier, None)


def _log_call(rng: random.Random, documents: Documents, at: str) -> None:
    identifier = _some_customer(rng, documents)
    if identifier:
        documents[new_id(rng, "L")] = {"customer": identifier, "at": at, "outcome": "reached", "created_at": at}


def _merge_customers(rng: random.Random, documents: Documents, at: str) -> None:
    standing = sorted(i for i, d in documents.items() if i[0] == "C" and "merged_into" not in d)
    if len(standing) < 2:
        return
    survivor, loser = rng.sample(standing, 2)
    documents[loser] |= {"merged_into": survivor, "updated_at": at}
    moved = [i for i, d in documents.items() if d.get("customer") == loser]
    for identifier in moved:
        documents[identifier] = {**documents[identifier], "customer": survivor, "updated_at": at}
    note = {"survivor": survivor, "loser": loser, "at": at, "created_at": at}
    documents[new_id(rng, "M")] = {**note, "moved": moved} if moved else note


def _plan(rng: random.Random, documents: Documents, at: str) -> None:
    """A callback whose id follows from its plan: every operator makes the same one."""
    identifier = _some_customer(rng, documents)
    planned = f"B2611-{identifier[6:]}"
    if identifier and planned not in documents:
        due = "2026-11-22T09:00:00+08:00"
        documents[planned] = {
            "customer": identifier,
            "purpose": "screening",
            "due_at": due,
            "created_at": at,
            "updated_at": at,
        }


def _close_callback(rng: random.Random, documents: Documents, at: str) -> None:
    planned = sorted(i for i in documents if i[0] == "B")
    if planned:
        document = documents[rng.choice(planned)]
        document |= {"state": rng.choice(("done", "cancelled")), "attempt": rng.randrange(1, 4), "updated_at": at}


EDITS = (
    _add_customer, _edit_customer, _edit_customer, _edit_customer, _edit_customer, _remove_customer, _log_call,
    _merge_customers, _plan, _close_callback,
)  # fmt: skip
