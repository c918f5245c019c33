"""Replacing a file, all or nothing."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress

from flake8_untimed.fixes.errors import WriteError


def write(path: str, before: bytes, after: bytes) -> None:
    """Put `after` in the place of `before`, keeping mode and, where allowed, owner and extended
    attributes (access lists).

    The new content is complete on the disk, beside the file, before it takes the file's name in
    one step: whenever the process ends, the file holds the old bytes or the new ones. That makes it
    a new file: another hard link to the old one keeps the old bytes. A symbolic link stays one; its
    target is replaced. Raises WriteError, and then the file is what it was.
    """
    target = os.path.realpath(path)
    try:
        _check(path, target, before)
        temporary = _written_beside(target, after)
        try:
            _check(path, target, before)  # the writing took time
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise WriteError(f"{path}: not written: {error.strerror or error}") from error
    _sync_folder(os.path.dirname(target))


def create(path: str, content: bytes) -> None:
    """A new file, complete or not there. Raises WriteError, also where there is one already."""
    try:
        temporary = _written_beside(os.path.abspath(path), content, new=True)
        try:
            _name_new(temporary, path)
        finally:
            with suppress(OSError):
                os.unlink(temporary)
    except OSError as error:
        raise WriteError(f"{path}: not written: {error.strerror or error}") from error


def _name_new(temporary: str, path: str) -> None:
    try:
        os.link(temporary, path)  # unlike a rename, this replaces nothing
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise
        os.rename(temporary, path)


def _check(path: str, target: str, before: bytes) -> None:
    with open(target, "rb") as file:
        # One byte more than there was, so that a file that grew is noticed.
        if file.read(len(before) + 1) != before:
            raise WriteError(f"{path}: not written: the file has changed since it was read")
    if not os.access(target, os.W_OK):
        raise WriteError(f"{path}: not written: the file is read-only")


def _written_beside(target: str, content: bytes, *, new: bool = False) -> str:
    """The path of a temporary file in the folder of `target`, with its rights and the new content,
    safely on the disk."""
    folder, name = os.path.split(target)
    descriptor, temporary = tempfile.mkstemp(
        prefix=f".{name[:100]}.", suffix=".untimed", dir=folder
    )
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if new:
                os.chmod(temporary, 0o666 & ~_umask())
            else:
                _copy_rights(target, temporary)
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


def _copy_rights(source: str, target: str) -> None:
    status = os.stat(source)
    if hasattr(os, "chown"):
        for owner in ((status.st_uid, -1), (-1, status.st_gid)):
            with suppress(OSError):  # only root may give files away
                os.chown(target, *owner)
    if sys.platform == "linux":
        with suppress(OSError):  # a file system without them
            for name in os.listxattr(source):
                with suppress(OSError):  # some are for root only
                    os.setxattr(target, name, os.getxattr(source, name))
    os.chmod(target, stat.S_IMODE(status.st_mode))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: str) -> None:
    """Make the new name last through a power cut, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
