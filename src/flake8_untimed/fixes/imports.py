"""The imports of a module: how it spells a dotted name, what it lacks, what it no longer needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any

from flake8_untimed.findings import Expression
from flake8_untimed.fixes.changes import DropStatement, EditImport, ImportChange
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.module import FUNCTIONS, Module, parse_expression
from flake8_untimed.fixes.names import Binding, Names
from flake8_untimed.fixes.neighbours import ALONE, Neighbours
from flake8_untimed.fixes.order import comes_first, is_deferred
from flake8_untimed.fixes.placement import IMPORTS, Needed, Placement
from flake8_untimed.source import Source

_SCOPES = (ast.Module, ast.ClassDef, *FUNCTIONS)
_READING = frozenset(("eval", "exec", "globals", "locals"))
"""Functions that may use any name."""


@dataclass
class Imports:
    module: Module
    neighbours: Neighbours = ALONE
    needed: list[Needed] = field(default_factory=list)
    """What the edits accepted so far need."""
    _users: list[ast.AST] = field(default_factory=list)
    """Where something was asked for."""

    @property
    def _names(self) -> Names:
        return self.module.names

    # Spelling

    def spelled(self, value: Expression, node: ast.AST) -> tuple[str, list[Needed]]:
        """The text of an expression as it must be written at `node`, and what has to be imported
        for it. Raises Refused."""
        self._users.append(node)
        found: list[Needed] = []
        spellings = {}
        for need in value.needs:
            dotted = self._imported(need, node)
            spellings[dotted], missing = self._spelling(dotted, node, (*self.needed, *found))
            if missing is not None:
                found.append(missing)
        return _respelled(value.text, spellings), found

    def _imported(self, dotted: str, node: ast.AST) -> str:
        """As much of a dotted name as an import binds: all of it where that is at hand."""
        if self._is_own(dotted) or self._known_spelling(dotted, node) is not None:
            return dotted
        return imported(dotted, self.neighbours)

    def _spelling(
        self, dotted: str, node: ast.AST, planned: Sequence[Needed]
    ) -> tuple[str, Needed | None]:
        if self._is_own(dotted):
            return self._own(dotted, node), None
        known = self._known_spelling(dotted, node)
        if known is not None:
            return known, None
        for plan in planned:
            if plan.dotted == dotted and self._sees(plan, node):
                return plan.name, None
            if plan.dotted == dotted.rpartition(".")[0] and self._sees(plan, node):
                return dotted, None
        needed = self._new(dotted, node, planned)
        self._check_circle(needed)
        return needed.name if needed.attribute else dotted, needed

    def _check_circle(self, needed: Needed) -> None:
        """Raises Refused where the module is not there yet when this file wants to import it."""
        if needed.before or (needed.grown and is_deferred(self.module, needed.grown)):
            return
        if self.neighbours.lead_back(needed.module):
            raise Refused(f"{needed.module} leads back to this file: the import would be circular")

    def _own(self, dotted: str, node: ast.AST) -> str:
        """What the file itself defines, and must have defined when `node` is evaluated."""
        name = dotted.rpartition(".")[2]
        statements = [
            self.module.statement(binding.node)
            for binding in self._names.bindings.get(name, ())
            if isinstance(self._scope(binding.node), ast.Module)
        ]
        if not statements or self._is_shadowed(name, node):
            raise Refused(f"{dotted} is not defined in this file, whose name it has")
        if not any(comes_first(self.module, statement, node) for statement in statements):
            raise Refused(f"{name} is defined only behind the code that would use it")
        return name

    def _known_spelling(self, dotted: str, node: ast.AST) -> str | None:
        module, _, attribute = dotted.rpartition(".")
        through_module = None
        for binding in self._names.imports:
            exact = self._means(binding, dotted)
            spelling = binding.name if exact else f"{binding.name}.{attribute}"
            if _loads(binding, module):  # `import a.b` gives `a.b`, not `a`
                spelling = dotted
            elif not exact and not self._means(binding, module):
                continue
            if self._is_sound(binding, node):
                if exact:
                    return spelling
                through_module = through_module or spelling
        return through_module

    def _new(self, dotted: str, node: ast.AST, planned: Sequence[Needed]) -> Needed:
        module, _, attribute = dotted.rpartition(".")
        root = module.partition(".")[0]
        if not module:
            if self._is_free(dotted, dotted, node, planned):
                return Needed(dotted, "", dotted)
            raise Refused(f"the name {dotted} is taken here")
        names = [attribute, *(f"{attribute}_{number}" for number in range(2, 10))]
        name = next((n for n in names if self._is_free(n, dotted, node, planned)), None)
        for statement in self._from_imports(module, node):
            if name is not None:
                return Needed(module, attribute, name, statement)
        if self._is_optional(root):
            before = self._way_to(node, name) if name else None
            if name is None or before is None:
                raise Refused(f"{module} is imported only where it may be missing")
            return Needed(module, attribute, name, before=before)
        if name != attribute and self._is_free(root, root, node, planned):
            return Needed(module, "", root)
        if name is None:
            raise Refused(f"no name is free here for {dotted}")
        return Needed(module, attribute, name)

    def _from_imports(self, module: str, node: ast.AST) -> Iterator[ast.ImportFrom]:
        for statement in self._names.from_imports:
            if (
                statement.names[0].name != "*"
                and self._is_module(statement, module)
                and (self._is_visible(statement, node) or self._gave_root(statement, node))
            ):
                yield statement

    def _sees(self, plan: Needed, node: ast.AST) -> bool:
        statement = plan.before or plan.grown
        if statement is None or self._is_visible(statement, node):
            return True
        return plan.before is not None and self.module.contains(plan.before, node)

    def _way_to(self, node: ast.AST, name: str) -> ast.stmt | None:
        """The statement inside a function before which `name` can be imported for the use at `node`
        and for nothing else; None: there is none."""
        statement = self.module.statement(node)
        while isinstance(self.module.parents[statement], (ast.With, ast.AsyncWith)):
            statement = self.module.statement(self.module.parents[statement])
        function = self._scope(statement)
        start = self.module.extent(statement)[0]
        shares_line = self.module.source.text[self.module.starts[statement.lineno - 1] : start]
        if (
            not isinstance(function, FUNCTIONS)
            or shares_line.strip()
            or self.module.source.text.startswith("elif", start)
            or any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(function))
        ):
            return None
        return statement

    # Names

    def _is_free(self, name: str, dotted: str, node: ast.AST, planned: Iterable[Needed]) -> bool:
        """Whether an import may bind `name` to `dotted` for the use at `node`: the name is bound
        nowhere else, in no scope, and does not stand for a builtin or a star import's name."""
        if any(plan.name == name and plan.dotted != dotted for plan in planned):
            return False
        bindings = self._names.bindings.get(name, [])
        if not bindings:
            return name not in self._names.used
        return all(self._means(b, dotted) for b in bindings) and not self._is_shadowed(name, node)

    def _is_sound(self, binding: Binding, node: ast.AST) -> bool:
        """Whether the name surely means the import at `node`: it is bound to nothing else, and the
        import was carried out before."""
        others = [b for b in self._names.bindings[binding.name] if b.dotted != binding.dotted]
        if binding.statement is None:
            return False
        if not others and self._is_visible(binding.statement, node):
            return True
        is_sure = binding.name == _root_name(node) or all(
            _is_fallback(self.module, other) for other in others
        )
        return is_sure and self._gave_root(binding.statement, node)

    def _gave_root(self, statement: ast.stmt, node: ast.AST) -> bool:
        """Whether the name that `node` starts with can only come from this import.

        `try: import aiohttp` / `except ImportError: aiohttp = None`: where `aiohttp.get(...)` is
        evaluated anyway, the import was carried out.
        """
        bindings = self._names.bindings.get(_root_name(node) or "", [])
        imports = [binding for binding in bindings if not _is_fallback(self.module, binding)]
        scope = self._scope(statement)
        return (
            len(imports) == 1
            and imports[0].statement is statement
            and not isinstance(scope, ast.ClassDef)
            and self.module.contains(scope, node)
        )

    def _is_shadowed(self, name: str, node: ast.AST) -> bool:
        """Whether a function around `node` binds the name."""
        around = {scope for scope in self.module.ancestors(node) if isinstance(scope, FUNCTIONS)}
        return any(self._scope(b.node) in around for b in self._names.bindings[name])

    def _is_visible(self, statement: ast.stmt, node: ast.AST) -> bool:
        """Whether what a statement binds is there when `node` is evaluated: it stands in the
        module's body, or before `node` in a block around it."""
        if isinstance(self.module.parents[statement], ast.Module):
            return comes_first(self.module, statement, node)
        if isinstance(self._scope(statement), ast.ClassDef):
            return False
        around = list(self.module.ancestors(node))
        block = self.module.block(statement).statements
        index = block.index(statement)
        return any(later in around or later is node for later in block[index + 1 :])

    def _is_optional(self, root: str) -> bool:
        """Whether the file, or what it imports, imports a package only where it needs it: it works
        without."""
        imports = [b for b in self._names.imports if b.dotted.partition(".")[0] == root]
        if not imports:
            return self.neighbours.defer(root)
        return not any(
            self.module.parents[b.statement] is self.module.tree for b in imports if b.statement
        )

    def _scope(self, node: ast.AST) -> ast.AST:
        """The scope in which a node binds a name."""
        if isinstance(node, ast.arg):
            return next(a for a in self.module.ancestors(node) if isinstance(a, FUNCTIONS))
        return next(a for a in self.module.ancestors(node) if isinstance(a, _SCOPES))

    # Modules

    @cached_property
    def _path(self) -> tuple[str, ...]:
        """The folders and the module of this file, as far as its path tells."""
        path = PurePath(self.module.source.path)
        parts = path.with_suffix("").parts
        return parts[:-1] if path.stem == "__init__" else parts

    def _is_own(self, dotted: str) -> bool:
        module = tuple(dotted.split(".")[:-1])
        return len(module) > 1 and self._path[-len(module) :] == module

    def _means(self, binding: Binding, dotted: str) -> bool:
        return bool(binding.dotted) and self._equals(binding.dotted, dotted)

    def _is_module(self, statement: ast.ImportFrom, module: str) -> bool:
        return self._equals("." * statement.level + (statement.module or ""), module)

    def _equals(self, written: str, dotted: str) -> bool:
        """Whether an imported name, which may be relative to this file, is `dotted`."""
        name = written.lstrip(".")
        level = len(written) - len(name)
        if not level:
            return written == dotted
        base = self.module.folders[: len(self.module.folders) - level + 1]
        parts, wanted = (*base, *filter(None, name.split("."))), tuple(dotted.split("."))
        known = len(name.split(".")) if name else 0
        return len(wanted) > known and parts[-len(wanted) :] == wanted

    # Changes

    def changes(self, destroyed: Iterable[ast.AST], written: Iterable[str]) -> list[ImportChange]:
        """The edits of imports: `needed` ones join, those go that only `destroyed` nodes used.
        `written` are the texts that the other edits write."""
        edits: dict[ast.stmt, EditImport] = {}
        news: dict[tuple[str, ast.stmt | None], Needed] = {}
        for needed in self.needed:
            if needed.grown is None:
                news.setdefault((needed.statement, needed.before), needed)
                continue
            edit = edits.setdefault(needed.grown, EditImport(needed.grown))
            if needed.item not in {item for _, item in edit.added}:
                edit.added.append((_index_for(needed.item, needed.grown.names), needed.item))
        for binding in self._unused(set(destroyed), written):
            statement = binding.statement
            assert isinstance(statement, IMPORTS)
            assert binding.alias is not None
            edits.setdefault(statement, EditImport(statement)).dropped.append(binding.alias)
        changes: list[ImportChange] = []
        for edit in edits.values():
            edit.added.sort()
            if edit.added or len(edit.dropped) < len(edit.statement.names):
                changes.append(edit)
            else:
                changes.append(DropStatement(edit.statement))
        place = Placement(self.module, self._users).placed
        changes += [place(new) for _, new in sorted(news.items(), key=lambda n: n[0][0])]
        return changes

    def _unused(self, destroyed: set[ast.AST], written: Iterable[str]) -> list[Binding]:
        """Imports used by destroyed nodes, and now by nothing else."""
        if PurePath(self.module.source.path).stem == "__init__":
            return []
        parts = [node for root in destroyed for node in ast.walk(root)]
        gone = {id(node) for node in parts}
        names = {node.id for node in parts if isinstance(node, ast.Name)}
        for text in written:
            names -= {n.id for n in ast.walk(parse_expression(text)) if isinstance(n, ast.Name)}
        names -= {needed.name for needed in self.needed}
        if not names or not _READING.isdisjoint(self._names.used):
            return []
        return [
            binding
            for name in sorted(names)
            for binding in self._names.bindings.get(name, ())
            if binding.dotted and self._is_unused(binding, gone)
        ]

    def _is_unused(self, binding: Binding, gone: set[int]) -> bool:
        statement, alias, name = binding.statement, binding.alias, binding.name
        assert statement is not None
        assert alias is not None
        scope = self.module.parents[statement]
        if not isinstance(scope, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        if alias.asname == alias.name or self._is_kept(statement):
            return False
        bindings = self._names.bindings[name]
        if sum(self.module.contains(scope, b.node) for b in bindings) > 1:
            return False
        uses = self._names.used.get(name, [])
        if any(id(n) not in gone and self.module.contains(scope, n) for n in uses):
            return False
        mentions = (node for node in self._names.texts if _mentions(self.module, node, name))
        if any(id(n) not in gone and self.module.contains(scope, n) for n in mentions):
            return False
        if _is_in_type_comment(self.module, name):
            return False
        return not (isinstance(scope, ast.Module) and self.neighbours.take(name))

    def _is_kept(self, statement: ast.stmt) -> bool:
        """Whether a comment on the statement asks linters to leave it."""
        lines = self.module.source.lines[statement.lineno - 1 : statement.end_lineno]
        return any(re.search(r"#.*\b(noqa|pylint)\b", line, re.IGNORECASE) for line in lines)


def imported(dotted: str, neighbours: Neighbours = ALONE) -> str:
    """As much of a dotted name as an import binds: its module and one name behind it.

    Of what is not in the project only the letters tell. A class stands in a module. What else there
    is may stand in a module or in an object of one (`django.conf.settings.X`), and
    `from django.conf import settings` is right for both.
    """
    parts = dotted.split(".")
    ends = range(1, len(parts))
    known = max((n for n in ends if neighbours.have(".".join(parts[:n]))), default=0)
    if not known:
        name = next((n for n in ends if parts[n][:1].isupper()), len(parts) - 1)
        is_class = parts[name][:1].isupper() and not parts[name].isupper()
        known = name if is_class else max(1, name - 1)
    return ".".join(parts[: known + 1])


def _loads(binding: Binding, module: str) -> bool:
    """Whether `import a.b` makes the module `a.b` reachable under its full name."""
    if not module or not isinstance(binding.statement, ast.Import):
        return False
    alias = binding.alias
    assert alias is not None
    return alias.asname is None and (alias.name == module or alias.name.startswith(module + "."))


def _is_fallback(module: Module, binding: Binding) -> bool:
    """`name = None` in an exception handler."""
    parent = module.parents[binding.node]
    return (
        isinstance(parent, ast.Assign)
        and isinstance(parent.value, ast.Constant)
        and parent.value.value is None
        and isinstance(module.parents[parent], ast.ExceptHandler)
    )


def _root_name(node: ast.AST) -> str | None:
    """The name that a call or attribute starts with."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        else:
            return node.id if isinstance(node, ast.Name) else None


def _mentions(module: Module, node: ast.Constant, name: str) -> bool:
    """Whether a string uses a name: as an annotation, in `__all__`, or in a doctest."""
    text = str(node.value)
    if name not in text:
        return False
    if re.search(rf"(?<![\w.]){re.escape(name)}\.\w", text) and (" " not in text or ">>>" in text):
        return True
    child: ast.AST = node
    for parent in module.ancestors(node):
        if child in (getattr(parent, "annotation", None), getattr(parent, "returns", None)):
            return re.search(rf"\b{re.escape(name)}\b", text) is not None
        if isinstance(parent, ast.stmt):
            return text == name and any(
                isinstance(n, ast.Name) and n.id == "__all__" for n in ast.walk(parent)
            )
        child = parent
    return False


def _is_in_type_comment(module: Module, name: str) -> bool:
    comment = rf"#[ \t]*type:(?![ \t]*ignore\b).*\b{re.escape(name)}\b"
    return re.search(comment, module.source.text) is not None


def _respelled(text: str, spellings: dict[str, str]) -> str:
    """The text with each dotted name that it needs as the module spells it."""
    if all(dotted == spelling for dotted, spelling in spellings.items()):
        return text
    parse_expression(text)  # or it is refused
    module = Module(Source(f"(\n{text}\n)", ""))
    places = []
    for node in module.nodes:
        if not isinstance(node, (ast.Name, ast.Attribute)):
            continue
        spelling = spellings.get(_dotted(node))
        if spelling is not None and _dotted(module.parents[node]) not in spellings:
            places.append((*module.extent(node), spelling))
    whole = module.source.text
    for start, end, spelling in sorted(places, reverse=True):
        whole = whole[:start] + spelling + whole[end:]
    return whole[2:-2]


def _dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes, else nothing."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((node.id, *reversed(parts)))


def _index_for(item: str, names: Sequence[ast.alias]) -> int:
    """Where a name joins an import: by its order if the names have one, else at the end."""

    def kinds(name: str) -> tuple[int, str]:  # constants, classes, the rest: isort's own order
        return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)

    written = [name.name for name in names]
    new = item.partition(" ")[0]
    orders: tuple[Callable[[str], Any], ...] = (kinds, str.lower, str)
    for order in orders:
        keys = [order(name) for name in written]
        if keys == sorted(keys):
            return sum(key <= order(new) for key in keys)
    return len(names)
