"""Where the tests' notices arrive: a real SMTP server and a real webhook on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.running import free_port

OK = "250 OK"


@dataclass
class Mailbox:
    """What came by e-mail. reply: what the server answers to a letter."""

    port: int
    reply: str = OK
    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter."""
        if self.reply == OK:
            assert isinstance(envelope.content, bytes)
            letter = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        return self.reply

    @property
    def address(self) -> str:
        """The address as Apprise takes it."""
        return f"mailto://127.0.0.1:{self.port}/?from=office@example.invalid&to=officer@example.invalid"


@contextmanager
def mail_server(port: int | None = None) -> Iterator[Mailbox]:
    """Run an SMTP server; what it takes is in the mailbox."""
    mailbox = Mailbox(port or free_port())
    server = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    server.start()
    try:
        yield mailbox
    finally:
        server.stop()


@dataclass
class Hook:
    """What came to the webhook. status: what it answers. on_call: what happens before it answers."""

    port: int = 0
    status: int = 200
    calls: list[dict[str, Any]] = field(default_factory=list)
    on_call: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        """The address as Apprise takes it, with a secret in its path."""
        return f"json://127.0.0.1:{self.port}/geheim"


@contextmanager
def webhook() -> Iterator[Hook]:
    """Run a webhook."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            hook.on_call()
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_port
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield hook
        finally:
            server.shutdown()
            serving.join()


def configure(home: Path, **addresses: tuple[str, str]) -> None:
    """Write the file of a home: by a channel's name its address and its further tags."""
    lines = [f'  - "{address}":\n      tag: "{name}, {tags}"' for name, (address, tags) in addresses.items()]
    (home / "notices.yml").write_text("urls:\n" + "\n".join(lines) + "\n", encoding="utf-8")
