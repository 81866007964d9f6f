"""The Prefect server's program: Prefect's own command, with what people typed kept out of the errors that it logs.

Of several who send a form at once one may break a unique key, and the server would log his row.
"""

import runpy

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import StatementError


@event.listens_for(Engine, "handle_error")
def _hide_values(context: ExceptionContext) -> None:
    """Do for the server's engine, which takes no such setting, what `hide_parameters` does for ours."""
    if isinstance(context.sqlalchemy_exception, StatementError):
        context.sqlalchemy_exception.hide_parameters = True


if __name__ == "__main__":
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
