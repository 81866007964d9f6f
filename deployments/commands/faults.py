"""What went wrong that no rule foresaw: what people are told of it, and where its traceback is kept."""

import errno
import os
import traceback
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from deployments.processes import log_file
from models.clock import SHANGHAI
from settings import settings

LOST = ("08", "57P")  # SQLSTATE: the connection fails, the server shuts down
NO_ROOM = ("53",)  # disk full, out of memory, too many connections
DOES_NOT_FIT = ("22", "54", "23502", "23514")  # too long, out of range, against a check
IN_THE_WAY = ("23", "40", "55P03")  # somebody else's row, a serialization failure, a deadlock, a lock

FILE_REASONS = {
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOENT: "不存在",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.EEXIST: "已有同名的文件",
    errno.ENAMETOOLONG: "名称过长",
}


def told(fault: BaseException) -> tuple[str, str]:
    """Return the code and the sentence for a fault; what an administrator must see is kept in a log."""
    if isinstance(fault, DBAPIError | psycopg.Error) and (known := _of_the_database(fault)):
        return known
    if isinstance(fault, OSError) and fault.filename and fault.errno in FILE_REASONS:
        return "file-unusable", f"无法读写 {_name(fault.filename)}：{FILE_REASONS[fault.errno]}。"
    log = _keep_traceback(fault)
    where = f"详情见日志 {log}，请交系统管理员。" if log else "日志也无法写入，请告知系统管理员。"
    return "internal-error", f"系统内部错误，操作未能完成；已提交的内容不会丢失。{where}"


def _of_the_database(fault: DBAPIError | psycopg.Error) -> tuple[str, str] | None:
    driver = fault.orig if isinstance(fault, DBAPIError) else fault
    lost = isinstance(fault, DBAPIError) and fault.connection_invalidated
    state = (driver.sqlstate or "") if isinstance(driver, psycopg.Error) else ""
    if lost or state.startswith(LOST) or (not state and isinstance(driver, psycopg.OperationalError)):
        return "database-down", "数据库连接中断，请稍后再试；已提交的内容不会丢失。"
    if state.startswith(NO_ROOM):
        return "database-full", "数据库服务器的磁盘、内存或连接数不足，请告知系统管理员；已提交的内容不会丢失。"
    if state.startswith(DOES_NOT_FIT) or (not state and isinstance(driver, psycopg.DataError)):
        _keep_traceback(fault)
        return "invalid-input", "所填内容台账存不下（文字过长、数字过大或含有无法保存的字符），未予保存，请修改后再试。"
    if state.startswith(IN_THE_WAY):
        _keep_traceback(fault)
        return "conflict", "与他人同时进行的操作冲突，未予保存，请重试。"
    return None


def _keep_traceback(fault: BaseException) -> Path | None:
    """Append a traceback to home/logs/command.log, which only its owner may read; None where that is impossible."""
    try:
        path = log_file(settings(), "command")
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(number, "a", encoding="utf-8", errors="backslashreplace") as log:
            os.fchmod(number, 0o600)
            log.write(f"{datetime.now(SHANGHAI):%Y-%m-%d %H:%M:%S}\n{''.join(traceback.format_exception(fault))}\n")
    except OSError:
        return None
    return path


def _name(filename: str | bytes) -> str:
    return os.fsdecode(filename)
