"""Measures `core.dedupe` on lists whose truth is known.

python -m tests.bench.dedupe_quality [COUNT [SEED]]       kind by kind
python -m tests.bench.dedupe_quality FEBRL.csv            a data set of FEBRL, without its number field
python -m tests.bench.dedupe_quality COUNT SEED SETS      precision, recall and F1 of anybody's sets of files, as JSON:
                                                          SETS holds lists of external ids, a line each
"""

import csv
import json
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from time import perf_counter

from crmkit.core.dedupe import dedupe
from crmkit.records import Customer
from tests.bench.leads import Lead, Noise, leads, true_pairs
from tests.core.desk import SETTINGS

FEBRL_ADDRESS = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")


def quality(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> tuple[float, float]:
    """Precision and recall of `found`; 1 where there was nothing to find."""
    right = len(found & true)
    return right / len(found) if found else 1.0, right / len(true) if true else 1.0


def group_quality(groups: list[tuple[str, ...]], true: set[tuple[str, str]]) -> float:
    """F1 of the pairs within suggested groups."""
    joined = {(a, b) for g in groups for i, a in enumerate(sorted(g)) for b in sorted(g)[i + 1 :]}
    precision, recall = quality(joined, true)
    return 2 * precision * recall / (precision + recall)


def measure(listed: list[Lead]) -> None:
    start = perf_counter()
    pairs = dedupe.find((lead.customer for lead in listed), decisions=(), settings=SETTINGS)
    seconds = perf_counter() - start
    true = true_pairs(listed)
    by_tier = {tier: {(p.a, p.b) for p in pairs if p.suggest == tier} for tier in ("merge", "review", "household")}
    print(
        f"{len(listed)} leads, {len(true)} true pairs, {seconds:.2f} s, {dict((t, len(f)) for t, f in by_tier.items())}"
    )
    print("merge          precision {:.4f} recall {:.4f}".format(*quality(by_tier["merge"], true)))
    print("merge + review precision {:.4f} recall {:.4f}".format(*quality(by_tier["merge"] | by_tier["review"], true)))
    print(f"groups         F1 {group_quality(dedupe.groups(pairs), true):.4f}")
    kinds = {lead.customer.id: lead.kind for lead in listed}
    found = by_tier["merge"] | by_tier["review"]
    total, sure, likely = Counter(), Counter(), Counter()
    for pair in true:
        kind = " + ".join(sorted({kinds[i] for i in pair} - {"first"})) or "first"
        if "+" not in kind:
            total[kind] += 1
            sure[kind] += pair in by_tier["merge"]
            likely[kind] += pair in found
    for kind in sorted(total):
        print(
            f"  {kind:30} {total[kind]:5} merge {sure[kind] / total[kind]:.3f} found {likely[kind] / total[kind]:.3f}"
        )
    for tier in ("merge", "review"):
        wrong = Counter(" / ".join(sorted(kinds[i] for i in pair)) for pair in by_tier[tier] - true)
        print(f"  wrong in {tier}: {dict(wrong.most_common(12))}")


def febrl(path: Path) -> tuple[list[Customer], set[tuple[str, str]]]:
    """The people of a FEBRL data set and its true pairs; `soc_sec_id`, which no list of leads has, is left out."""
    listed, people = [], defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, skipinitialspace=True)):
            row = {name.strip(): (value or "").strip() for name, value in row.items()}
            born, identifier = row["date_of_birth"], f"C2611-{number:08d}"
            listed.append(
                Customer(
                    id=identifier,
                    name=f"{row['given_name']} {row['surname']}".strip(),
                    birthday=f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else "",
                    address=" ".join(row[part] for part in FEBRL_ADDRESS if row[part]),
                )
            )
            people[row["rec_id"].split("-")[1]].append(identifier)
    return listed, {pair for ids in people.values() for pair in combinations(sorted(ids), 2)}


def measure_febrl(path: Path) -> str:
    """Precision, recall and F1 of what `find` suggests."""
    listed, true = febrl(path)
    pairs = dedupe.find(listed, decisions=(), settings=SETTINGS)
    precision, recall = quality({(p.a, p.b) for p in pairs if p.suggest != "household"}, true)
    f1 = 2 * precision * recall / (precision + recall)
    groups = group_quality(dedupe.groups(pairs), true)
    return f"precision {precision:.4f} recall {recall:.4f} F1 {f1:.4f} groups F1 {groups:.4f}"


def measure_sets(listed: list[Lead], path: Path) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs within the sets in a file."""
    ids = {lead.customer.external_id: lead.customer.id for lead in listed}
    found = set()
    for line in path.read_text("utf-8").splitlines():
        members = sorted(ids[name] for name in json.loads(line))
        found |= {(a, b) for i, a in enumerate(members) for b in members[i + 1 :]}
    precision, recall = quality(found, true_pairs(listed))
    return precision, recall, 2 * precision * recall / (precision + recall)


if __name__ == "__main__":
    if sys.argv[1:] and not sys.argv[1].isdigit():
        print(measure_febrl(Path(sys.argv[1])))
        sys.exit()
    count, seed = [int(a) for a in sys.argv[1:3]] + [10_000, 1][len(sys.argv) - 1 :]
    if sys.argv[3:]:
        print(json.dumps(measure_sets(leads(count, seed, Noise(standing=0)), Path(sys.argv[3]))))
    else:
        measure(leads(count, seed, Noise()))
