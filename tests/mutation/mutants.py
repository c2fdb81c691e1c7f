"""Small changes of a module's source, one at a time: what a slip of the hand, or a wrong idea, would leave there.

A change stands for a kind of mistake: a boundary moved by one, a condition turned round, an operand or a filter
forgotten, an order dropped, a statement left out, a code misspelt. Texts for people, annotations, docstrings and
declarations of options are left alone: no test should hold their words.
"""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

SWAPPED: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
}  # fmt: skip
RENAMED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
SPOKEN = {"_", "N_", "Option", "Argument", "Typer", "command", "register"}  # calls whose texts are for people


class Mutant(NamedTuple):
    """One change: where it stands, of what kind, what stands there and what comes instead."""

    line: int
    end: int
    kind: str
    before: str
    after: str
    begin: int  # in bytes of the source
    finish: int

    def applied(self, source: str) -> str:
        """The source with this change."""
        raw = source.encode()
        return (raw[: self.begin] + self.after.encode() + raw[self.finish :]).decode()


def mutants(source: str) -> Iterator[Mutant]:
    """Every change of `source`."""
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    raw = source.encode()
    for node, kind, new in _changes(tree):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        before = raw[begin:end].decode()
        yield Mutant(node.lineno, node.end_lineno, kind, before, new, begin, end)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.AST, str, str]]:
    for node in _walk(tree):
        match node:
            case ast.Compare(ops=[op]) if type(op) in SWAPPED:
                yield node, "comparison", _text(node, ops=[SWAPPED[type(op)]()])
            case ast.BoolOp():
                yield node, "and/or", _text(node, op=SWAPPED[type(node.op)]())
                kept = node.values[:-1]
                yield node, "operand", f"({ast.unparse(kept[0] if len(kept) == 1 else _with(node, values=kept))})"
            case ast.UnaryOp(op=ast.Not()):
                yield node, "not", f"({ast.unparse(node.operand)})"
            case ast.BinOp() if type(node.op) in SWAPPED and not isinstance(node.left, ast.JoinedStr):
                yield node, "arithmetic", _text(node, op=SWAPPED[type(node.op)]())
            case ast.Constant(value=bool()):
                yield node, "constant", str(not node.value)
            case ast.Constant(value=int()):
                yield node, "constant", str(node.value + 1)
            case ast.Constant(value=str()) if node.value:
                yield node, "code", repr("x" + node.value)
            case ast.Call(func=ast.Name(id=name)) if name in RENAMED:
                arguments = node.args[:1] if name == "sorted" else node.args
                keywords = [] if name == "sorted" else node.keywords
                yield node, "function", ast.unparse(ast.Call(ast.Name(RENAMED[name]), arguments, keywords))
                if name == "sorted" and node.keywords:
                    yield node, "function", ast.unparse(ast.Call(node.func, node.args[:1], []))
            case ast.comprehension(ifs=[first, *_rest]):
                yield first, "filter", "True"
            case ast.If() | ast.IfExp() | ast.While():
                yield node.test, "condition", f"(not ({ast.unparse(node.test)}))"
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield node, "result", "return None"
            case ast.Expr(value=ast.Call()) | ast.AugAssign():
                yield node, "statement", "pass"
            case ast.Continue():
                yield node, "statement", "break"


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that a test can be expected to hold."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr | ast.Import | ast.ImportFrom):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue  # a docstring
            if isinstance(child, ast.Raise) or _is_spoken(child):
                continue  # that it is raised is held by the condition before it; its words are for people
            yield from _walk(child)


def _is_spoken(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in SPOKEN


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _text(node: ast.AST, **fields: object) -> str:
    return f"({ast.unparse(_with(node, **fields))})"
