"""The pages beside the code are true: every place and name that they point at is there, and so is every section."""

import ast
import re
from pathlib import Path

import pytest

from tests.reference import commands

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "crmkit"
PAGES = sorted(PACKAGE.rglob("docs.md"))
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def page_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def sections(path: Path) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M))


def defined(path: Path) -> set[str]:
    """What a module defines, its classes' methods as well."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_each_of_the_large_folders_has_its_page():
    assert {"archive/docs.md", "commands/docs.md", "sheets/docs.md"} <= {page_of(path) for path in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=page_of)
def test_what_a_page_points_at_is_there(page):
    wrong = []
    for text, target in LINK.findall(page.read_text("utf-8")):
        if "://" in target:
            continue
        path = page.parent / target.partition("#")[0]
        known = defined(path) | {path.stem} if path.suffix == ".py" and path.is_file() else {text}
        if not path.exists() or text.strip("`") not in known:
            wrong.append((text, target))
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=page_of)
def test_the_tests_that_a_page_names_are_tests(page):
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    text = page.read_text("utf-8")
    assert [name for name in re.findall(r"`(test_\w+)`", text) if f"def {name}(" not in tests] == []
    assert [name for name in re.findall(r"`(tests/[\w/.]+)`", text) if not (ROOT / name).exists()] == []


def test_every_section_that_the_code_refers_to_is_there():
    known = {page_of(path): sections(path) for path in PAGES}
    wrong, found = [], 0
    for path in [*PACKAGE.rglob("*.py"), *PAGES]:
        for page, title in re.findall(r'((?:\w+/)+docs\.md)(?:,\s+"([^"]+)")?', path.read_text("utf-8")):
            found += 1
            if page not in known or (title and title not in known.get(page, set())):
                wrong.append((page_of(path), page, title))
    assert found > 10
    assert wrong == []


@pytest.mark.parametrize("root", [PACKAGE, ROOT / "tests"], ids=["crmkit", "tests"])
def test_no_comment_refers_to_a_document_that_is_not_here(root):
    elsewhere = re.compile(r"\b(?:DOMAIN|DESIGN)(?: \d|, )|\bresearch A\d")
    wrong = [path for path in root.rglob("*.py") if elsewhere.search(path.read_text("utf-8"))]
    assert wrong in ([], [Path(__file__)])


def test_every_verb_is_typed_by_a_test():
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    typed = {name: r",\s*".join(f'"{word}"' for word in name.split()) for name, _command in commands()}
    scripts = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests" / "test_examples.py", ROOT / "README.md"))
    assert [n for n, words in typed.items() if not re.search(words, tests) and f"crmkit {n}" not in scripts] == []
