"""Sending notices by the configured channels: each until it has arrived, in growing intervals, in real time.

A notice is sent and said to be sent in one transaction: a crash between the two sends it once more, and loses none.
"""

import logging
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import pendulum
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.clock import today
from models.database import transaction
from models.notice import Delivery, Notice
from tasks.notice_channels import UNDECIDED, Channel, channels, channels_for

if TYPE_CHECKING:
    from apprise import Apprise  # imported late: no command sends anything

log = logging.getLogger("zhiyong.worker")

# Until the next try, by how many have failed; after the last of them daily.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(days=1),
)
INBOX_ONLY = "没有为收件人配置渠道，通知只在系统内"

# What the other side gives as a reason: an HTTP status or an error number, or SMTP's reply.
_CODE = re.compile(r"error=(\d{3,6})\b|\((\d{3}), b['\"]")
_REASONS = {
    "凭据不对或没有权限": {"401", "403", "530", "534", "535"},
    "收件地址不存在": {"404", "410", "550", "551", "553"},
    "内容过长": {"413", "552"},
    "发送过于频繁，或对方暂时不能接收": {"421", "429", "450", "451", "452", "503"},
}


def deliver_due(*, stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due until nothing is, or until `stop` says so; return how many notices have arrived.

    A channel that fails holds up no other: it is tried again in the next pass.
    """
    arrived = 0
    aside: set[str] = set()
    while not stop():
        configured = channels()
        ways = {each.name: each for each in configured.known if each.name not in aside}
        with transaction() as session:
            delivery = _most_urgent(session, [*ways, UNDECIDED] if configured.readable else ways)
            if delivery is None:
                break
            if delivery.channel == UNDECIDED:
                _decide(session, delivery)
                continue
            way = load(ways[delivery.channel])
            if way is None:
                aside.add(delivery.channel)
                continue
            trouble = _send(way, delivery.notice)
            _note(delivery, trouble)
            if trouble:
                aside.add(delivery.channel)
                log.warning("notice %s by %s failed %s times", delivery.notice_id, delivery.channel, delivery.tries)
            else:
                arrived += 1
    return arrived


def load(channel: Channel) -> "Apprise | None":
    """Return what sends by a channel; None where Apprise does not understand its address.

    Apprise logs addresses and what it sends; here it tells only this process.
    """
    from apprise import Apprise, AppriseConfig

    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)  # the replies of mail servers are only told so
    config = AppriseConfig()
    config.add_config(channel.document, format="yaml")
    way = Apprise()
    way.add(config)
    return way if len(way) == 1 else None


def _most_urgent(session: Session, names: Iterable[str]) -> Delivery | None:
    """Lock a due delivery that no other worker is at; one that failed often goes before those not tried yet.

    So of many notices one after the other probes a channel that is down, each in its own growing intervals.
    """
    return session.scalar(
        select(Delivery)
        .where(Delivery.next_try_at <= pendulum.now("UTC"), Delivery.channel.in_(list(names)))
        .order_by(Delivery.tries.desc(), Delivery.next_try_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Delivery)
        .options(joinedload(Delivery.notice))
    )


def _decide(session: Session, delivery: Delivery) -> None:
    """Find the channels of a notice that was written while the file could not be read."""
    names = channels_for(delivery.notice.officer, on=today(session))
    if not names:
        delivery.delivered_at, delivery.next_try_at, delivery.trouble = pendulum.now("UTC"), None, INBOX_ONLY
        return
    delivery.channel = names[0]
    session.add_all(
        Delivery(notice_id=delivery.notice_id, channel=name, next_try_at=delivery.next_try_at) for name in names[1:]
    )


def _send(way: "Apprise", notice: Notice) -> str:
    """Send a notice; return why that failed, or nothing. Of what the other side said it holds the number only."""
    from apprise import NotifyFormat

    result = way.notify(title=notice.subject, body=notice.text, body_format=NotifyFormat.TEXT, log_level=logging.DEBUG)
    if result:
        return ""
    said = [entry.message for service in result.results for entry in service.logs()]
    found = next((match for message in said if (match := _CODE.search(message))), None)
    if found is None:
        return "连接不上对方服务器，或连接中断"
    code = found[1] or found[2]
    reason = next((reason for reason, codes in _REASONS.items() if code in codes), "对方未予接收")
    return f"{reason}（代码 {code}）"


def _note(delivery: Delivery, trouble: str) -> None:
    moment = pendulum.now("UTC")
    delivery.trouble = trouble
    if trouble:
        delivery.next_try_at = moment + WAITS[min(delivery.tries, len(WAITS) - 1)]
    else:
        delivery.delivered_at, delivery.next_try_at = moment, None
    delivery.tries += 1
