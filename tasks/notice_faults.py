"""What is wrong with the file of the notices' channels, seen with the eyes of Apprise and of the ledger."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.registry import Officer, Unit
from models.words import Role
from tasks.deliver import load
from tasks.notice_channels import EVERYBODY, Channels


def faults_of(session: Session, configured: Channels) -> list[str]:
    """Say all that is wrong, for people and without any address."""
    return [*configured.faults, *_unusable(configured), *_meant_for_nobody(session, configured)]


def _unusable(configured: Channels) -> list[str]:
    return [
        f"第 {channel.entry} 项（渠道“{channel.name}”）的地址不能识别"
        for channel in configured.known
        if load(channel) is None
    ]


def _meant_for_nobody(session: Session, configured: Channels) -> list[str]:
    """Say which tags besides a channel's name are nobody's code: slips of the pen, or people who are gone."""
    if not configured.known:
        return []
    codes = {EVERYBODY, *Role, *session.scalars(select(Officer.code)), *session.scalars(select(Unit.code))}
    known = {code.casefold() for code in codes}
    faults = []
    for channel in configured.known:
        strange = sorted(channel.tags - known - {channel.name.casefold()})
        if strange:
            faults.append(f"渠道“{channel.name}”的标签 {'、'.join(strange)} 不是在册的人员、单位或岗位代码")
        elif not channel.tags & known:
            faults.append(f"渠道“{channel.name}”没有写明发给谁")
    return faults
