"""普遍性、苗头性问题: found by what is said, counted by people, ruled on by the head, and nothing follows by itself."""

import random
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.database import transaction
from models.journal import Actor, Entry
from models.matter_ruling import MatterRuling
from models.matters import Messages, Said
from models.refusals import ConflictOfInterest, InvalidForm, NotYours, ReasonMissing, Refusal, UnknownUnit
from models.words import ProblemClass
from tasks.case_view import show_case
from tasks.matters import AlreadyRuled, UnknownMatter, WrongPeriod, list_matters, rule_on_matter
from tasks.merge import merge
from tasks.reclassify import reclassify
from tasks.verify import verify
from tests.office import CLERK, HEAD, HEAD2, at, case_of, classify, it_is, report

# Each about one matter in words of its own.
MIXING_PLANT = (
    ("青禾苑小区旁搅拌站扰民", "丁一街道青禾苑小区旁边新建搅拌站，夜里轰鸣不断，灰尘落满阳台，街道说不归他们管。"),
    ("投诉青禾苑附近的搅拌站", "家住丁一街道青禾苑，搅拌站离楼只有几十米，扬尘呛人，多次打电话没有人来看过。"),
    ("搅拌站粉尘大无人处理", "青禾苑门口的混凝土搅拌站粉尘很大，孩子咳嗽，丁一街道执法队推给环保，环保推给街道。"),
    ("青禾苑搅拌站何时搬走", "去年就答应搬走的青禾苑搅拌站还在生产，渣土车进进出出，问丁一街道总说在研究。"),
    ("请管管青禾苑旁的搅拌站", "丁一街道青禾苑业主联名反映搅拌站噪音粉尘，材料交了三个月没有答复。"),
)
SCHOOL = (
    ("银杏小学放学接送拥堵", "银杏小学门口下午放学时车辆把路堵死，没有人疏导，家长意见很大。"),
    ("办证大厅取号要等一天", "材料齐全仍被告知改日再来，窗口的人只有一个，取号机下午就停了。"),
    ("公园路灯长期不亮", "云霞公园环湖路灯坏了半年，晚上散步摔倒过老人，报修没有回音。"),
)


def came(messages: Any, *, first: int = 1, day: str = "2026-05-06", **other: Any) -> list[str]:
    """Register messages of different people; return their cases."""
    return [
        report(
            number=f"M-{number}",
            subject=subject,
            text=text,
            received_at=at(day),
            **{"phone": f"139{number:08d}", "name": f"来件人{number}"} | other,
        )
        for number, (subject, text) in enumerate(messages, first)
    ]


def the_matter(**scope: Any) -> dict[str, Any]:
    """Return the only matter that is listed."""
    (matter,) = list_matters(**scope)["matters"]
    return matter


def accept(matter: int, by: str = HEAD, **other: Any) -> dict[str, Any]:
    return rule_on_matter(matter, **{"accepted": True, "actor": Actor(code=by), "reason": "多人反映同一问题"} | other)


@pytest.fixture(autouse=True)
def _on_a_day_in_may(ledger: str) -> None:
    it_is("2026-05-06")


def test_five_people_who_report_one_matter_are_one_line_with_its_figures() -> None:
    numbers = came(MIXING_PLANT)
    came(SCHOOL, first=11)
    classify(numbers[0])
    matter = the_matter()
    assert "搅拌站" in matter["label"]
    assert "青禾苑" in matter["label"]
    assert (matter["messages"], matter["people"], matter["people_before"], matter["growth"]) == (5, 5, 0, 5)
    assert (matter["first_day"], matter["last_day"]) == ("2026-05-06", "2026-05-06")
    assert matter["places"] == ["丁一街道"]
    assert matter["units"] == ["区发展和改革局"]
    assert matter["cases"] == matter["open"] == numbers
    assert (matter["tendency"], matter["suggested"], matter["ruling"], matter["example"]) == (
        "普遍性",
        True,
        None,
        None,
    )


def test_one_person_who_writes_five_times_is_one_person_and_not_shown() -> None:
    came(MIXING_PLANT, phone="13900000001", name="来件人甲")
    assert list_matters()["matters"] == []


def test_two_people_are_too_few_to_be_shown_and_three_are_a_beginning() -> None:
    came(MIXING_PLANT[:2])
    assert list_matters()["matters"] == []
    came(MIXING_PLANT[2:3], first=3)
    matter = the_matter()
    assert (matter["people"], matter["tendency"], matter["suggested"]) == (3, "苗头性", True)


def test_anonymous_messages_count_each_but_the_same_letter_twice_is_one() -> None:
    came(MIXING_PLANT[:2], phone="", name="")
    came(MIXING_PLANT[:1], first=3, phone="", name="匿名")
    assert list_matters()["matters"] == []
    came(MIXING_PLANT[2:3], first=4, phone="", name="匿名市民")
    assert (the_matter()["people"], the_matter()["messages"]) == (3, 4)


def test_the_account_that_a_site_gives_for_a_name_tells_people_apart() -> None:
    came(MIXING_PLANT[:4], phone="", name="A00012345")
    assert list_matters()["matters"] == []
    came(MIXING_PLANT[4:], first=5, phone="", name="A909204")
    came(MIXING_PLANT[:1], first=6, phone="", name="U0000777")
    assert (the_matter()["people"], the_matter()["messages"]) == (3, 6)


def test_growth_is_against_the_period_before_and_one_or_two_before_are_not_told() -> None:
    came(MIXING_PLANT[:1], day="2026-01-20")
    came(MIXING_PLANT[1:], first=2)
    assert (the_matter()["people"], the_matter()["people_before"], the_matter()["growth"]) == (4, None, None)
    half_a_year = the_matter(from_day=at("2025-11-10").date(), to_day=at("2026-05-06").date())
    assert (half_a_year["people"], half_a_year["people_before"], half_a_year["growth"]) == (5, 0, 5)
    it_is("2026-08-10")
    came(MIXING_PLANT[:3], first=11, day="2026-08-01")
    assert (the_matter()["people"], the_matter()["people_before"], the_matter()["growth"]) == (3, 4, -1)
    assert (the_matter()["tendency"], the_matter()["suggested"]) == ("", False)


def test_a_sender_is_neither_in_the_label_nor_in_the_example_nor_what_joins_messages() -> None:
    signed = "联系人：欧阳青禾，电话13911112222，青松路8号3栋502室。"
    mine = {"name": "欧阳青禾", "phone": "13911112222", "address": "青松路8号3栋502室"}
    for number, (subject, said) in enumerate(SCHOOL, 1):
        report(number=f"S-{number}", subject=subject, text=f"{said}{signed}", **mine)
    assert list_matters()["matters"] == []
    for number, (subject, said) in enumerate(MIXING_PLANT[:3], 1):
        who = {"name": f"欧阳青{number}", "phone": f"1391111333{number}"}
        report(number=f"T-{number}", subject=subject, text=f"{said}联系人{who['name']}，{who['phone']}。", **who)
    shown = str(list_matters(by=CLERK))
    assert "搅拌站" in the_matter(by=CLERK)["example"]
    assert "欧阳" not in shown.replace("欧***", "")
    assert "1391111333" not in shown


def test_the_head_accepts_and_only_a_clerk_changes_the_cases() -> None:
    numbers = came(MIXING_PLANT)
    classify(numbers[0])
    ruled = accept(the_matter()["matter"])
    assert ruled["to_reclassify"] == numbers
    assert case_of(numbers[0]).problem_class is ProblemClass.GENERAL
    assert case_of(numbers[1]).problem_class is None
    shown = show_case(numbers[1])["matter"]
    assert (shown["accepted"], shown["people"]) == (True, 5)
    reclassify(numbers[0], data={"problem_class": "COMMON"}, actor=Actor(code=CLERK), reason="列为一类")
    assert (the_matter()["open"], the_matter()["suggested"]) == (numbers[1:], False)
    assert the_matter()["ruling"]["accepted"] is True
    assert verify().ok


def test_a_later_message_very_like_one_of_them_shows_what_was_ruled() -> None:
    came(MIXING_PLANT)
    accept(the_matter()["matter"])
    (like,) = came(MIXING_PLANT[:1], first=21)
    assert show_case(like)["matter"]["accepted"] is True
    (other,) = came(SCHOOL[:1], first=22)
    assert show_case(other)["matter"] is None


def test_a_rejected_matter_is_suggested_anew_only_when_it_has_more_than_doubled() -> None:
    came(MIXING_PLANT[:3])
    rule_on_matter(the_matter()["matter"], accepted=False, actor=Actor(code=HEAD), reason="正在整治")
    came(MIXING_PLANT[3:], first=4)
    assert the_matter()["suggested"] is False
    came(tuple((f"再次反映{subject}", f"{said}请回复。") for subject, said in MIXING_PLANT[:3]), first=6)
    assert (the_matter()["people"], the_matter()["suggested"]) == (8, True)


def test_the_act_is_in_the_offices_chain_with_its_reason_and_cannot_be_changed() -> None:
    came(MIXING_PLANT)
    done = accept(the_matter()["matter"], reason="多个小区反映，影响面大")
    with transaction() as session:
        entry = session.scalars(select(Entry).where(Entry.what == "matter-accepted")).one()
        assert (entry.case_id, entry.actor, entry.detail["reason"]) == (None, HEAD, "多个小区反映，影响面大")
        ruling = session.get_one(MatterRuling, done["ruling"])
        assert (ruling.people, len(ruling.messages), len(ruling.cases)) == (5, 5, 5)
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text("UPDATE matter_ruling SET accepted = false"))


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"by": CLERK}, NotYours),
        ({"by": "U01-01"}, NotYours),
        ({"reason": " "}, ReasonMissing),
        ({"reason": "来件人13900000001要求列为一类"}, InvalidForm),
        ({"unit": "U99"}, UnknownUnit),
        ({"unit": "U02"}, UnknownMatter),
        ({"from_day": at("2026-05-07").date()}, WrongPeriod),
        ({"to_day": at("2026-05-05").date()}, UnknownMatter),
    ],
)
def test_what_is_refused_leaves_no_ruling_and_stands_in_the_journal(
    other: dict[str, Any], refusal: type[Refusal]
) -> None:
    came(MIXING_PLANT)
    with pytest.raises(refusal):
        accept(the_matter()["matter"], **other)
    with transaction() as session:
        assert session.scalars(select(MatterRuling)).all() == []
        kept = session.scalars(select(Entry).where(Entry.what == "matter-accepted-refused")).all()
        assert len(kept) == (0 if refusal is ReasonMissing else 1)


def test_a_matter_is_ruled_on_once_in_the_same_way_and_the_head_may_change_his_mind() -> None:
    came(MIXING_PLANT)
    matter = the_matter()["matter"]
    accept(matter)
    with pytest.raises(AlreadyRuled, match="已列为一类"):
        accept(matter, by=HEAD2)
    rule_on_matter(matter, accepted=False, actor=Actor(code=HEAD), reason="已整治完毕")
    assert the_matter()["ruling"]["accepted"] is False


def test_whom_a_matter_is_about_neither_sees_nor_rules_on_it() -> None:
    numbers = came(MIXING_PLANT)
    matter = the_matter()["matter"]
    classify(numbers[2], subjects=[HEAD])
    assert list_matters(by=HEAD)["matters"] == []
    assert len(list_matters(by=HEAD2)["matters"]) == 1
    with pytest.raises(ConflictOfInterest):
        accept(matter)


def test_merged_messages_stay_one_matter_of_fewer_cases() -> None:
    numbers = came(MIXING_PLANT)
    second = show_case(numbers[1])["messages"][0]
    merge(second, into=numbers[0], actor=Actor(code=CLERK), reason="同一问题")
    assert (the_matter()["people"], the_matter()["cases"]) == (5, [numbers[0], *numbers[2:]])


def test_groups_do_not_depend_on_the_order_in_which_messages_come() -> None:
    said = [Said(subject=subject, text=text) for subject, text in (*MIXING_PLANT, *SCHOOL, MIXING_PLANT[0])]
    expected = {frozenset((said[at], at == 8) for at in group) for group in Messages(said).groups()}
    assert {len(group) for group in expected} == {6, 1}
    for seed in range(20):
        order = list(range(len(said)))
        random.Random(seed).shuffle(order)
        shuffled = Messages([said[at] for at in order]).groups()
        assert {frozenset((said[order[at]], order[at] == 8) for at in group) for group in shuffled} == expected


@pytest.mark.parametrize(
    "said", [[], [""], ["一"], ["", ""], ["!!", "。。"], ["好", "好", "坏"], ["\ud800x", "İİİ", "İİİ"]]
)
def test_nothing_that_is_said_stops_the_grouping(said: list[str]) -> None:
    groups = Messages([Said(subject="", text=each) for each in said]).groups()
    assert sorted(at for group in groups for at in group) == list(range(len(said)))
