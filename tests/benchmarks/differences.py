"""What `untimed fix` may change in a file, by rule, stated without any help from the fixer.

| findings with a safe fix | the call has afterwards |
|---|---|
| UNT101, UNT104, UNT105 | one keyword more: `timeout` or `default_timeout` |
| UNT106 | `timeout=ClientTimeout(total=x)` where it had `timeout=x` |
| UNT201, UNT202 | `json=x` where it had `json.dumps(x)`; a Content-Type header less |

Besides, imports may come that a written value uses, and imports go that nothing uses any more.
Nothing else differs in the tree. In the text nothing else differs but white space, commas and
parentheses right beside what came or went, and a comment behind what went.
"""

from __future__ import annotations

import ast
import bisect
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int, int, int]
"""Line, column, end line, end column, as `untimed` reports them: from 1, in characters."""

EFFECTS = {
    "UNT101": "timeout added",
    "UNT104": "timeout added",
    "UNT105": "timeout added",
    "UNT106": "timeout wrapped",
    "UNT201": "json",
    "UNT202": "json",
}
TIMEOUTS = {"timeout", "default_timeout"}
BODIES = {"data", "content", "body"}
_END_OF_LINE = re.compile(r"\r\n|\n|\r")
_COMMENT = re.compile(r"#[^\r\n]*")
_BESIDE = re.compile(r"[\s,;()\\]*")
_NO_TOKENS = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


class Text:
    """A source, and the places of its nodes in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        with warnings.catch_warnings():  # about the packages' own strings
            warnings.simplefilter("ignore")
            self.tree = ast.parse(text)
        self._starts = [0] + [m.end() for m in _END_OF_LINE.finditer(text)]

    def offset(self, line: int, column: int) -> int:
        """`column` counts UTF-8 bytes, as in ast."""
        start, end = self._starts[line - 1], [*self._starts, len(self.text)][line]
        return start + len(self.text[start:end].encode()[:column].decode())

    def extent(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """From and to, in characters."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def argument(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """The extent of an argument, with the parentheses behind `name=`."""
        start, end = self.extent(node)
        if isinstance(node, ast.keyword):
            opened = self.text[start : self.extent(node.value)[0]].count("(")
            while opened:
                end, opened = self.text.index(")", end) + 1, opened - 1
        return start, end

    def segment(self, node: ast.expr) -> str:
        start, end = self.extent(node)
        return self.text[start:end]

    def span(self, node: ast.expr) -> Span:
        (line, column), (end_line, end_column) = map(self._place, self.extent(node))
        return line, column, end_line, end_column

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def tokens(self, cuts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """From and to of each token outside of `cuts`; commas, semicolons and comments are none."""
        lines = io.StringIO(self.text, newline="")
        for token in tokenize.generate_tokens(lines.readline):
            if token.type in _NO_TOKENS or token.string in (",", ";"):
                continue
            (row, column), (end_row, end_column) = token.start, token.end
            start, end = self._starts[row - 1] + column, self._starts[end_row - 1] + end_column
            if not any(left <= start and end <= right for left, right in cuts):
                yield start, end


class Unexplained(Exception):
    """A difference that nobody asked for."""


class Comparison:
    """Two texts held against each other. Raises Unexplained."""

    def __init__(self, old: Text, new: Text) -> None:
        self.old, self.new = old, new
        self.effects: set[tuple[Span, str]] = set()
        """What happened to the calls of the old text."""
        self._old_cuts: list[tuple[int, int]] = []
        self._new_cuts: list[tuple[int, int]] = []
        self._written: set[str] = set()
        """Names in the expressions that came."""
        self._taken_out: set[str] = set()
        """Names in the expressions that went."""
        self._come: list[str] = []
        """Names that imports bind now, and did not before."""
        self._gone: list[str] = []
        """Names that imports do not bind any more, and nothing in their scope uses."""
        self._compare_trees()
        _only(set(self._come) <= self._written, f"imported for nothing: {self._come}")
        _only(set(self._gone) <= self._taken_out, f"import gone that was not used: {self._gone}")
        self._compare_texts()

    def _compare_trees(self) -> None:
        pairs: list[tuple[object, object]] = [(self.old.tree, self.new.tree)]
        while pairs:
            a, b = pairs.pop()
            _only(type(a) is type(b), f"{a!r} is {b!r}")
            if isinstance(a, ast.Call) and isinstance(b, ast.Call):
                self._compare_calls(a, b)
            if isinstance(a, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
                assert isinstance(b, type(a))
                self._compare_imports(a, b)
            if isinstance(a, ast.AST):
                pairs += [(getattr(a, name, None), getattr(b, name, None)) for name in a._fields]
            elif isinstance(a, list) and isinstance(b, list):
                _only(len(a) == len(b), f"{len(a)} nodes are {len(b)}: {_lines(a)}")
                pairs += zip(a, b)
            else:
                _only(repr(a) == repr(b), f"{a!r} is {b!r}")

    # Each takes out of both calls what is as it should be.

    def _compare_calls(self, a: ast.Call, b: ast.Call) -> None:
        span = self.old.span(a)
        before, after = _keywords(a), _keywords(b)
        for name in TIMEOUTS & after.keys() - before.keys():
            self._goes_from_new(b, after[name])
            self._unshare_parentheses(a, b)
            self.effects.add((span, "timeout added"))
        if "timeout" in before and "timeout" in after:
            if _is_wrapped(before["timeout"].value, after["timeout"].value):
                self._goes_from_old(a, before["timeout"])
                self._goes_from_new(b, after["timeout"])
                self.effects.add((span, "timeout wrapped"))
        if "json" in after.keys() - before.keys():
            self._compare_bodies(a, b, after["json"])
            self._compare_headers(a, b)
            self.effects.add((span, "json"))

    def _compare_bodies(self, a: ast.Call, b: ast.Call, json: ast.keyword) -> None:
        names = BODIES & _keywords(a).keys() - _keywords(b).keys()
        candidates: list[ast.expr | ast.keyword] = [_keywords(a)[name] for name in names]
        if len(a.args) > len(b.args):
            candidates = [argument for argument in a.args if _dumped(argument) is not None]
        _only(len(candidates) == 1, f"line {a.lineno}: json= in the place of what?")
        (body,) = candidates
        dumped = _dumped(body.value if isinstance(body, ast.keyword) else body)
        _only(dumped is not None, f"line {a.lineno}: json= in the place of no JSON text")
        assert dumped is not None
        same = self.old.segment(dumped) == self.new.segment(json.value)
        _only(same, f"line {a.lineno}: json= is not what was dumped")
        self._goes_from_old(a, body)
        self._goes_from_new(b, json)

    def _compare_headers(self, a: ast.Call, b: ast.Call) -> None:
        old, new = _keywords(a).get("headers"), _keywords(b).get("headers")
        if old is None or not isinstance(old.value, ast.Dict):
            return
        headers = old.value
        entries = [n for n, key in enumerate(headers.keys) if _is_content_type(key)]
        if new is None:
            only = len(headers.keys) == len(entries) == 1 and _is_json(headers.values[0])
            _only(only, f"line {a.lineno}: headers gone")
            self._goes_from_old(a, old)
        elif isinstance(new.value, ast.Dict) and len(new.value.keys) < len(headers.keys):
            _only(len(entries) == 1, f"line {a.lineno}: headers gone")
            key, value = headers.keys.pop(entries[0]), headers.values.pop(entries[0])
            assert key is not None
            _only(_is_json(value), f"line {a.lineno}: another Content-Type gone")
            self._old_cuts.append((self.old.extent(key)[0], self.old.extent(value)[1]))

    def _goes_from_old(self, call: ast.Call, argument: ast.expr | ast.keyword) -> None:
        self._old_cuts.append(self.old.argument(argument))
        self._taken_out |= _names(argument)
        _take_out(call, argument)

    def _goes_from_new(self, call: ast.Call, argument: ast.keyword) -> None:
        self._new_cuts.append(self.new.argument(argument))
        self._written |= _names(argument)
        _take_out(call, argument)

    def _unshare_parentheses(self, a: ast.Call, b: ast.Call) -> None:
        """`f(x for x in y)` needs parentheses of its own when a keyword joins."""
        if len(a.args) == len(b.args) == 1 and not a.keywords:
            if isinstance(a.args[0], ast.GeneratorExp):
                start, end = self.new.extent(b.args[0])
                if self.old.extent(a.args[0])[1] == self.old.extent(a)[1]:
                    self._new_cuts += [(start, start + 1), (end - 1, end)]

    def _compare_imports(
        self,
        a: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef,
        b: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef,
    ) -> None:
        gone, come = _apart(a.body, b.body), _apart(b.body, a.body)
        if not gone and not come:
            return
        before, after = set(_bound(gone)), set(_bound(come))
        used = _names(b)
        for binding in before - after:
            _only(binding[-1] not in used, f"import of {binding[-1]} gone, which is used")
        self._gone += [name for *_, name in before - after]
        self._come += [name for *_, name in after - before]
        self._old_cuts += map(self.old.extent, gone)
        self._new_cuts += map(self.new.extent, come)
        a.body = [s for s in a.body if s not in gone]
        b.body = [s for s in b.body if s not in come]

    def _compare_texts(self) -> None:
        """Token by token, and what stands between two tokens byte by byte unless something came
        or went there."""
        ends = [(0, 0)], [(len(self.old.text),) * 2], [(len(self.new.text),) * 2]
        old = [*ends[0], *self.old.tokens(self._old_cuts), *ends[1]]
        new = [*ends[0], *self.new.tokens(self._new_cuts), *ends[2]]
        for (a, a_end), (b, b_end) in zip(old, new):
            same = self.old.text[a:a_end] == self.new.text[b:b_end]
            place = ":".join(map(str, self.new._place(b)))
            _only(same, f"{place}: {self.new.text[b:b_end]!r} was {self.old.text[a:a_end]!r}")
        _only(len(old) == len(new), "there are other tokens")
        for number in range(len(old) - 1):
            before = old[number][1], old[number + 1][0]
            after = new[number][1], new[number + 1][0]
            self._compare_gaps(before, after)

    def _compare_gaps(self, before: tuple[int, int], after: tuple[int, int]) -> None:
        old, new = self.old.text[slice(*before)], self.new.text[slice(*after)]
        if old == new:
            return
        place = ":".join(map(str, self.new._place(after[0])))
        went, came = _inside(self._old_cuts, before), _inside(self._new_cuts, after)
        _only(bool(went or came), f"{place}: {new!r} was {old!r}")
        for text, gap, cuts in ((self.old, before, went), (self.new, after, came)):
            rest = _COMMENT.sub("", _without(text.text, gap, cuts))
            _only(_BESIDE.fullmatch(rest) is not None, f"{place}: {new!r} was {old!r}")
        lost = Counter(_COMMENT.findall(old)) - Counter(_COMMENT.findall(new))
        behind = [
            _COMMENT.match(self.old.text, *_rest_of_line(self.old.text, end)) for _, end in went
        ]
        lost -= Counter(match[0] for match in behind if match)
        _only(not lost, f"{place}: comments are lost: {', '.join(lost)}")
        more = Counter(_COMMENT.findall(new)) - Counter(_COMMENT.findall(old))
        _only(not more, f"{place}: comments came: {', '.join(more)}")


def wrong_with(old: Text, new: Text, expected: Iterable[tuple[Span, str]]) -> Iterator[str]:
    """What is not as it should be, if these effects are what should be."""
    try:
        effects = Comparison(old, new).effects
    except Unexplained as difference:
        yield str(difference)
        return
    wanted = set(expected)
    for (line, column, *_), effect in sorted(effects - wanted):
        yield f"{line}:{column}: {effect}, without a finding"
    for (line, column, *_), effect in sorted(wanted - effects):
        yield f"{line}:{column}: found, but not done: {effect}"


def _only(condition: bool, difference: str) -> None:
    if not condition:
        raise Unexplained(difference)


def _keywords(call: ast.Call) -> dict[str, ast.keyword]:
    return {keyword.arg: keyword for keyword in call.keywords if keyword.arg is not None}


def _take_out(call: ast.Call, argument: ast.expr | ast.keyword) -> None:
    if isinstance(argument, ast.keyword):
        call.keywords.remove(argument)
    else:
        call.args.remove(argument)


def _names(node: ast.AST) -> set[str]:
    """The names that a node uses."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _is_wrapped(old: ast.expr, new: ast.expr) -> bool:
    """Whether `new` is `ClientTimeout(total=old)`."""
    if not isinstance(new, ast.Call) or new.args or [k.arg for k in new.keywords] != ["total"]:
        return False
    name = ast.unparse(new.func).rpartition(".")[2]
    return name == "ClientTimeout" and ast.dump(new.keywords[0].value) == ast.dump(old)


def _dumped(text: ast.expr) -> ast.expr | None:
    """`x` of `json.dumps(x)` and `json.dumps(x).encode(...)`."""
    if not isinstance(text, ast.Call):
        return None
    if isinstance(text.func, ast.Attribute) and text.func.attr == "encode":
        return _dumped(text.func.value)
    is_dumps = ast.unparse(text.func).rpartition(".")[2] == "dumps"
    return text.args[0] if is_dumps and len(text.args) == 1 and not text.keywords else None


def _is_content_type(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and str(key.value).lower() == "content-type"


def _is_json(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value == "application/json"


def _apart(some: list[ast.stmt], others: list[ast.stmt]) -> list[ast.stmt]:
    """The imports in a block that another one has not."""
    there = Counter(ast.dump(s) for s in others if isinstance(s, (ast.Import, ast.ImportFrom)))
    apart = []
    for statement in some:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            dump = ast.dump(statement)
            if not there[dump]:
                apart.append(statement)
            there[dump] -= 1
    return apart


def _bound(imports: list[ast.stmt]) -> Iterator[tuple[str, ...]]:
    """What each import brings, and the name that it binds to it."""
    for statement in imports:
        assert isinstance(statement, (ast.Import, ast.ImportFrom))
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            if isinstance(statement, ast.ImportFrom):
                yield "from", "." * statement.level, statement.module or "", alias.name, name
            else:
                yield "import", alias.name, name


def _lines(nodes: list[object]) -> str:
    return ", ".join(f"line {node.lineno}" for node in nodes if hasattr(node, "lineno"))


def _inside(cuts: Iterable[tuple[int, int]], gap: tuple[int, int]) -> list[tuple[int, int]]:
    return sorted(cut for cut in cuts if gap[0] <= cut[0] and cut[1] <= gap[1])


def _without(text: str, gap: tuple[int, int], cuts: Sequence[tuple[int, int]]) -> str:
    parts, at = [], gap[0]
    for start, end in cuts:
        parts.append(text[at:start])
        at = end
    return "".join((*parts, text[at : gap[1]]))


def _rest_of_line(text: str, offset: int) -> tuple[int, int]:
    """From the next character that is no blank, comma or bracket, to the end of the line."""
    match = re.compile(r"[ \t,)}]*").match(text, offset)
    assert match is not None
    end = _END_OF_LINE.search(text, match.end())
    return match.end(), end.start() if end else len(text)
