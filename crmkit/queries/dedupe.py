"""What has to be at hand to merge files or to take them apart: whatever is connected with them."""

from collections.abc import Iterable

from crmkit.archive.archive import Archive
from crmkit.queries.finding import holder_of
from crmkit.records import BELONGING, Customer, Decision, Record

# What `dedupe find` prints of a pair beside its two files: whoever decides gives the lines back as they are.
OF_A_PAIR = dict.fromkeys(
    ("suggest", "score", "why", "reasons", "name_a", "name_b", "external_a", "external_b"), ""
)  # fmt: skip


def surroundings(archive: Archive, files: Iterable[Customer]) -> list[Record]:
    """Every record that points at one of `files`, and the customers who share a number, a household or a referral.

    With those who brought them go whoever brought these, and so on.
    """
    from crmkit.core.people.referring import above

    found: dict[str, Record] = {}
    about_files: tuple[type[Record], ...] = (*BELONGING, Decision)
    for file in files:
        for record_type in about_files:
            found |= {record.id: record for record in archive.of(record_type, file.id)}
        keys = [f"phone:{phone.e164}" for phone in file.phones]
        keys += [f"referrer:{file.id}", *([f"household:{file.household}"] if file.household else [])]
        found |= {one.id: one for one in above(file.referrer, lambda identifier: holder_of(archive, identifier))}
        for key in keys:
            found |= {customer.id: customer for customer in archive.find(Customer, key)}
    return list(found.values())
