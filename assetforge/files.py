"""Files that are whole or absent: atomic writes, bounded reads, digests, paths that stay inside."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PureWindowsPath

from .errors import ConfigError, InputError, OutputError

__all__ = [
    "TEMPORARY",
    "bundled",
    "clear_temporary",
    "digest",
    "inside",
    "name_fault",
    "read_bytes",
    "sealed",
    "sync_folder",
    "temporary_prefix",
    "unsealed",
    "write_atomic",
    "write_together",
]

READ_LIMIT = 256 << 20
SLACK = 1 << 16
"""Bytes that a file may have grown by since it was looked at."""

TEMPORARY = re.compile(r"(\..*\.)[0-9a-f]{8}\.tmp", re.DOTALL)
"""The name of a temporary file: its prefix, a random token, an ending."""
_WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


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
        # Before it is opened: some devices act on that alone.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise InputError("is no regular file; give a file or a folder of files.", str(path))
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        # A zero byte in the path is a ValueError.
        raise InputError(f"cannot be read: {getattr(error, 'strerror', error)}.", str(path)) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)  # `fdopen` would refuse a directory in words of its own
        raise InputError("is no regular file; give a file or a folder of files.", str(path))
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > limit:
            raise InputError(f"holds {status.st_size} bytes, at most {limit} are read.", str(path))
        try:
            # A read is given room for all that it may bring.
            return file.read(min(limit, status.st_size + SLACK))
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}.", str(path)) from error


def write_atomic(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole, or leave what was there; see `write_together`.

    Raises:
        OutputError: If the folder cannot be made or written.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Put each content at its path, whole, or leave what was there.

    All bytes go to temporary files beside their targets and reach the disk before the first rename,
    so a crash leaves each file old or new, and a full disk leaves them all old. The folders are
    synced in the end.

    Raises:
        OutputError: If a folder cannot be made or written; its trail is the file it was for.
    """
    staged: list[tuple[str, Path]] = []
    folders: dict[Path, None] = {}
    path = Path()
    try:
        for path, data in files.items():
            folders |= dict.fromkeys((path.parent, *_make_folder(path.parent)))
            descriptor, temporary = _open_beside(path)
            staged.append((temporary, path))
            try:
                _write(descriptor, data)
            finally:
                os.close(descriptor)
        while staged:
            temporary, path = staged[0]
            os.replace(temporary, path)
            del staged[0]
        for folder in folders:
            sync_folder(folder)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}.", str(path)) from error
    finally:
        for temporary, _ in staged:
            # What cannot be removed now, the next build sweeps away.
            with suppress(OSError):
                os.unlink(temporary)


def clear_temporary(path: Path) -> None:
    """Remove what processes that were killed while they wrote `path` left beside it."""
    with suppress(OSError):
        for name in os.listdir(path.parent):
            found = TEMPORARY.fullmatch(name)
            if found and found[1] == temporary_prefix(path.name):
                os.unlink(path.parent / name)


def temporary_prefix(name: str) -> str:
    """What the name of a temporary file for `name` begins with; see `TEMPORARY`."""
    # A name may have 255 bytes, a character four.
    return f".{name[:40]}."


def sync_folder(folder: Path) -> None:
    """Let the names in `folder` reach the disk, where the system has a way to ask for that.

    Raises:
        OSError: If the disk fails.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems sync files only.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def sealed(data: bytes) -> bytes:
    """`data` below a line with its digest, for `unsealed` to tell whether it is still that."""
    return digest(data).encode() + b"\n" + data


def unsealed(data: bytes) -> bytes | None:
    """What `sealed` was given, or None if it was cut or altered since."""
    head, _, body = data.partition(b"\n")
    return body if head == digest(body).encode() else None


def _make_folder(folder: Path) -> list[Path]:
    """Make `folder` where it is missing; the folders that gained one."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
    return [each.parent for each in missing]


def _open_beside(path: Path) -> tuple[int, str]:
    """A new file in the folder of `path`, open for writing, and its path; its mode follows the umask."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = os.path.join(path.parent, temporary_prefix(path.name) + os.urandom(4).hex() + ".tmp")
        try:
            return os.open(temporary, flags, 0o666), temporary
        except FileExistsError:
            continue


def _write(descriptor: int, data: bytes) -> None:
    """Write all of `data`, however little the system takes at a time, and let it reach the disk."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def inside(root: Path, relative: str, links: bool = False) -> Path:
    """The path `relative` below `root`, links resolved.

    Arguments:
        links: Whether links may lead out of `root`; they are followed, not resolved.

    Raises:
        ConfigError: If it leaves `root`, by ``..``, by being absolute, or by a link, or no file can be called so.
    """
    base = root.resolve()
    try:
        path = Path(os.path.normpath(base / relative)) if links else (base / relative).resolve()
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, RuntimeError, ValueError) as error:
        # A name too long, a circle of links, a zero byte.
        fault = getattr(error, "strerror", None) or "its links run in a circle"
        raise ConfigError(f'"{relative[:80]}" is no path here: {fault}.') from error
    # A drive's name would be a folder's elsewhere than on Windows.
    if not path.is_relative_to(base) or PureWindowsPath(relative).is_absolute():
        raise ConfigError(f'"{relative[:200]}" leaves the project; move the files inside it.')
    return path


def name_fault(name: str) -> str:
    """Why a file cannot be called `name` everywhere, or nothing."""
    if not re.fullmatch(r"\w[\w .+()-]{0,79}", name) or name[-1] in ". ":
        return "give 1 to 80 letters, digits or any of _-+.() that begin and end as a file name does."
    if name.partition(".")[0].casefold() in _WINDOWS:
        return "Windows keeps this name for a device."
    return ""


def bundled(folder: str) -> Path:
    """A folder of data that travels with the package: palettes, pipelines, examples or plugins.

    In a wheel it lies inside the package; in a checkout, at the top of the tree.
    """
    installed = Path(__file__).parent / "_data" / folder
    return installed if installed.is_dir() else Path(__file__).parent.parent / folder
