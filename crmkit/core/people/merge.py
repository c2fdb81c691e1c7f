"""Merging two files into one, splitting them, and decisions about pairs (docs.md: Repeats).

No value is lost, an empty one never wins, the latest consent or withdrawal counts. A pair that a person decided to be
two is never suggested again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeGuard

import msgspec

from crmkit.core.people import deepfile, names, referring
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.values import plain
from crmkit.core.wording import noted
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Callback, Customer, Decision, Merge, Record, owner_of
from crmkit.records.base import derived_id
from crmkit.records.change import Change
from crmkit.records.customer import Consent, Noted, Phone, Tick
from crmkit.records.work import TWIN

FACTS = (
    N_("sex"), N_("address"), N_("email"), N_("wechat"), N_("employer"), N_("external_id"), *deepfile.TEXTS,
)  # fmt: skip
ORIGIN = (N_("source"), N_("site"), N_("collector"))
NOTED = (N_("name"), N_("birthday"), N_("owner"), *FACTS, *ORIGIN)
STAGES = ("", "lost", "screened", "buyer")  # the later one tells more
PHONE_STATES = ("", "mismatch", "invalid", "wrong", "confirmed")  # the later one wins
AGE_SLACK = 1  # years by which two statements of age may differ before it is worth a note
HEALTH_SEAM = " / "  # between what the two files note about the person's health


def choose(files: Iterable[Customer]) -> list[Customer]:
    """The file that should survive, then the others: the most complete first, of equal ones the older."""
    return sorted(files, key=lambda c: (-_completeness(c), _collected(c), c.id))


def _completeness(customer: Customer) -> int:
    fields = (*FACTS, "birthday", "owner", "stage", "grade", "hobbies")
    known = len(deepfile.FIT) - deepfile.fit(customer).unknown + bool(names.parts(customer.name).given)
    confirmed = sum(phone.state == "confirmed" for phone in customer.phones)
    return sum(bool(getattr(customer, field)) for field in fields) + known + len(customer.phones) + confirmed


def _collected(customer: Customer) -> float:
    moment = customer.collected_at or customer.created_at
    return moment.timestamp() if moment else float("inf")


def united(survivor: Customer, loser: Customer) -> Customer:
    """`survivor` with everything from `loser`; a value that lost is kept as a note with its file's id.

    Source, site, collector and time come from the earlier contact. An owner whom the person chose keeps the file.
    Health notes stay in their own field, under its consent.
    """
    first, later = sorted((survivor, loser), key=_collected)
    values: dict[str, Any] = {field: getattr(survivor, field) or getattr(loser, field) for field in FACTS}
    values |= {field: getattr(first, field) or getattr(later, field) for field in ORIGIN}
    values |= {field: _known(getattr(survivor, field), getattr(loser, field)) for field in deepfile.FIT}
    kept = loser if loser.pinned and not survivor.pinned else survivor
    values |= {
        "name": names.fuller(survivor.name, loser.name),
        "birthday": _fuller_birthday(survivor.birthday, loser.birthday),
        "collected_at": first.collected_at or later.collected_at,
        "age_about": _age(survivor, first.collected_at) or _age(loser, first.collected_at),
        "owner": kept.owner or survivor.owner or loser.owner,
        "pinned": survivor.pinned or loser.pinned,
    }
    phones = _phones(survivor.phones, loser.phones)
    known = {survivor.id, loser.id}
    grown: Customer = msgspec.structs.replace(
        survivor,
        **values,
        phones=phones,
        referrer=next((r for r in (survivor.referrer, loser.referrer) if r and r not in known), ""),
        stage=max(survivor.stage, loser.stage, key=STAGES.index),
        grade=min(filter(None, (survivor.grade, loser.grade)), default=""),
        suspect=(survivor.suspect or loser.suspect) and all(p.state != "confirmed" for p in phones),
        household=survivor.household or loser.household,
        shared=survivor.shared or loser.shared,
        deceased=survivor.deceased or loser.deceased,
        deceased_on=survivor.deceased_on or loser.deceased_on,
        released=tuple(i for i in _joined(survivor.released, loser.released) if i not in known),
        do_not_contact=_joined(survivor.do_not_contact, loser.do_not_contact),
        consents=_consents(survivor.consents, loser.consents),
        tags=_joined(survivor.tags, loser.tags),
        hobbies=_joined(survivor.hobbies, loser.hobbies),
        health_notes=HEALTH_SEAM.join(_joined(filter(None, (survivor.health_notes, loser.health_notes)))),
        ticks=_ticks(survivor.ticks, loser.ticks),
    )
    gone = (one for file in (survivor, loser) for one in _given_way(file, grown))
    return msgspec.structs.replace(
        grown,
        notes=_joined(survivor.notes, loser.notes),
        noted=tuple(dict.fromkeys((*survivor.noted, *loser.noted, *gone))),
    )


def _given_way(file: Customer, grown: Customer) -> Iterable[Noted]:
    for field in NOTED:
        value = getattr(file, field)
        if value and plain(value) != plain(getattr(grown, field)):
            yield noted(field, value, file.id)
    for field in deepfile.FIT:
        answer = getattr(file, field)
        if answer is not None and answer != getattr(grown, field):
            yield noted(field, answer, file.id)
    age = _age(file, grown.collected_at)
    if age is not None and grown.age_about is not None and abs(age - grown.age_about) > AGE_SLACK:
        yield noted("age", file.age_about, file.id)


def _known(one: bool | None, other: bool | None) -> bool | None:
    return other if one is None else one


def _joined(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _fuller_birthday(one: str, other: str) -> str:
    """`one`, unless it lacks the year or is missing and the other has it."""
    return other if other and "--" not in other and (not one or "--" in one) else one or other


def _age(customer: Customer, at: datetime | None) -> int | None:
    """The approximate age as of the year of `at`, from which `age_about` counts."""
    if customer.age_about is None or customer.collected_at is None or at is None:
        return customer.age_about
    return customer.age_about - (customer.collected_at.year - at.year)


def _phones(kept: tuple[Phone, ...], added: tuple[Phone, ...]) -> tuple[Phone, ...]:
    found: dict[str, Phone] = {}
    for phone in (*kept, *added):
        present = found.setdefault(identity(phone), phone)
        state = max(present.state, phone.state, key=PHONE_STATES.index)
        found[identity(phone)] = msgspec.structs.replace(present, state=state)
    return tuple(found.values())


def _consents(kept: tuple[Consent, ...], added: tuple[Consent, ...]) -> tuple[Consent, ...]:
    """By purpose the latest consent and the latest withdrawal; which of the two is later decides (`Consent.given`)."""
    found: dict[str, Consent] = {}
    for consent in (*kept, *added):
        both = (found.get(consent.purpose, consent), consent)
        last = max(both, key=lambda c: (_time(c.withdrawn_at), c.withdrawn_how))
        found[consent.purpose] = msgspec.structs.replace(
            max(both, key=lambda c: (_time(c.given_at), c.how)),
            withdrawn_at=last.withdrawn_at,
            withdrawn_how=last.withdrawn_how,
        )
    return tuple(found.values())


def _ticks(kept: tuple[Tick, ...], added: tuple[Tick, ...]) -> tuple[Tick, ...]:
    """By name the tick that was set first."""
    found: dict[str, Tick] = {}
    for tick in (*kept, *added):
        found[tick.name] = min(found.get(tick.name, tick), tick, key=lambda one: (_time(one.at), one.by, one.note))
    return tuple(found.values())


def _time(moment: datetime | None) -> float:
    return moment.timestamp() if moment else float("-inf")


# lists of parts, with the key of a part
PARTS = {"phones": ("e164", "ext"), "consents": ("purpose",), "ticks": ("name",)}
LISTS = ("tags", "notes", "noted", "do_not_contact", "released", "hobbies")


def merge(run: Run, survivor: Customer, loser: Customer, children: Iterable[Record] = ()) -> Change:
    """Make `survivor` the file of both.

    `children`: the records that point at either file; the customers whom the loser referred, of its household, or with
    a number of either file; the decisions about either. A call planned for both is kept once. Raises InvalidError for a
    file that is merged already.
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
    """`whole` with the first referrer of the two files that makes no circle, and a note about the other."""
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
    """Another customer after the merge: references to the loser become references to the survivor."""
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
    """Undo a merge. What the survivor got since then stays with it; `children` are its records and the other customers.

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


def decided(run: Run, a: Customer, b: Customer, verdict: str, note: str = "") -> Decision:
    """The decision about two files. Two operators who decide about them offline write the same record."""
    month = max((c.created_at for c in (a, b) if c.created_at), default=run.now)
    first, second = sorted((a.id, b.id))
    identifier = derived_id(Decision.letter, month, first, second)
    return Decision(id=identifier, a=first, b=second, verdict=verdict, at=run.now, by=run.by, note=note)


def distinct(run: Run, a: Customer, b: Customer, around: Iterable[Record] = (), note: str = "") -> Change:
    """`a` and `b` are two people. `around`: who else has a number of theirs, and the decisions about either."""
    _check_pair(a, b)
    decision = decided(run, a, b, "distinct", note)
    around = [*around, decision]
    puts = (decision, *(_settled(file, [*around, a, b]) for file in (a, b)))
    return Change(puts=puts, ids=(a.id, b.id), counts={"distinct": 1})


def household(run: Run, a: Customer, b: Customer, around: Iterable[Record] = (), note: str = "") -> Change:
    """`a` and `b` are two people of one household; where each has one already, the two become one.

    `around` as for `distinct`, and the other members of both households.
    """
    _check_pair(a, b)
    decision = decided(run, a, b, "household", note)
    around = [*around, decision]
    name = a.household or b.household or min(a.id, b.id)
    joining = {file.household for file in (a, b)} - {"", name}
    members = [
        msgspec.structs.replace(other, household=name)
        for other in around
        if isinstance(other, Customer) and other.household in joining and other.id not in (a.id, b.id)
    ]
    pair = [msgspec.structs.replace(_settled(file, [*around, a, b]), household=name) for file in (a, b)]
    return Change(puts=(decision, *pair, *members), ids=(a.id, b.id), counts={"household": 1})


def _check_pair(a: Customer, b: Customer) -> None:
    if a.id == b.id:
        raise InvalidError(_("{id} cannot be compared with itself").format(id=a.id))
    for file in (a, b):
        if file.merged_into:
            raise InvalidError(
                _("{id} is merged into {survivor} already").format(id=file.id, survivor=file.merged_into)
            )


def _settled(file: Customer, around: Iterable[Record]) -> Customer:
    """`file`, no longer marked as shared once every pair with its number has been decided."""
    return msgspec.structs.replace(file, shared=file.shared and undecided(file, around, {file.id}))
