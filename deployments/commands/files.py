"""The files that a command is told to read or to write: refused, in words, before any work is done."""

import os
import stat
import tempfile
from pathlib import Path

from models.refusals import BadFile

MOST_BYTES = 10 * 2**20  # of a file behind an @


class Unreadable(ValueError):
    """A file behind an @ cannot be read; the message says why."""


def content_of(typed: str) -> str:
    """Return what was typed, or what stands in the file whose name follows an @.

    Raises Unreadable.
    """
    if not typed.startswith("@"):
        return typed
    try:
        with open(typed[1:], "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable("@ 后的文件不存在") from None
    except IsADirectoryError:
        raise Unreadable("@ 后是文件夹，不是文件") from None
    except OSError:
        raise Unreadable("@ 后的文件无法读取") from None
    if len(content) > MOST_BYTES:
        raise Unreadable(f"@ 后的文件超过 {MOST_BYTES // 2**20} MB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("@ 后的文件不是 UTF-8 编码的文字") from None


def input_file(typed: str) -> Path:
    """Read the name of a file to take in, whether or not it is there.

    Raises BadFile for a folder, for a device, which would never end, and for no name at all.
    """
    if not typed.strip():
        raise BadFile("没有写明文件。")
    path = Path(typed)
    try:
        mode = path.stat().st_mode
    except OSError:
        return path
    if stat.S_ISDIR(mode):
        raise BadFile(f"“{path.name or path}”是文件夹，不是文件。")
    if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
        raise BadFile(f"“{path.name}”不是普通文件。")
    return path


def make_folder(path: Path) -> None:
    """Make a folder for files to be written, unless it is there, and see that they can be.

    Raises BadFile.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except (FileExistsError, NotADirectoryError):
        in_the_way = next((each for each in (path, *path.parents) if os.path.isfile(each)), path)
        raise BadFile(f"无法写入文件夹 {path}：{in_the_way} 是文件，不是文件夹。") from None
    except PermissionError:
        raise BadFile(f"无法写入文件夹 {path}：没有权限。") from None
    except OSError:
        raise BadFile(f"无法写入文件夹 {path}，请另选一个。") from None
