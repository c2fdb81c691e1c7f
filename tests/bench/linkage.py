"""The known tools for finding duplicates, on the fields as crmkit normalises them: `python linkage.py TOOL ARCHIVE`.

Prints the sets of files that the tool takes for one person each, as JSON lines of external ids. Weights, thresholds and
rules were chosen by trying on a list of another seed, so that each tool is shown at about its best.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pandas

from crmkit.core.dedupe import people
from crmkit.records import Customer

SURE = 8.5  # points of recordlinkage's comparison
PROBABLE = 0.99  # splink's match probability


def normalised(archive: str) -> pandas.DataFrame:
    """The customers of an archive: numbers, name, sound of the name, birth date and address, None where unknown."""
    decoder = msgspec.json.Decoder(dict[str, dict[str, Customer]])
    rows = []
    for path in sorted(Path(archive, "customers").iterdir()):
        for customer in decoder.decode(path.read_bytes())["customers"].values():
            person = people.read(customer)
            phones = sorted(phone.partition(";")[0] for phone in person.phones)
            address = " ".join((person.address.road[-3:], *person.address.numbers)) if person.address else None
            rows.append({
                "id": person.external_id,
                "phone": phones[0] if phones else None,
                "other": phones[-1] if len(phones) > 1 else None,
                "surname": person.surname or None,
                "given": person.given or None,
                "name": person.full or None,
                "sound": person.letters or None,
                "sex": person.sex or None,
                "born": person.birth.solar.isoformat() if person.birth.solar else None,
                "address": address,
                "home": f"{address} {person.surname}" if address else None,
            })  # fmt: skip
    return pandas.DataFrame(rows)


def by_recordlinkage(archive: str) -> Iterator[list[str]]:
    """recordlinkage with weights by hand, chains joined."""
    import recordlinkage

    frame = normalised(archive)
    index = recordlinkage.Index()
    for left, right in (
        ("phone", "phone"), ("other", "other"), ("phone", "other"), ("other", "phone"), (["sound", "born"], None),
        (["sound", "address"], None), (["name", "sex", "born"], None), ("home", None), (["born", "address"], None),
    ):  # fmt: skip
        index.block(left, right or left)
    pairs = index.index(frame)
    compare = recordlinkage.Compare()
    for left, right in (("phone", "phone"), ("other", "other"), ("phone", "other"), ("other", "phone")):
        compare.exact(left, right, label=f"{left} {right}")
    for field in ("surname", "given", "sound", "born", "address", "sex"):
        compare.exact(field, field, label=field, missing_value=0.3)
    compare.string("name", "name", method="jarowinkler", label="name")
    compare.string("given", "given", method="levenshtein", label="given near")
    compare.string("born", "born", method="damerau_levenshtein", label="born near", missing_value=0.8)
    found = compare.compute(pairs, frame)
    points = (
        3.5 * found.filter(like="phone").max(axis=1)
        + 0.5 * found["surname"] + 2.5 * found["given"] + 4.0 * found["sound"] + 0.5 * found["name"]
        + 2.5 * found["born"] + 1.0 * found["address"] + 1.0 * found["sex"]
        + 2.5 * found["born near"] + 0.5 * found["given near"]
    )  # fmt: skip
    sure = points[points >= SURE].index
    ids = frame["id"].tolist()
    yield from joined((ids[a], ids[b]) for a, b in sure)


def by_splink(archive: str) -> Iterator[list[str]]:
    """splink: u from random pairs, m by expectation maximisation, clusters at a threshold."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[
            block_on("phone"), block_on("other"), "l.phone = r.other", block_on("sound", "born"),
            block_on("sound", "address"), block_on("home"), block_on("born", "address"),
            block_on("name", "sex", "born"),
        ],
        comparisons=[
            cl.LevenshteinAtThresholds("phone", [1, 2]),
            cl.JaroWinklerAtThresholds("given", [0.7]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("sound", [0.9, 0.8]),
            cl.DamerauLevenshteinAtThresholds("born", [1, 2]),
            cl.ExactMatch("address"),
            cl.ExactMatch("sex"),
        ],
    )  # fmt: skip
    database = DuckDBAPI()
    linker = Linker(database.register(normalised(archive), dataset_display_name="leads"), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("phone", "name")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("phone"), block_on("sound", "born")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    scored = linker.inference.predict(threshold_match_probability=PROBABLE)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, PROBABLE)
    sets = defaultdict(list)
    for row in clusters.as_record_list():
        sets[row["cluster_id"]].append(row["id"])
    yield from (members for members in sets.values() if len(members) > 1)


def joined(pairs: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """The sets that chains of `pairs` make."""
    parent: dict[str, str] = {}

    def root(item: str) -> str:
        while parent.setdefault(item, item) != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for a, b in pairs:
        parent[root(a)] = root(b)
    sets = defaultdict(list)
    for item in list(parent):
        sets[root(item)].append(item)
    yield from sets.values()


TOOLS = {"recordlinkage": by_recordlinkage, "splink": by_splink}

if __name__ == "__main__":
    for members in TOOLS[sys.argv[1]](sys.argv[2]):
        print(json.dumps(members))
