"""The shipped sample: a registry as the contract has it, messages of every kind, a script that reaches every step."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from models.message_file import IncomingMessage, MessageFile, read_message_file
from models.registry import RESPONSIBLE_KINDS
from models.registry_file import ChannelRow, RegistryFile, read_registry
from models.words import Role

SAMPLE = Path(__file__).parents[2] / "deployments" / "sample"
TODAY = date(2026, 6, 1)

# The contract's table: feedback; then S forces SUPERIOR, A direct accountability, C double check, U upward report.
CHANNELS = {
    "DISTRICT_HEAD_LINE": ("ONLINE", ""),
    "CONDUCT_LINE": ("ONLINE", ""),
    "OFFICE_COMPLAINT": ("DIRECT", ""),
    "SUPERVISION_LINE": ("DIRECT", ""),
    "MAYOR_LINE": ("ONLINE", ""),
    "CONGRESS_LETTER": ("DIRECT", ""),
    "RECEPTION": ("DIRECT", ""),
    "OPEN_DAY": ("DIRECT", ""),
    "OPINION_BULLETIN": ("SOURCE", ""),
    "MEDIA_EXPOSURE": ("MEDIA", "SA"),
    "TV_INQUIRY": ("MEDIA", "SA"),
    "SUPERIOR_TRANSFER": ("SOURCE DIRECT", "SU"),
    "SUPERIOR_COVERT_VISIT": ("SOURCE", "SACU"),
    "LEADER_INSTRUCTION": ("SOURCE DIRECT", "S"),
    "MONITORING_POINT": ("SOURCE", ""),
    "REVIEW_TEAM": ("SOURCE", ""),
    "SUPERVISOR_VISIT": ("SOURCE", "C"),
    "WINDOW_PATROL": ("SOURCE", "C"),
    "SELF_INSPECTION": ("", ""),
    "FILING_REVIEW": ("", "A"),
    "OTHER": ("DIRECT", ""),
}

# How often each word of the script must come at least.
WORDS = {
    "plain": 1,
    "common": 2,
    "annual": 2,
    "superior": 8,
    "reject": 2,
    "reject-refused": 1,
    "transfer": 2,
    "returned": 1,
    "returned-stays": 1,
    "sign-refused": 2,
    "paper-signature": 1,
    "supplement": 1,
    "lapse": 1,
    "accountability": 5,
    "unsubstantiated": 1,
    "partly": 2,
    "long-standing": 1,
    "dissatisfied-not-poor": 1,
    "second-round": 3,
    "poor-twice": 1,
    "conflict": 1,
    "conflict-of-answer": 1,
    "direct": 1,
    "publication-refused": 1,
    "unreachable": 1,
    "fair": 4,
    "not-effective": 1,
    "write-off-refused": 1,
    "merge": 1,
    "emergency": 1,
    "sudden": 2,
    "hard": 1,
    "consult": 1,
    "co-unit": 1,
    "reclassify": 1,
    "own-review": 2,
    "undeliverable": 2,
    "slow": 1,
    "handed-over": 1,
    "delegated": 1,
    "substituted": 1,
    "sent-back": 1,
    "taken-back": 1,
    "urged": 1,
    "supervised": 1,
    "extended": 2,
    "extension-refused": 1,
    "at-rest": 1,
}


@pytest.fixture(scope="module")
def registry() -> RegistryFile:
    return read_registry(SAMPLE / "registry.xlsx", today=TODAY)


@pytest.fixture(scope="module")
def file() -> MessageFile:
    return read_message_file(SAMPLE / "messages.xlsx", today=TODAY, channel_column=True)


@pytest.fixture(scope="module")
def messages(file: MessageFile) -> dict[str, IncomingMessage]:
    return {message.source_number: message for message in file.messages}


@pytest.fixture(scope="module")
def script() -> dict[str, dict[str, str]]:
    with (SAMPLE / "script.csv").open(encoding="utf-8", newline="") as rows:
        return {row["来件编号"]: row for row in csv.DictReader(rows)}


def words(row: dict[str, str]) -> list[str]:
    return [word.split(":")[0] for word in row["剧本"].split("+")]


def channel_of(message: IncomingMessage, registry: RegistryFile) -> ChannelRow:
    (channel,) = [row for row in registry.channels if message.channel in (row.name, *row.aliases)]
    return channel


def test_sixty_units_have_five_different_people_each(registry: RegistryFile) -> None:
    units = [unit.code for unit in registry.units if unit.kind in RESPONSIBLE_KINDS]
    assert units == [f"U{number:02}" for number in range(1, 61)]
    posts = [Role.UNIT_HEAD, Role.UNIT_DEPUTY, Role.UNIT_CONTACT, Role.UNIT_INVESTIGATOR, Role.UNIT_INVESTIGATOR]
    for code in units:
        people = [row for row in registry.officers if row.unit == code]
        assert [row.code for row in people] == [f"{code}-{number:02}" for number in range(1, 6)]
        assert [row.roles for row in people] == [[post] for post in posts]
        assert all(row.covers(date(2015, 1, 1)) and row.covers(TODAY) for row in people)


def test_the_office_and_the_other_organs_are_staffed(registry: RegistryFile) -> None:
    holders = Counter(role for row in registry.officers if row.covers(TODAY) for role in row.roles)
    assert holders[Role.OFFICE_CLERK] == 3
    assert holders[Role.OFFICE_HEAD] == 2
    assert holders[Role.PROPAGANDA] == holders[Role.DISCIPLINE] == 2
    assert holders[Role.DISTRICT_LEADER] == 1
    assert [row.code for row in registry.officers if not row.covers(TODAY)] == ["OFF-06"]
    assert len({row.name for row in registry.officers}) == len(registry.officers)


def test_the_channels_are_those_of_the_contract(registry: RegistryFile) -> None:
    shipped = {}
    for row in registry.channels:
        flags = zip(
            "SACU", (row.forces_superior, row.direct_accountability, row.double_check, row.upward_report), strict=True
        )
        shipped[row.code] = " ".join(row.feedback), "".join(letter for letter, holds in flags if holds)
    assert list(shipped.items()) == list(CHANNELS.items())
    assert [row.code for row in registry.channels if row.origin is None] == ["OTHER"]


def test_twenty_points_and_a_list_of_groups_for_each_mechanism(registry: RegistryFile) -> None:
    assert [point.number for point in registry.points] == list(range(1, 21))
    assert all(point.telephone.startswith("027-0000-") for point in registry.points)
    sizes = Counter(group.mechanism for group in registry.groups)
    assert sizes == {"窗口监督": 5, "评议督查队伍": 5, "明察暗访": 3, "第三方评价": 6}


def test_messages_come_by_every_channel_and_some_without_a_complainant(
    file: MessageFile, registry: RegistryFile
) -> None:
    assert len(file.messages) >= 66
    channels = [channel_of(message, registry) for message in file.messages]
    assert {channel.code for channel in channels} == set(CHANNELS)
    assert {message.channel for message in file.messages} & {name for row in registry.channels for name in row.aliases}
    nameless = [
        row for message, row in zip(file.messages, channels, strict=True) if not (message.name or message.phone)
    ]
    assert sum("DIRECT" in row.feedback for row in nameless) >= 4
    assert sum("SOURCE" in row.feedback for row in nameless) >= 10


def test_the_bad_rows_are_rejected_each_for_its_own_reason(file: MessageFile) -> None:
    reasons = [row.reason for row in file.rejected]
    assert reasons == ["缺少时间", "时间 2026-02-30 10:15 不存在", "时间 2026-04-31 不存在", "缺少内容"]


def test_telephones_are_of_the_fictional_kind(file: MessageFile) -> None:
    phones = [message.phone for message in file.messages if message.phone]
    assert all(phone.startswith("1380000") and len(phone) == 11 for phone in phones)
    assert len(phones) == len(set(phones))


def test_every_good_message_has_its_script(
    messages: dict[str, IncomingMessage], script: dict[str, dict[str, str]]
) -> None:
    assert list(script) == list(messages)
    counts = Counter(word for row in script.values() for word in words(row))
    assert set(counts) == set(WORDS)
    assert {word: counts[word] for word, least in WORDS.items() if counts[word] < least} == {}


def test_the_script_names_units_that_exist_and_reasons_where_they_are_needed(
    registry: RegistryFile, script: dict[str, dict[str, str]]
) -> None:
    units = {unit.code for unit in registry.units if unit.kind in RESPONSIBLE_KINDS}
    for number, row in script.items():
        plot = set(words(row))
        closed_at_once = plot & {"reject", "reject-refused", "transfer"}
        assert row["概要"], number
        assert (row["单位"] == "") if closed_at_once else (row["单位"] in units), number
        second = bool(plot & {"co-unit", "returned", "reclassify"})
        assert (row["另一单位"] in units - {row["单位"]}) if second else (row["另一单位"] == ""), number
        assert bool(row["理由"]) == bool(closed_at_once or plot & {"returned", "returned-stays"}), number


def test_the_script_is_possible(
    registry: RegistryFile, messages: dict[str, IncomingMessage], script: dict[str, dict[str, str]]
) -> None:
    asked = {"fair", "dissatisfied-not-poor", "poor-twice", "unreachable", "second-round"}
    order = list(script)
    for number, row in script.items():
        plot, channel = set(words(row)), channel_of(messages[number], registry)
        assert channel.forces_superior == ("superior" in plot), number
        if plot & asked and "own-review" not in plot:
            assert messages[number].phone, number
        if "publication-refused" in plot:
            assert "ONLINE" in channel.feedback, number
        if channel.direct_accountability:
            assert not plot & {"sign-refused", "paper-signature", "supplement", "returned", "lapse"}, number
        if "merge" in plot:
            assert order.index(row["剧本"].partition(":")[2]) < order.index(number)


def test_a_summary_says_nothing_that_identifies_the_complainant(
    messages: dict[str, IncomingMessage], script: dict[str, dict[str, str]]
) -> None:
    for number, row in script.items():
        message = messages[number]
        assert not any(part and part in row["概要"] for part in (message.name, message.phone, message.address)), number
