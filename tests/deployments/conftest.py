"""The command line as a fixture."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from deployments.command import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """Run a command line; with --json return the one object on stdout, else stdout and stderr together."""

    def run_it(*words: str) -> tuple[int, Any]:
        monkeypatch.setattr(sys, "argv", ["zhiyong", *words])
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, json.loads(said.out) if "--json" in words else said.out + said.err

    return run_it
