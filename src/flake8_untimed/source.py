"""Bytes to text, lines, columns and noqa: the only place that knows encodings and newlines."""

from __future__ import annotations

import ast
import codecs
import os
import re
import stat
import sys
import warnings
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from flake8_untimed.findings import Span

SIZE_LIMIT = 10_000_000
"""Bytes. Nobody writes a larger file by hand, and its tree would take gigabytes."""

# The larger patterns, which most runs do not need, are compiled (and kept, by `re`) on first use.
_LINE = r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+"

# The comments that silence findings, as flake8 (6 and 7) reads them.
_NOQA = r"(?i)# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?"
_NOQA_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_NOQA_WORD = re.compile("noqa", re.IGNORECASE)

# Whatever may hold an end of line that ends nothing: strings, and a backslash outside of them.
# Comments are matched only so that the quotes in them open no string.
_CONTINUED = r'''(?xs)
      """[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""
    | \'\'\'[^'\\]*(?:(?:\\.|'(?!\'\'))[^'\\]*)*\'\'\'
    | "[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"
    | '[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'
    | \#[^\r\n]*
    | \\(?:\r\n|\r|\n)
'''


class SourceError(Exception):
    """A file that cannot be checked, and why, in one line."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = " ".join(reason.split())

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def read_bytes(path: str) -> bytes:
    """The content of a file. Raises SourceError where there is none to be had."""
    if path.endswith(".ipynb"):
        raise SourceError(path, "is a notebook, and only Python files are checked")
    try:
        mode = os.stat(path).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # a pipe might never end
            raise SourceError(path, "is not a regular file (`-` is standard input)")
        with open(path, "rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a null byte in the path
        raise SourceError(path, f"cannot be read: {error}") from None
    if len(data) > SIZE_LIMIT:
        raise SourceError(path, f"is larger than {SIZE_LIMIT // 1_000_000} MB")
    return data


class Source:
    """The text of one file. Only LF, CRLF and CR end a line (as Python's own parser has it)."""

    def __init__(self, text: str, path: str, *, encoding: str = "utf-8", bom: bool = False) -> None:
        self.text = text
        self.path = path
        self.encoding = encoding
        self.bom = bom

    @classmethod
    def read(cls, path: str) -> Source:
        """Raises SourceError."""
        return cls.from_bytes(read_bytes(path), path)

    @classmethod
    def from_bytes(cls, data: bytes, path: str) -> Source:
        """Raises SourceError for what is too large or is not text in the encoding it claims."""
        if len(data) > SIZE_LIMIT:
            raise SourceError(path, f"is larger than {SIZE_LIMIT // 1_000_000} MB")
        bom = data.startswith(codecs.BOM_UTF8)
        encoding = _encoding(data, path)
        try:
            text = data[len(codecs.BOM_UTF8) if bom else 0 :].decode(encoding)
        except (UnicodeError, LookupError) as error:
            where = ""
            if isinstance(error, UnicodeDecodeError):
                where = f" on line {error.object.count(10, 0, error.start) + 1}"
            raise SourceError(path, f"cannot be decoded as {encoding}{where}") from None
        return cls(text, path, encoding=encoding, bom=bom)

    @classmethod
    def from_text(cls, text: str, path: str) -> Source:
        """A text that somebody else has decoded; a BOM left at its start is no part of it."""
        bom = text.startswith("\ufeff")
        return cls(text[1:] if bom else text, path, bom=bom)

    def encode(self, text: str) -> bytes:
        """Another text as the bytes of this file. Raises SourceError where its encoding lacks a
        character."""
        try:
            data = text.encode(self.encoding)
        except UnicodeError:
            raise SourceError(self.path, f"the new text does not fit {self.encoding}") from None
        return codecs.BOM_UTF8 + data if self.bom else data

    def is_of(self, data: bytes) -> bool:
        """Whether bytes, without a BOM, hold this very text."""
        try:
            return data.decode(self.encoding) == self.text
        except UnicodeError:
            return False

    @cached_property
    def lines(self) -> list[str]:
        """Physical lines with their ends."""
        if "\r" in self.text:
            return re.findall(_LINE, self.text)
        lines = [line + "\n" for line in self.text.split("\n")]
        lines[-1] = lines[-1][:-1]
        return lines if lines[-1] else lines[:-1]

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where a node stands, in characters (ast counts UTF-8 bytes)."""
        end_line = node.end_lineno or node.lineno
        return Span(
            node.lineno,
            self.in_characters(node.lineno, node.col_offset) + 1,
            end_line,
            self.in_characters(end_line, node.end_col_offset or 0) + 1,
        )

    def in_characters(self, line: int, count: int) -> int:
        """So many bytes of UTF-8 from the start of a line, as ast counts them, in characters."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return count
        return len(text.encode(errors="surrogatepass")[:count].decode(errors="replace"))

    def in_bytes(self, line: int, count: int) -> int:
        """So many characters from the start of a line in bytes of UTF-8."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return count
        return len(text[:count].encode(errors="surrogatepass"))

    def segment(self, span: Span) -> str:
        """The exact text of a span."""
        first, last = span.line - 1, span.end_line - 1
        if first == last:
            return self.lines[first][span.column - 1 : span.end_column - 1]
        return "".join(
            (
                self.lines[first][span.column - 1 :],
                *self.lines[first + 1 : last],
                self.lines[last][: span.end_column - 1],
            )
        )

    def comments(self, span: Span) -> list[str]:
        """The comments inside an expression."""
        return comments_in(self.segment(span))

    def parse(self) -> ast.Module:
        """Raises SourceError, and nothing else, whatever the text is."""
        tree = self._compiled(ast.PyCF_ONLY_AST)
        assert isinstance(tree, ast.Module)
        return tree

    def check_compiles(self) -> None:
        """Compile the text, without running it: some errors no parser finds, such as a keyword
        that is given twice. Raises SourceError, and nothing else."""
        self._compiled(0)

    def _compiled(self, flags: int) -> object:
        try:
            with warnings.catch_warnings():  # about what is analysed; nobody asked here
                warnings.simplefilter("ignore")
                return compile(self.text, "<unknown>", "exec", flags, dont_inherit=True)
        except SyntaxError as error:
            where = f" on line {error.lineno}" if error.lineno else ""
            # What a newer Python admits is an error to an older one.
            reader = "Python {}.{}".format(*sys.version_info)
            text = f"syntax error{where} for {reader}: {error.msg}"
            raise SourceError(self.path, text) from None
        except (RecursionError, MemoryError):
            raise SourceError(self.path, "is nested too deeply to be parsed") from None
        except ValueError as error:  # null bytes before Python 3.12, lone surrogates
            raise SourceError(self.path, f"cannot be parsed: {error}") from None

    # Comments that silence.

    def silences(self, code: str, line: int) -> bool:
        """Whether a comment silences the finding `code` that is reported on `line`."""
        silenced = self.silenced(line)
        if silenced is None:
            return False
        return not silenced or code.startswith(tuple(silenced))

    def silenced(self, line: int) -> frozenset[str] | None:
        """The code prefixes that comments silence on a line: None where there is no such comment,
        an empty set where it silences everything."""
        if not self._noqa_word:
            return None
        if self._noqa_file:
            return frozenset()
        match = re.search(_NOQA, self._noqa_text(line))
        if match is None:
            return None
        return frozenset(re.split(r"[,\s]+", match["codes"] or "")) - {""}

    @cached_property
    def _noqa_word(self) -> bool:
        return _NOQA_WORD.search(self.text) is not None

    @cached_property
    def _noqa_file(self) -> bool:
        return any(_NOQA_FILE.match(line) for line in self.lines)

    def _noqa_text(self, line: int) -> str:
        joined = self.joined_to(line)
        return "".join(self.lines[joined.start - 1 : joined.stop - 1])

    def joined_to(self, line: int) -> range:
        """The physical lines that are one to a tokenizer: those that a string or a backslash
        joins to `line`. A noqa comment on any of them speaks for all."""
        first = last = line
        while first - 1 in self._joined:
            first -= 1
        while last in self._joined:
            last += 1
        return range(first, last + 1)

    @cached_property
    def _joined(self) -> frozenset[int]:
        """The lines whose end is inside a string or escaped."""
        starts = list(accumulate((len(line) for line in self.lines), initial=0))
        joined: set[int] = set()
        for match in re.finditer(_CONTINUED, self.text):
            first = bisect_right(starts, match.start())
            joined.update(range(first, bisect_right(starts, match.end() - 1)))
            if match[0][0] == "\\":
                joined.add(first)
        return frozenset(joined)


def comments_in(text: str) -> list[str]:
    """The comments in the text of an expression; all of it, where that cannot be told."""
    if "#" not in text:
        return []
    import io
    import tokenize

    lines = io.StringIO(f"({text}\n)".replace("\r\n", "\n").replace("\r", "\n"))
    try:
        tokens = list(tokenize.generate_tokens(lines.readline))
    except (tokenize.TokenError, SyntaxError):
        return [text]
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _encoding(data: bytes, path: str) -> str:
    """The encoding that a BOM or a comment on the first two lines claims (PEP 263)."""
    second_line_end = data.find(b"\n", data.find(b"\n") + 1)
    if data.find(b"coding", 0, second_line_end if second_line_end >= 0 else None) < 0:
        return "utf-8"
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise SourceError(path, f"cannot be decoded: {error.msg}") from None
    return "utf-8" if encoding == "utf-8-sig" else encoding
