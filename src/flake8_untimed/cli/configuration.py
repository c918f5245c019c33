"""From pyproject.toml and flags to settings."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from flake8_untimed.cli import UsageError
from flake8_untimed.settings import (
    SETTINGS,
    Settings,
    SettingsError,
    find_pyproject,
    from_pyproject,
    from_values,
)


def settings_for(arguments: argparse.Namespace, paths: Sequence[str]) -> Settings:
    """The settings for a run over these paths. One pyproject.toml speaks for all of them: the
    nearest to the folder that they share. Raises UsageError."""
    flags = {
        setting.key: " ".join(value) if isinstance(value, list) else value
        for setting in SETTINGS
        if (value := getattr(arguments, f"setting_{setting.field}")) is not None
    }
    try:
        pyproject = arguments.config
        if pyproject is None and not arguments.isolated:
            pyproject = find_pyproject(_shared_folder(paths))
        base = from_pyproject(pyproject) if pyproject else Settings()
        return from_values(flags, os.getcwd(), base=base, prefix="--")
    except SettingsError as error:
        raise UsageError(str(error)) from None


def _shared_folder(paths: Sequence[str]) -> str:
    folders = [
        path if os.path.isdir(path) else os.path.dirname(path)
        for path in map(os.path.abspath, paths)
    ]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # none given, or on different drives
        return os.getcwd()
