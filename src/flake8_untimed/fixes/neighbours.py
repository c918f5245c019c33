"""What the fixes of a file ask about the modules around it. They read no other file themselves."""

from __future__ import annotations

from typing import Protocol


class Neighbours(Protocol):
    def have(self, module: str) -> bool:
        """Whether the project has a module of that name."""

    def take(self, name: str) -> bool:
        """Whether another module takes from this one a name that it imports."""

    def lead_back(self, module: str) -> bool:
        """Whether importing a module imports, on the way, this file."""

    def defer(self, package: str) -> bool:
        """Whether the modules that this file imports import a package only where they need it."""


class _Alone:
    """A file that stands alone."""

    def have(self, module: str) -> bool:
        return False

    def take(self, name: str) -> bool:
        return False

    def lead_back(self, module: str) -> bool:
        return False

    def defer(self, package: str) -> bool:
        return False


ALONE: Neighbours = _Alone()
