"""The file of the ways by which notices leave: whose notices each takes, and what is said where it is wrong."""

from datetime import date
from pathlib import Path

import pytest

from models.database import transaction
from models.registry import Officer
from models.words import Role
from settings import settings
from tasks import notice_channels
from tasks.notice_channels import UNDECIDED, channels, channels_for
from tests.office import grant

pytestmark = pytest.mark.usefixtures("ledger")

HOOK = "json://127.0.0.1/geheim"


def written(content: str | bytes) -> notice_channels.Channels:
    """Write the file and read it."""
    settings().notices.write_bytes(content.encode() if isinstance(content, str) else content)
    return channels()


def names_for(officer: str, on: str = "2026-05-06") -> list[str]:
    with transaction() as session:
        return channels_for(session.get_one(Officer, officer), on=date.fromisoformat(on))


def test_there_are_none_by_default() -> None:
    assert channels() == notice_channels.Channels()
    assert names_for("U01-03") == []


@pytest.mark.parametrize("tag", ["U01-03", "u01-03", "U01", "unit-contact", "all", "OFF-01，U01-03", "[U09, 'U01']"])
def test_an_officer_is_meant_by_his_code_his_unit_his_role_or_with_all(tag: str) -> None:
    assert written(f"urls:\n  - {HOOK}:\n      tag: {tag}\n").faults == ()
    assert len(names_for("U01-03")) == 1


@pytest.mark.parametrize("tag", ["U01-04", "U02", "unit-head", "office-clerk", "U0", "alle"])
def test_others_are_not_meant(tag: str) -> None:
    written(f"urls:\n  - {HOOK}:\n      tag: {tag}\n")
    assert names_for("U01-03") == []


def test_a_role_counts_while_it_is_in_force() -> None:
    written(f"urls:\n  - {HOOK}: {{tag: discipline}}\n")
    grant("U01-03", Role.DISCIPLINE, "2026-05-06", "2026-05-08")
    assert [names_for("U01-03", day) for day in ("2026-05-05", "2026-05-06", "2026-05-08", "2026-05-09")] == [
        [],
        ["discipline"],
        ["discipline"],
        [],
    ]


def test_the_first_tag_is_the_name_and_stays_when_address_and_other_tags_change() -> None:
    written(f"urls:\n  - {HOOK}:\n      tag: 办公室邮箱, all\n")
    assert names_for("U01-03") == ["办公室邮箱"]
    written("urls:\n  - mailto://example.invalid?from=a@example.invalid:\n      tag: [办公室邮箱, U02, U01]\n")
    assert names_for("U01-03") == ["办公室邮箱"]


def test_every_form_of_apprise_s_yaml_is_read() -> None:
    found = written(f"""
version: 1
tag: all
urls:
  - {HOOK}
  - {HOOK}/2:
    tag: beside
  - {HOOK}/3:
      tags: below
  - {HOOK}/4:
      - tag: first
      - tag: second
""")
    assert found.faults == ()
    assert [channel.name for channel in found.known] == ["all", "beside", "below", "first", "second"]
    assert all("all" in channel.tags for channel in found.known)


def test_no_address_is_shown_by_accident() -> None:
    assert "geheim" not in repr(written(f"urls:\n  - {HOOK}: {{tag: all}}\n"))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("urls:\n  - a: [\n", "第 3 行附近不符合 YAML 格式"),
        (b"urls: \xff\xfe", "文件不是 UTF-8 编码"),
        ("urls: \x01", "不符合 YAML 格式"),
        ("urls: {since: 2026-13-45}", "不符合 YAML 格式"),
        ("[" * 5000, "不符合 YAML 格式"),
        ("mailto://x", "没有“urls:”一节，其下应逐项列出地址"),
        ("url:\n  - json://x\n", "没有“urls:”一节，其下应逐项列出地址"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault_and_nobody_s_channels_are_decided(
    content: str | bytes, fault: str
) -> None:
    found = written(content)
    assert (found.readable, found.faults, found.known) == (False, (fault,), ())
    assert names_for("U01-03") == [UNDECIDED]


def test_a_folder_in_its_place_or_a_wrong_setting_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings().notices.mkdir()
    assert channels().faults == ("文件不能读取，请检查权限",)
    monkeypatch.setenv("ZHIYONG_NOTICES", str(tmp_path / "elsewhere.yml"))
    assert channels().faults == ("ZHIYONG_NOTICES 所指的文件不存在",)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("nothing", "第 2 项不是地址（应形如 mailtos://…）"),
        ("{tag: all}", "第 2 项不是地址（应形如 mailtos://…）"),
        ("7", "第 2 项不是地址（应形如 mailtos://…）"),
        (HOOK, "第 2 项没有标签（tag），不知道发给谁"),
        (f"{HOOK}: {{tag: 'a://b'}}", "第 2 项的标签只能用文字、数字和 . - _，不超过 40 字"),
        (f"{HOOK}: {{tag: good}}", "第 2 项与前面某项同名，请在标签最前面写上各自的名称"),
    ],
)
def test_a_wrong_entry_is_a_fault_and_the_others_hold(entry: str, fault: str) -> None:
    found = written(f"urls:\n  - {HOOK}: {{tag: good}}\n  - {entry}\n  - {HOOK}: {{tag: too}}\n")
    assert (found.readable, found.faults) == (True, (fault,))
    assert [channel.name for channel in found.known] == ["good", "too"]


def test_what_apprise_would_fetch_from_elsewhere_is_not_taken() -> None:
    found = written(f"include: http://example.invalid/more.yml\nurls:\n  - {HOOK}: {{tag: all}}\n")
    assert found.faults == ("“include”一节不支持，请把各项直接写在 urls 之下",)
    assert len(found.known) == 1


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "urls: []\n"])
def test_an_empty_file_is_no_fault(content: str) -> None:
    assert written(content) == notice_channels.Channels()


def test_a_file_that_is_changed_is_read_again() -> None:
    assert not written("urls: [").readable
    assert written(f"urls:\n  - {HOOK}: {{tag: all}}\n").readable
    settings().notices.unlink()
    assert channels() == notice_channels.Channels()
