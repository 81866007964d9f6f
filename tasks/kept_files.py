"""Files kept by their hash, where only the system's own user reads them."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def keep(folder: Path, content: bytes, digest: str) -> Path:
    """Put a file into a folder under its hash, once; folders that are made on the way are the user's alone too.

    It is on the disk before whoever calls commits that it was kept.
    """
    for each in reversed([folder, *folder.parents]):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
    target = folder / digest
    if not target.exists():
        with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:  # 0600
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).rename(target)
        _on_disk(folder)
    for path, mode in ((folder, 0o700), (target, 0o600)):
        if stat.S_IMODE(path.stat().st_mode) != mode:
            with suppress(PermissionError):  # they are somebody else's, who lets us write there
                path.chmod(mode)
    return target


def _on_disk(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
