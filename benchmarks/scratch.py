"""A scratch ledger for a benchmark: a server and a home of its own, the sample registry, a simulated clock."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from deployments.postgres import ensure_postgres, stop_postgres
from models.clock import make_trial, today
from models.database import engine, migrate, transaction
from settings import settings
from tasks.registry_file import load_registry

SAMPLE = Path(__file__).parents[1] / "deployments" / "sample" / "registry.xlsx"


@contextmanager
def scratch_ledger(at: datetime) -> Iterator[None]:
    """Have this process mean a new ledger in which it is `at`; nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="zhiyong-bench-") as folder:
        os.environ["ZHIYONG_HOME"] = folder
        os.environ.pop("ZHIYONG_DATABASE_URL", None)
        Path(folder).chmod(0o755)
        ensure_postgres(settings())
        try:
            migrate(settings().ledger_url)
            with transaction() as session:
                make_trial(session, at)
            with transaction() as session:
                load_registry(session, SAMPLE, today=today(session))
            yield
        finally:
            engine(settings().ledger_url).dispose()
            stop_postgres(settings())
