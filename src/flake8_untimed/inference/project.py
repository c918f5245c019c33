"""The project's own modules, each read once, and only if it can matter. Nothing outside of the
project is ever read."""

from __future__ import annotations

import ast
import codecs
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flake8_untimed.inference.files.heirs import Heirs
from flake8_untimed.inference.files.hints import Hints
from flake8_untimed.inference.files.layout import Layout, inside
from flake8_untimed.inference.files.outline import SPECIAL, Outlines
from flake8_untimed.inference.interest import Interest
from flake8_untimed.inference.interest.proof import Proof
from flake8_untimed.inference.interest.survey import Dye, dye_for, survey
from flake8_untimed.inference.scopes import Module
from flake8_untimed.inference.walk import Walk, walk
from flake8_untimed.libraries import Catalogue
from flake8_untimed.source import SIZE_LIMIT, Source, SourceError

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

MODULE_LIMIT = 600
"""Modules that are kept in memory; a tree is some megabytes large."""


class Project:
    """A cache of what was read of the disk. One per process and settings; `named`: the dotted names
    of the user's own clients."""

    def __init__(
        self, catalogue: Catalogue, follow: bool = True, named: Iterable[str] = ()
    ) -> None:
        self._catalogue = catalogue
        self._follow = follow
        self.trimmed = 0
        """How often what was read was let go of."""
        self.layout = Layout(catalogue, follow)
        self._modules: dict[str, Module | None] = {}
        self._bytes: dict[str, bytes | None] = {}
        """What files hold; None where that cannot be had."""
        self._named = frozenset(path.rpartition(".")[2] for path in named)
        layout = self.layout
        self.outlines = Outlines(
            self._data, layout.find, layout.submodule, layout.dotted, catalogue
        )
        self.heirs = Heirs(self.outlines, layout)
        self._interest = Interest(
            self.outlines,
            catalogue,
            self._make_dye,
            self._forget,
            self.heirs.fill,
            self._named,
        )
        self.hints = Hints(self.outlines, layout, catalogue)
        self._evaluator: Evaluator | None = None

    @staticmethod
    def path_of(path: str) -> str:
        """The absolute path of a file; names that are none, like `<unknown>`, stay as they are."""
        return path if path.startswith("<") or path in ("-", "stdin") else os.path.abspath(path)

    # Reading ---------------------------------------------------------------------------------

    def module(self, path: str) -> Module | None:
        """The parsed file, or None if it cannot be had: vanished, unreadable, broken, outside."""
        if path not in self._modules:
            self._modules[path] = self._read(path)
        return self._modules[path]

    def trim(self) -> None:
        """Let go of what was read, if it is very much: it is read again when it is needed."""
        if len(self._modules) > MODULE_LIMIT:
            self.trimmed += 1
            self._modules.clear()
            self._bytes.clear()
            self._interest.forget_dyes()

    def parsed(self, path: str, source: Source) -> Module | None:
        """The module, if it was parsed already and its text is this one."""
        module = self._modules.get(path)
        return module if module is not None and self.has_read(path, source) else None

    def has_read(self, path: str, source: Source) -> bool:
        """Whether a text is what was read of the disk."""
        data = self._bytes.get(path)
        return data is not None and source.is_of(data)

    @contextmanager
    def lent(self, module: Module, keep: bool) -> Iterator[None]:
        """Take a module while it is checked; `keep`: for those who import from it, too."""
        before = self._modules.get(module.path)
        self._modules[module.path] = module
        try:
            yield
        finally:
            if not keep:
                self._interest.forget_dye(module.path)
                if before is None:
                    del self._modules[module.path]
                else:
                    self._modules[module.path] = before

    def _read(self, path: str) -> Module | None:
        if self._follow and self.layout.is_folder(path):
            return Module(ast.Module([], []), path, "")
        data = self._data(path)
        if not self._follow or self._bytes[path] is None or not self._allowed(path):
            return None
        try:
            source = Source.from_bytes(data, path)
            return Module(source.parse(), path, source.text)
        except SourceError:
            return None

    def _allowed(self, path: str) -> bool:
        """Symbolic links that lead out of the project are not followed."""
        top = self.layout.top(os.path.dirname(path))
        return inside(os.path.realpath(path), os.path.realpath(top))

    def _data(self, path: str) -> bytes:
        """What a file holds; nothing if that cannot be had."""
        if path not in self._bytes:
            self._bytes[path] = _content(path)
        return self._bytes[path] or b""

    # What is worth reading -------------------------------------------------------------------

    def matters(self, path: str, data: bytes | None = None) -> bool:
        """Whether a file can have findings at all. Cheap: no file is parsed."""
        if data is not None:
            self._bytes.setdefault(path, data.removeprefix(codecs.BOM_UTF8))
        return self._interest.of_file(path)

    def _make_dye(self, path: str) -> Dye | None:
        module = self.module(path)
        if module is None:
            return None
        return dye_for(self._proof(module))

    def evaluated_by(self, evaluator: Evaluator) -> None:
        """Who is asked what names of the project's modules are."""
        self._evaluator = evaluator

    def _proof(self, module: Module) -> Proof:
        assert self._evaluator is not None
        return Proof(module, self._evaluator, self._interest)

    def _forget(self, paths: Iterable[str]) -> None:
        """Answers that may be others by now."""
        for path in paths:
            module = self._modules.get(path)
            if module is not None:
                module.memo.clear()
                module.deep_memo.clear()
                module.rough_memo.clear()
                module.frames.clear()

    def survey(self, module: Module) -> Walk:
        """The calls, attribute assignments and classes of a module that can matter."""
        path = module.path
        seeds = self._interest.seeds(path)
        if seeds is None:
            return walk(module.scope)
        # A fix that is being tried may name one that the file on the disk does not.
        names = [name for name in self._named if name in module.text]
        if self.outlines.is_special(path):
            names += [*SPECIAL, *self._catalogue.words]
        seeds = seeds.with_names(names)
        dye = self._interest.dye(path)
        if dye is None or dye.statements.tree is not module.tree:
            if not any(name in module.text for name in (*seeds.names, *seeds.wrappers)):
                return Walk([], [], [])
            dye = dye_for(self._proof(module))
            if not names:
                self._interest.adopt(path, dye)
        return survey(dye, seeds)

    def names_library(self, path: str) -> bool:
        """Whether the text of a file names a library."""
        return self.outlines.names_library(path)

    def interesting(self, path: str, name: str) -> bool:
        """Whether a name of a module can have to do with a request. Cheap: nothing is parsed."""
        return self._interest.of_name(path, name)


def _content(path: str) -> bytes | None:
    try:
        state = os.stat(path)
        if stat.S_ISREG(state.st_mode) and state.st_size <= SIZE_LIMIT:
            with open(path, "rb") as file:
                return file.read().removeprefix(codecs.BOM_UTF8)
    except OSError:
        pass
    return None
