"""Why the system cannot be started, stopped or reached: one exception for all of it."""


class StackProblem(Exception):
    """`code` is kebab-case, for programs; `message` is Chinese, for people, and never holds a password."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)
