"""Small mistakes in a module: a comparison turned round, a condition left out, a right given to one relation more."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).parents[2]

Change: TypeAlias = Callable[[Any], ast.AST | None]
"""What is put in a node's place; None leaves it out."""
Named: TypeAlias = tuple[str, Change]
"""A change with its name; without one, the texts before and after name it."""


@dataclass(frozen=True)
class Mutant:
    """One mistake: in which module, and what it is."""

    module: str
    name: str
    _tree: ast.Module
    _node: ast.AST
    _change: Change

    @property
    def source(self) -> str:
        """The module's text with this mistake."""
        changed = self._change(copy.deepcopy(self._node))
        return ast.unparse(_Replacing(self._node, changed).visit_copy(self._tree))


def mutants_of(module: str) -> list[Mutant]:
    """Every mistake in a module, by names that do not change with its line numbers."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    seen: Counter[str] = Counter()
    made = []
    for where, node, (label, change) in _changes(tree):
        before, changed = ast.unparse(node), change(copy.deepcopy(node))
        after = "nothing" if changed is None else ast.unparse(changed)
        if after != before:
            name = f"{where}: {label or f'{_short(before, after)} -> {_short(after, before)}'}"
            seen[name] += 1
            name = f"{name} ({seen[name]})" if seen[name] > 1 else name
            made.append(Mutant(module, name, tree, node, change))
    return made


def _short(words: str, other: str) -> str:
    """One line, and of a long one what is around the place where it differs from the other."""
    line, other = " ".join(words.split()), " ".join(other.split())
    at = next((n for n, (one, two) in enumerate(zip(line, other, strict=False)) if one != two), 0)
    start = max(0, at - 40)
    return line if len(line) <= 100 else f"{'…' * (start > 0)}{line[start : start + 90]}…"


class _Replacing(ast.NodeTransformer):
    """Puts one node in the place of another, in a copy of the tree."""

    def __init__(self, node: ast.AST, changed: ast.AST | None) -> None:
        self._place = (type(node), node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        self._changed = changed
        self._done = False

    def visit_copy(self, tree: ast.Module) -> ast.Module:
        made = self.visit(copy.deepcopy(tree))
        assert self._done
        return ast.fix_missing_locations(made)

    def visit(self, node: ast.AST) -> ast.AST:
        if (
            not self._done
            and isinstance(node, self._place[0])
            and self._place[1:]
            == (
                node.lineno,
                node.col_offset,
                node.end_lineno,
                node.end_col_offset,
            )
        ):
            self._done = True
            return self._changed
        return super().generic_visit(node)


# Which mistakes ---------------------------------------------------------------------------------------------------


def _changes(tree: ast.Module) -> Iterator[tuple[str, ast.AST, Named]]:
    for where, node in _code(tree, ""):
        for kind, changes in CHANGES.items():
            if isinstance(node, kind):
                for change in changes(node):
                    yield where, node, change if isinstance(change, tuple) else ("", change)


def _code(node: ast.AST, where: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node that does something, with the function or the name it stands in: no texts, annotations, imports."""
    keys = {id(item): f"[{ast.unparse(key)}]" for key, item in _items(node)}
    skipped = {id(each) for each in _beside(node)}
    for child in ast.iter_child_nodes(node):
        if id(child) in skipped or _is_text(child) or _only_for_types(child):
            continue
        inside = where + keys.get(id(child), "")
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inside = f"{where}.{child.name}".lstrip(".")
        elif isinstance(child, ast.Assign | ast.AnnAssign) and not where:
            inside = ast.unparse(child.targets[0] if isinstance(child, ast.Assign) else child.target)
        yield inside, child
        yield from _code(child, inside)


def _items(node: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    return [(key, item) for key, item in pairs if isinstance(key, ast.Attribute)]


def _beside(node: ast.AST) -> list[ast.AST]:
    """The children of a node that do nothing themselves."""
    found = [child for child in ast.iter_child_nodes(node) if isinstance(child, NOTHING)]
    found += [getattr(node, name) for name in ("annotation", "returns") if getattr(node, name, None)]
    return [*found, *getattr(node, "decorator_list", ())]


NOTHING = (ast.Import, ast.ImportFrom, ast.arguments)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


OTHERS = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPPOSITE = {"in_": "not_in", "not_in": "in_", "is_": "is_not", "is_not": "is_", "or_": "and_", "and_": "or_"}
OPPOSITE |= {"true": "false", "false": "true", "union": "union_all", "union_all": "union"}
JOINING = ("and_", "or_", "where")
"""Calls of which each argument is a condition."""


def _of_comparison(node: ast.Compare) -> Iterator[Change | Named]:
    for place, operator in enumerate(node.ops):
        for other in OTHERS[type(operator)]:
            yield lambda made, place=place, other=other: _set(made, "ops", place, other())


def _of_condition(node: ast.BoolOp) -> Iterator[Change | Named]:
    other = ast.Or if isinstance(node.op, ast.And) else ast.And
    yield lambda made: ast.BoolOp(other(), made.values)
    yield from _without_each("values", len(node.values))


def _of_not(node: ast.UnaryOp) -> Iterator[Change | Named]:
    if isinstance(node.op, ast.Not):
        yield lambda made: made.operand


def _of_constant(node: ast.Constant) -> Iterator[Change | Named]:
    if isinstance(node.value, bool):
        yield lambda made: ast.Constant(not made.value)
    elif isinstance(node.value, int):
        yield lambda made: ast.Constant(made.value + 1)


def _of_set(node: ast.Set) -> Iterator[Change | Named]:
    yield from _without_each("elts", len(node.elts))


def _of_calculation(node: ast.BinOp) -> Iterator[Change | Named]:
    others = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
    if other := others.get(type(node.op)):
        yield lambda made: ast.BinOp(made.left, other(), made.right)


def _of_call(node: ast.Call) -> Iterator[Change | Named]:
    name = _called(node)
    if name in OPPOSITE:
        yield _renamed
    if name in JOINING:
        yield from _without_each("args", len(node.args), least=0 if name == "where" else 1)


def _of_expression(node: ast.Expr) -> Iterator[Change | Named]:
    yield lambda made: ast.Pass()


def _of_choice(node: ast.If | ast.IfExp) -> Iterator[Change | Named]:
    for value in (True, False):
        yield lambda made, value=value: _set_field(made, "test", ast.Constant(value))


def _of_result(node: ast.Return) -> Iterator[Change | Named]:
    if node.value is not None and ast.unparse(node.value) != "None":
        yield lambda made: ast.Return(ast.Constant(None))


def _of_table(node: ast.Dict) -> Iterator[Change | Named]:
    """An entry left out; and in the table of the policy, a right given to each relation that does not have it."""
    keys = [ast.unparse(key) for key in node.keys if key]
    for place, key in enumerate(keys):
        yield (
            f"without {key}",
            lambda made, place=place: ast.Dict(_but(made.keys, place), _but(made.values, place)),
        )
    for relation in RELATIONS if keys and all(key.startswith("Relation.") for key in keys) else ():
        for right in "RWCX":
            yield (
                f"{relation} may {right}",
                lambda made, relation=relation, right=right: _widened(made, relation, right),
            )


RELATIONS = ("SELF", "AUTHOR", "NAMED", "MANAGER", "MANAGER_ABOVE", "FORMER_MANAGER", "DELEGATE", "BY_GLASS")
RELATIONS += ("HR", "COLLEAGUE")


def _widened(table: ast.Dict, relation: str, right: str) -> ast.Dict:
    found = next(
        (rights.args[0].elts for key, rights in _items(table) if ast.unparse(key) == f"Relation.{relation}"),
        None,
    )
    if found is None:
        key = ast.parse(f"Relation.{relation}", mode="eval").body
        return ast.Dict(
            [*table.keys, key], [*table.values, ast.parse(f"frozenset({{{right}}})", mode="eval").body]
        )
    if right not in map(ast.unparse, found):
        found.append(ast.Name(right, ast.Load()))
    return table


CHANGES: dict[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Iterator[Change | Named]]] = {
    ast.Compare: _of_comparison,
    ast.BoolOp: _of_condition,
    ast.UnaryOp: _of_not,
    ast.Constant: _of_constant,
    ast.Set: _of_set,
    ast.BinOp: _of_calculation,
    ast.Call: _of_call,
    ast.Expr: _of_expression,
    (ast.If, ast.IfExp): _of_choice,
    ast.Return: _of_result,
    ast.Dict: _of_table,
}


# How ----------------------------------------------------------------------------------------------------------------


def _without_each(field: str, length: int, least: int = 1) -> Iterator[Change | Named]:
    for place in range(length) if length > least else ():
        yield lambda made, place=place: _set_field(made, field, _but(getattr(made, field), place))


def _but(items: list[ast.AST], place: int) -> list[ast.AST]:
    return items[:place] + items[place + 1 :]


def _set(node: ast.AST, field: str, place: int, item: ast.AST) -> ast.AST:
    getattr(node, field)[place] = item
    return node


def _set_field(node: ast.AST, field: str, item: object) -> ast.AST:
    setattr(node, field, item)
    return node


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _renamed(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Call)
    if isinstance(node.func, ast.Attribute):
        node.func.attr = OPPOSITE[node.func.attr]
    elif isinstance(node.func, ast.Name):
        node.func.id = OPPOSITE[node.func.id]
    return node
