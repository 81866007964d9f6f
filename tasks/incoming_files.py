"""Files that people put into a folder: which of them are meant, whether they are whole, where they go afterwards."""

import errno
import os
import stat
import time
from itertools import count
from pathlib import Path

LARGEST = 100_000_000  # bytes
_NOBODYS = ("thumbs.db", "desktop.ini")


class TooLarge(Exception):
    """Nobody fills in so large a workbook; it is not read at all."""

    def __str__(self) -> str:
        """Say so."""
        return f"文件超过 {LARGEST // 1_000_000} MB，不是正常的自查表，未收取"


def files_in(folder: Path) -> list[Path]:
    """Return the files that lie directly in a folder, by name; not those of Excel, of the system, or hidden ones."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith((".", "~$")) and path.name.casefold() not in _NOBODYS
    )


def read_whole(path: Path) -> bytes:
    """Return what a file holds. Raises OSError, TooLarge.

    A pipe or a device is none: reading it might never end.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    if found.st_size > LARGEST:
        raise TooLarge
    return path.read_bytes()


def unchanged_for(path: Path) -> float:
    """Return for how many seconds a file has not changed, by the clock of its disk; 0 where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0.0
    return time.time() - max(found.st_mtime, found.st_ctime)  # a copy may keep the first, never the second


def put_away(path: Path, folder: Path) -> Path:
    """Move a file into a folder under a name that nobody has there; return where it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in count(1):
        target = folder / (path.name if number == 1 else f"{path.stem}-{number}{path.suffix}")
        try:
            os.link(path, target)  # which never overwrites
        except FileExistsError:
            continue
        except OSError:  # a disk without links
            if target.exists():
                continue
            path.rename(target)
            return target
        path.unlink()
        return target
    raise AssertionError
