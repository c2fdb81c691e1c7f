"""Merging two files of one person, and splitting them again (DESIGN 4). The loser stays as an alias for ever."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard

import msgspec

from crmkit.core.people import referring
from crmkit.core.people.union import united
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Callback, Customer, Decision, Merge, Record, owner_of
from crmkit.records.base import derived_id
from crmkit.records.change import Change
from crmkit.records.customer import Noted
from crmkit.records.work import TWIN

# lists of parts, with the key of a part
PARTS = {"phones": ("e164", "ext"), "consents": ("purpose",), "ticks": ("name",)}
LISTS = ("tags", "notes", "noted", "do_not_contact", "released", "hobbies")


def merge(run: Run, survivor: Customer, loser: Customer, children: Iterable[Record] = ()) -> Change:
    """Make `survivor` the file of both.

    `children` are the records that point at either file, the customers whom the loser referred, who are of its
    household or who have a number of either file, and the decisions about either. A call that is planned for both is
    made once. Raises InvalidError for a file that is merged already.
    """
    for file in (survivor, loser):
        if file.merged_into:
            raise InvalidError(
                _("{id} is merged into {survivor} already").format(id=file.id, survivor=file.merged_into)
            )
    if survivor.id == loser.id:
        raise InvalidError(_("{id} cannot be merged with itself").format(id=survivor.id))
    children = list(children)
    whole, circles = _without_circle(united(survivor, loser), survivor, loser, children)
    whole = msgspec.structs.replace(whole, shared=whole.shared and undecided(whole, children, {survivor.id, loser.id}))
    planned = {(c.purpose, c.about) for c in children if _is_open(c) and c.customer == survivor.id}
    moved = [_moved(child, survivor, planned) for child in children if owner_of(child) == loser.id]
    others = [c for c in children if isinstance(c, Customer) and c.id not in (survivor.id, loser.id)]
    followed = {c.id: _following(c, survivor, loser) for c in others}
    record = Merge(
        id=merge_id(run, survivor, loser),
        survivor=survivor.id,
        loser=loser.id,
        at=run.now,
        by=run.by,
        before=_changed(survivor, whole),
        moved=tuple(child.id for child in moved),
        others={c.id: _changed(c, followed[c.id]) for c in others if followed[c.id] != c},
    )
    return Change(
        puts=(
            whole,
            msgspec.structs.replace(loser, merged_into=survivor.id),
            record,
            *moved,
            *(followed[i] for i in record.others),
        ),
        ids=(survivor.id,),
        counts={"merged": 1, "moved": len(moved)},
        notes=circles,
    )


def merge_all(run: Run, groups: Iterable[tuple[Sequence[Customer], Sequence[Record]]]) -> Change:
    """`merge` for several groups of files, one file after the other.

    A group is its files, the survivor first, and the children of all of them.
    """
    puts: dict[str, Record] = {}
    files: dict[str, Customer] = {}
    counts = {"merged": 0, "moved": 0}
    survivors = []
    notes: list[str] = []
    for group, children in groups:
        survivor, *losers = (files.get(file.id, file) for file in group)
        for loser in losers:
            step = merge(run, survivor, loser, [puts.get(child.id, child) for child in children])
            puts |= {record.id: record for record in step.puts}
            files |= {record.id: record for record in step.puts if isinstance(record, Customer)}
            survivor = files[survivor.id]
            notes += step.notes
            counts = {name: n + step.counts[name] for name, n in counts.items()}
        survivors.append(survivor.id)
    return Change(puts=tuple(puts.values()), ids=tuple(survivors), counts=counts, notes=tuple(notes))


def merge_id(run: Run, survivor: Customer, loser: Customer) -> str:
    """The id of the merge record of two files, the same wherever the two are merged."""
    month = max((c.created_at for c in (survivor, loser) if c.created_at), default=run.now)
    return derived_id(Merge.letter, month, survivor.id, loser.id)


def _without_circle(
    whole: Customer, survivor: Customer, loser: Customer, around: Iterable[Record]
) -> tuple[Customer, tuple[str, ...]]:  # fmt: skip
    """`whole` with the first referrer of the two files who was not brought by either of them, and what to say."""
    files = {record.id: record for record in around if isinstance(record, Customer)} | {whole.id: whole}

    def file_of(identifier: str) -> Customer | None:
        return whole if identifier == loser.id else files.get(identifier)

    told: list[str] = []
    for referrer in dict.fromkeys(r for r in (survivor.referrer, loser.referrer) if r not in ("", whole.id, loser.id)):
        chain = referring.circle(whole.id, referrer, file_of)
        if not chain:
            return msgspec.structs.replace(whole, referrer=referrer), tuple(told)
        told.append(_("{id}: {problem}").format(id=whole.id, problem=referring.told(chain)))
    return msgspec.structs.replace(whole, referrer=""), tuple(told)


def undecided(customer: Customer, around: Iterable[Record], own: set[str]) -> bool:
    """Whether a number of `customer` is also that of somebody around about whom no decision has been made.

    `own` are the ids that stand for the customer.
    """
    around = list(around)
    numbers = set(map(identity, customer.phones))
    decided = {i for d in around if isinstance(d, Decision) and {d.a, d.b} & own for i in (d.a, d.b)} | own
    return any(
        numbers & set(map(identity, other.phones))
        for other in around
        if isinstance(other, Customer) and not other.merged_into and other.id not in decided
    )


def _moved(child: Record, survivor: Customer, planned: set[tuple[str, str]]) -> Record:
    """A record of the loser, now of the survivor; a callback that the survivor has open as well is cancelled."""
    twin = _is_open(child) and (child.purpose, child.about) in planned
    closed = {"state": "cancelled", "closing": _twin(survivor)} if twin else {}
    return msgspec.structs.replace(child, customer=survivor.id, **closed)


def _is_open(child: Record) -> TypeGuard[Callback]:
    return isinstance(child, Callback) and not child.state


def _twin(survivor: Customer) -> str:
    """Why a callback was cancelled in a merge; a split opens it again."""
    return f"{TWIN}{survivor.id}"


def _following(other: Customer, survivor: Customer, loser: Customer) -> Customer:
    """Another customer after the merge: what they had to do with the loser they have to do with the survivor."""
    moves = loser.household and survivor.household and other.household == loser.household
    return msgspec.structs.replace(
        other,
        referrer=survivor.id if other.referrer == loser.id else other.referrer,
        household=survivor.household if moves else other.household,
        released=tuple(dict.fromkeys(survivor.id if i == loser.id else i for i in other.released)),
    )


def _changed(old: Customer, new: Customer) -> dict[str, Any]:
    """The fields of `old` that differ in `new`, as plain values."""
    before, after = msgspec.to_builtins(old), msgspec.to_builtins(new)
    return {field: value for field, value in before.items() if after[field] != value}


def split(run: Run, record: Merge, survivor: Customer, loser: Customer, children: Iterable[Record] = ()) -> Change:
    """Undo a merge. What the survivor gained since stays with it; `children` are its records and the other customers.

    Raises InvalidError where the merge was undone already or a later merge stands on it.
    """
    if record.split_at is not None or loser.merged_into != survivor.id:
        raise InvalidError(_("{loser} is not merged into {survivor}").format(loser=loser.id, survivor=survivor.id))
    if survivor.merged_into:
        raise InvalidError(
            _("{id} was merged into {survivor} since").format(id=survivor.id, survivor=survivor.merged_into),
            _("split that merge first"),
        )
    before = _restored(survivor, record.before)
    # `shared` depended on who else had the number: whatever it is now, apart again the files share what they shared
    after = msgspec.structs.replace(united(before, loser), shared=survivor.shared)
    values = {field: _taken_back(field, survivor, before, after, loser) for field in record.before}
    apart: Customer = msgspec.structs.replace(survivor, **values)
    moved = set(record.moved)
    back: list[Record] = []
    for child in children:
        if child.id in moved and owner_of(child) == survivor.id:
            reopened = {"state": "", "closing": ""} if getattr(child, "closing", "") == _twin(survivor) else {}
            back.append(msgspec.structs.replace(child, customer=loser.id, **reopened))
        elif isinstance(child, Customer) and child.id in record.others:
            was = _restored(child, record.others[child.id])
            then = _following(was, before, loser)
            kept = {
                f: getattr(was if getattr(child, f) == getattr(then, f) else child, f) for f in record.others[child.id]
            }
            back.append(msgspec.structs.replace(child, **kept))
    return Change(
        puts=(
            apart,
            msgspec.structs.replace(loser, merged_into=""),
            msgspec.structs.replace(record, split_at=run.now),
            *back,
        ),
        ids=(survivor.id, loser.id),
        counts={"split": 1, "moved": len(back)},
    )


def _restored(customer: Customer, fields: dict[str, Any]) -> Customer:
    return msgspec.convert({**msgspec.to_builtins(customer), **fields}, Customer)


def _taken_back(field: str, now: Customer, before: Customer, after: Customer, loser: Customer) -> Any:
    """The value of `field` without what the merge brought into it: edits made since are kept."""
    present, was, merged = (getattr(file, field) for file in (now, before, after))
    if field in LISTS:
        brought = {item for item in (*getattr(loser, field), *merged) if item not in was}
        files = (before.id, loser.id)
        return tuple(
            i for i in present if i not in brought and not (isinstance(i, Noted) and i not in was and i.file in files)
        )
    if field in PARTS:
        return _parts_taken_back(PARTS[field], present, was, merged)
    return was if present == merged else present


def _parts_taken_back(keys: tuple[str, ...], present: Any, was: Any, merged: Any) -> Any:
    def by_key(parts: Any) -> dict[tuple[str, ...], Any]:
        return {tuple(getattr(part, key) for key in keys): part for part in parts}

    old, joined = by_key(was), by_key(merged)
    kept = {key: old.get(key) if joined.get(key) == part else part for key, part in by_key(present).items()}
    return tuple(part for part in kept.values() if part is not None)
