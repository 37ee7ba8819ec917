"""Files that are whole or absent: atomic writes, bounded reads, digests, paths that stay inside."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from .errors import ConfigError, InputError, OutputError

__all__ = ["bundled", "digest", "inside", "read_bytes", "write_atomic"]

READ_LIMIT = 256 << 20


def digest(data: bytes) -> str:
    """The SHA-256 of `data`, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path, limit: int = READ_LIMIT) -> bytes:
    """The content of a regular file.

    The file is opened without blocking and looked at before it is read, because a FIFO, a device
    or a directory may carry any name in a folder of art.

    Arguments:
        path: The file; symbolic links are followed.
        limit: The largest size accepted, in bytes.

    Raises:
        InputError: If there is no such file, it is no regular file, or it is larger than `limit`.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", str(path)) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)  # `fdopen` would refuse a directory in words of its own
        raise InputError("is no regular file; give a file or a folder of files.", str(path))
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > limit:
            raise InputError(f"holds {status.st_size} bytes, at most {limit} are read.", str(path))
        try:
            return file.read(limit)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}.", str(path)) from error


def write_atomic(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole, or leave what was there.

    The bytes go to a temporary file in the same folder and reach the disk before the rename, and
    the folder is synced after it, so a crash leaves the old file or the new one.

    Raises:
        OutputError: If the folder cannot be made or written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:64]}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
        temporary = None
        if hasattr(os, "O_DIRECTORY"):
            folder = os.open(path.parent, os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}.", str(path)) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def inside(root: Path, relative: str) -> Path:
    """The path `relative` below `root`, links resolved.

    Raises:
        ConfigError: If it leaves `root`, by ``..``, by being absolute, or by a link.
    """
    base = root.resolve()
    path = (base / relative).resolve()
    if not path.is_relative_to(base):
        raise ConfigError(f'"{relative}" leaves the project; move the files inside it.')
    return path


def bundled(folder: str) -> Path:
    """A folder of data that travels with the package: palettes, pipelines or examples.

    In a wheel it lies inside the package; in a checkout, at the top of the tree.
    """
    installed = Path(__file__).parent / "_data" / folder
    return installed if installed.is_dir() else Path(__file__).parent.parent / folder
