"""Taking in a file of messages: the good rows are registered one by one, the others go back in a mendable workbook."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import journal
from models.clock import now, today
from models.database import transaction
from models.journal import Actor
from models.message import Batch, Message
from models.message_file import IncomingMessage, Meaning, MessageFile, read_message_file
from models.refusals import BadFile, RegistryEmpty, UnknownChannel
from models.registry import Channel
from tasks.register import Report, already_known, register
from tasks.rejects_file import write_rejects


@dataclass(kw_only=True)
class Taken:
    """What became of a file's rows; batch is None after a dry run."""

    batch: int | None
    rows: int
    registered: int = 0
    already_known: int = 0
    rejected: int = 0
    similar: int = 0
    rejects_file: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as `zhiyong intake` prints it."""
        return asdict(self)


def take_in(
    path: Path,
    *,
    channel: str | None,
    actor: Actor,
    dry_run: bool = False,
    most: int | None = None,
    rejects: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Taken:
    """Take in a workbook or CSV; each good row is registered in its own transaction, so that a stop loses nothing.

    channel: by which all of it came, its own column mapping first; None where the file has a column that says it.
    most: take only so many of the good rows. dry_run: nothing is registered, the counts are what would happen.
    rejects: where the workbook of rejected rows goes; beside the file where it is None. Where it cannot be written,
    `rejects_file` stays empty.
    Raises BadFile, UnknownChannel, RegistryEmpty.
    """
    channels = _channels()
    if channel is not None and channel not in channels:
        raise UnknownChannel
    with transaction() as session:
        day = today(session)
    mapping = channels[channel].columns if channel is not None else None
    file = read_message_file(path, today=day, mapping=mapping, channel_column=channel is None)
    rejected = list(file.rejected)
    by_name = {name: each.code for each in channels.values() for name in (each.code, each.name, *each.aliases)}
    good: list[tuple[str, IncomingMessage]] = []
    for message in file.messages[:most]:
        code = channel or by_name.get(message.channel)
        if code is None:
            rejected.append(file.rejection(message, Meaning.CHANNEL, "没有这个渠道"))
        else:
            good.append((code, message))
    taken = Taken(batch=None, rows=len(good) + len(rejected), rejected=len(rejected))
    if dry_run:
        _count_only(good, taken)
        return taken
    taken.batch = _open_batch(file, channel, actor)
    for done, (code, message) in enumerate(good):
        progress(done, len(good))
        _register_one(code, message, taken, actor)
    progress(len(good), len(good))
    with transaction() as session:
        journal.write(session, case=None, actor=actor, what="intake", detail=taken.as_dict())
    if rejected:  # whatever becomes of this file, the good rows are in
        with suppress(BadFile):
            taken.rejects_file = str(write_rejects(file, rejected, rejects or _beside(file.path)))
    return taken


def _channels() -> dict[str, Channel]:
    with transaction() as session:
        channels = {each.code: each for each in session.scalars(select(Channel).where(Channel.active))}
    if not channels:
        raise RegistryEmpty
    return channels


def _open_batch(file: MessageFile, channel: str | None, actor: Actor) -> int:
    with transaction() as session:
        batch = Batch(
            channel_code=channel,
            file_name=file.path.name,
            sha256=file.sha256,
            taken_at=now(session),
            os_user=actor.os_user,
        )
        session.add(batch)
        session.flush()
        return batch.id


def _register_one(code: str, message: IncomingMessage, taken: Taken, actor: Actor) -> None:
    try:
        with transaction() as session:
            if already_known(session, code, message.source_number) is not None:
                taken.already_known += 1
                return
            registered = register(session, _report(message), channel=code, actor=actor, batch=taken.batch)
    except IntegrityError:  # somebody else takes in the same number at this moment
        with transaction() as session:
            if already_known(session, code, message.source_number) is None:
                raise
        taken.already_known += 1
        return
    taken.registered += 1
    taken.similar += registered.similar_to is not None


def _report(message: IncomingMessage) -> Report:
    return Report(
        source_number=message.source_number,
        received_at=message.received_at,
        subject=message.subject,
        text=message.text,
        about_unit=message.about_unit,
        name=message.name,
        phone=message.phone,
        address=message.address,
        extra=message.extra,
    )


def _count_only(good: list[tuple[str, IncomingMessage]], taken: Taken) -> None:
    with transaction() as session:
        known = set(session.execute(select(Message.channel_code, Message.source_number)).all())
    for code, message in good:
        number = (code, message.source_number)
        if number in known:
            taken.already_known += 1
        else:
            known.add(number)  # type: ignore[arg-type]
            taken.registered += 1


def _beside(path: Path) -> Path:
    """Return a name beside the file that nobody has: a workbook that is being mended is not written over."""
    names = (path.with_name(f"{path.stem}-退回待补{end}.xlsx") for end in chain([""], (f"-{n}" for n in count(2))))
    return next(name for name in names if not name.exists())
