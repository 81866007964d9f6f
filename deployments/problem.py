"""Why the system cannot be started, stopped or reached: one exception for all of it."""

from collections.abc import Iterator
from contextlib import contextmanager


class StackProblem(Exception):
    """`code` is kebab-case, for programs; `message` is Chinese, for people, and never holds a password."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


@contextmanager
def failures_explained() -> Iterator[None]:
    """Turn what the operating system refuses into a StackProblem."""
    try:
        yield
    except PermissionError as fault:
        where = fault.filename or "其他用户的进程"
        raise StackProblem("no-permission", f"无权访问 {where}，请以建立该目录的用户身份（或 root）执行。") from None
    except OSError as fault:
        where = fault.filename or "所需的系统资源"
        raise StackProblem("home-unusable", f"无法使用 {where}：{fault.strerror}") from None
