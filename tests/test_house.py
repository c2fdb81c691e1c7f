"""The house keeps its shape: where things are, which way the arrows point, what belongs to a command."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from crmkit import cli, config
from crmkit.commands.kit.verbs import verbs_of
from crmkit.sheets.report import details
from tests import reference

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "crmkit"
ALLOWED = {  # a folder → the folders of the package that it may import from
    "records": {"records"},
    "core": {"core", "records"},
    "archive": {"archive", "records"},
    "queries": {"queries", "core", "archive", "records"},
    "sheets": {"sheets", "core", "records"},
}
FORBIDDEN_IN_CORE = {"typer", "openpyxl", "sqlite3", "subprocess", "os", "pathlib", "io", "time"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


def test_the_visible_top_level_is_what_the_user_named():
    allowed = {"crmkit", "archives", "examples", "tests", "pyproject.toml", "README.md"}
    stands = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    ignored = subprocess.run(["git", "check-ignore", *stands], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert stands - set(ignored) <= allowed


@pytest.mark.parametrize("folder", sorted(ALLOWED))
def test_arrows_point_one_way(folder):
    wrong = [
        (path.name, name)
        for path in modules(folder)
        for name in imports(path)
        if (match := re.match(r"crmkit\.(commands|queries|sheets|core|archive|records)\b", name))
        if match.group(1) not in ALLOWED[folder]
    ]
    assert wrong == []


ROOMS = {  # a folder → its rooms, each of which imports from those before it only
    "archive": ["journal", "store", "repository", "merge", "archive", "settings", "history", "exchange", "health"],
    "sheets": ["read", "write", "report"],
}


@pytest.mark.parametrize("folder", sorted(ROOMS))
def test_the_rooms_of_a_folder_stand_in_order(folder):
    order = {name: place for place, name in enumerate(ROOMS[folder])}
    arrows = {
        (path.relative_to(PACKAGE / folder).parts[0].removesuffix(".py"), match.group(1))
        for path in modules(folder)
        for name in imports(path)
        if (match := re.match(rf"crmkit\.{folder}\.(\w+)", name))
    }
    assert {room for arrow in arrows for room in arrow} == set(order)
    assert [(here, there) for here, there in arrows if order[here] < order[there]] == []


CORE = [
    "data", "run", "fields", "values", "wording", "calendar", "accounts", "snapshot", "findings", "numbers", "phones",
    "people", "callbacks", "collecting", "dedupe", "visits", "selling", "cards", "tickets", "complaints", "events",
    "calling", "plans", "planning", "assigning", "leads", "editing", "care", "messages", "figures", "marks",
    "appraisal", "reference", "conflicts", "due", "daily",
]  # fmt: skip


def test_the_rooms_of_the_core_stand_in_order():
    """Each imports from those before it only, a room being a folder or a module of `core`."""
    order = {name: place for place, name in enumerate(CORE)}
    rooms = {path.relative_to(PACKAGE / "core").parts[0].removesuffix(".py") for path in modules("core")}
    assert rooms - {"__init__"} == set(CORE)
    arrows = {
        (path.relative_to(PACKAGE / "core").parts[0].removesuffix(".py"), match.group(1))
        for path in modules("core")
        for name in imports(path)
        if (match := re.match(r"crmkit\.core\.(\w+)", name))
    }
    assert sorted((here, there) for here, there in arrows if order[here] < order[there]) == []


def test_what_the_core_refers_to_stands_in_its_docs():
    """`docs.md: Calls, Orders` names sections of that page; what the repository does not hold is named nowhere."""
    sections = re.findall("^## (.+)$", (PACKAGE / "core" / "docs.md").read_text("utf-8"), re.MULTILINE)
    named = set()
    for path in modules("core"):
        text = path.read_text("utf-8")
        assert not re.search(r"\b(DOMAIN|DESIGN)\b|\bresearch[ /]", text), path
        assert text.count("docs.md") == text.count("docs.md: "), path
        named |= {(name, path.name) for said in re.findall(r"docs\.md: ([\w, ]+)", text) for name in said.split(", ")}
    assert len(named) > 50
    assert sorted(one for one in named if one[0] not in sections) == []


def test_the_docs_of_the_core_name_every_room_in_order():
    told = (PACKAGE / "core" / "docs.md").read_text("utf-8").partition("## Order")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("|")]
    assert [room for row in rows for room in re.findall(r"`(\w+)`", row)] == CORE


@pytest.mark.parametrize("folder", ["core", "records"])
def test_the_core_touches_no_file_no_clock_and_no_terminal(folder):
    for path in modules(folder):
        text = path.read_text("utf-8")
        assert not {name.split(".")[0] for name in imports(path)} & FORBIDDEN_IN_CORE, path
        assert not re.search(r"datetime\.now\(|date\.today\(|time\.time\(|\bprint\(|\bopen\(", text), path


def test_every_sheet_that_a_report_can_make_is_made():
    """A function from a View to a Table is a sheet, and stands in SHEETS or MORE."""
    sheets = {
        (path.stem, node.name)
        for path in modules("sheets/report")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "Table"
        if [ast.unparse(one.annotation) for one in node.args.args if one.annotation] == ["View"]
    }
    made = [make for _name, make in (*filter(None, details.SHEETS.values()), *details.MORE)]
    assert sheets == {(make.__module__.rpartition(".")[2], make.__name__) for make in made}


def test_no_module_has_grown_into_two():
    lines = {str(p.relative_to(ROOT)): p.read_text("utf-8").count("\n") for p in PACKAGE.rglob("*.py")}
    assert {path: n for path, n in lines.items() if n > 600} == {}, "above 600 lines ask whether it is two ideas"


def test_every_command_has_a_test_and_a_line_in_the_man_page():
    page = reference.PAGE.read_text("utf-8")
    tests = "\n".join(p.read_text("utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    for name in [*cli.NOUNS, *cli.VERBS]:
        assert f"\n.SS crmkit {name}" in page, name
        assert re.search(rf'"{name}"', tests), f"no test types {name}"


def test_no_two_public_classes_share_a_name():
    places: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_command_imports_another():
    """But everybody the kit."""
    wrong = [
        (path.stem, match.group(1))
        for path in (PACKAGE / "commands").glob("*.py")
        for name in imports(path)
        if (match := re.match(r"crmkit\.commands\.(\w+)", name)) and match.group(1) != "kit"
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", ["commands", "queries"])
def test_what_is_imported_keeps_its_name(folder):
    """A rule is called through its module, `callbacks.cancel(...)`; a verb of the same name is written `cancel_`."""
    renamed = [
        (path.stem, alias.name, alias.asname)
        for path in modules(folder)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.asname != alias.name
    ]
    assert renamed == []


def test_every_file_in_commands_is_in_the_table_of_nouns_or_a_verb():
    files = {p.stem for p in (PACKAGE / "commands").glob("*.py")} - {"__init__"}
    assert files == {module for noun in cli.NOUNS.values() for module in noun.modules} | set(cli.VERBS)


@pytest.mark.parametrize("noun", cli.NOUNS)
def test_the_table_of_a_noun_names_every_verb_that_its_modules_have(noun):
    modules_of = {verb: module for module in cli.NOUNS[noun].modules for verb in verbs_of(module)}
    assert modules_of == cli.NOUNS[noun].places


def test_a_named_verb_imports_no_module_of_another():
    code = """
import sys
from crmkit.cli import main
try:
    main(["lead", "show", "--help"])
finally:
    print(*sys.modules)
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "crmkit.commands.lead_show" in shown
    assert "crmkit.commands.lead_add" not in shown
    assert "crmkit.commands.lead_import" not in shown
    assert {"hashlib", "secrets", "random"} & set(shown.split()) == set()  # a fifteenth of the start


@pytest.fixture(scope="module")
def man_page() -> str:
    """As a new process writes it: help texts are in the language in which a command was first loaded."""
    show = [sys.executable, "-m", "tests.reference", "show"]
    return subprocess.run(show, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_man_page_is_the_commands(man_page):
    assert man_page == reference.PAGE.read_text("utf-8"), "python -m tests.reference writes it anew"


def test_the_man_page_names_every_variable_of_the_environment():
    assert set(reference.ENVIRONMENT) == set(config.ENVIRONMENT.values())


def test_every_command_has_an_example_in_its_help(man_page):
    commands = re.findall(r"^\.SS crmkit (.*)\n((?:(?!\.S).*\n)*)", man_page, re.M)
    assert len(commands) > 100
    assert [
        name for name, body in commands if "\nExample: \\fBcrmkit " not in body and "\nExample: \\fBeval" not in body
    ] == []


def test_the_man_page_is_roff_and_shows_every_text_as_it_is(man_page):
    """A line that begins with a point is a request, dropped without a word where unknown; a bare `-` is a hyphen."""
    lines = man_page.splitlines()[1:]
    assert {line.split()[0] for line in lines if line[:1] in "'."} == {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".br"}
    texts = [line for line in lines if not line.startswith((".TH", ".SH"))]
    assert [line for line in texts if re.search(r'(?<!\\)-|(?<!\(d)"|\\(?![-&e(]|f[BR])', line)] == []


def test_no_command_offers_what_is_not_its_own_and_none_says_that_it_repeats_twice(man_page):
    headings = [line.replace(r"\-", "-") for line in man_page.splitlines() if line.startswith(".SS ")]
    assert [line for line in headings if re.search(r"\.{4}|\.\.\.\].|\]\.\.\.", line)] == []
    assert ".SS crmkit lead show CUSTOMER..." in headings
    assert ".SS crmkit lead assign [CUSTOMER...|-|FILE]" in headings
    assert ".SS crmkit phone parse NUMBER...|-" in headings
    for name, command in reference.commands():
        own = {option for param in command.params for option in param.opts}
        assert not own & {"--install-completion", "--show-completion"}, name


def test_the_readme_stays_short():
    assert (ROOT / "README.md").read_text("utf-8").count("\n") <= 300


def test_the_hooks_before_a_commit_are_local_and_run_what_is_there():
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert set(re.findall(r"repo: (.*)", text)) == {"local"}
    assert set(re.findall(r"language: (.*)", text)) == {"system"}
    entries = re.findall(r"entry: (.*)", text)
    assert [entry.split()[0].rpartition("/")[2] for entry in entries] == ["ruff", "ruff", "mypy", "sh"]
    paths = [word for entry in entries for word in entry.split() if word.startswith("tests/")]
    assert [path for path in paths if not (ROOT / path).exists()] == []


# Options that mean different things of different verbs, in words that the person who types them uses of both.
SEVERAL_MEANINGS = {
    "--address", "--all", "--at", "--by", "--cause", "--customer", "--event", "--how", "--limit", "--name", "--note",
    "--on", "--outcome", "--paid", "--past", "--purpose", "--reason", "--state", "--year",
}  # fmt: skip


def test_an_option_has_one_help_wherever_it_is_taken():
    """Of one name, type and metavar: whoever has read it once knows it everywhere (kit/options.py)."""
    helps = defaultdict(set)
    for _name, command in reference.commands():
        for param in command.params:
            option = max(param.opts, key=len)
            if option.startswith("--") and not getattr(param, "hidden", False):
                kind = (option, str(param.type), param.multiple, param.metavar)
                helps[kind].add(str(param.help or "").removesuffix("[required]").strip())
    assert len(helps) > 150
    several = {option for (option, *_kind), said in helps.items() if len(said) > 1}
    assert sorted(several - SEVERAL_MEANINGS) == []  # is it what another verb takes? then from kit/options
    assert sorted(SEVERAL_MEANINGS - several) == []  # has one meaning only, and needs no exception
