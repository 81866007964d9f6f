"""How well matters are found in the real messages, which are not in the project; and what they are called."""

import pytest

from models.matter_words import label, places
from models.matters import Messages, Said
from tests.matter_pairs import REAL, labelled, precision_and_recall, real_messages, weighted

PLANT = [
    Said(subject="青禾苑旁搅拌站扰民", text="丁一街道青禾苑旁边新建搅拌站，夜里轰鸣不断，联系人王小明。"),
    Said(subject="投诉青禾苑附近搅拌站", text="家住丁一街道青禾苑，搅拌站离楼只有几十米，王小明和我都去过。"),
    Said(subject="搅拌站粉尘大", text="青禾苑门口的搅拌站粉尘很大，丁一街道推给环保，王小明说在研究。"),
]


@pytest.mark.skipif(not REAL.exists(), reason="真实来件不随程序提供：../shared/data/messages-2017-2020.xlsx 不在")
def test_matters_in_the_real_messages_are_found_no_worse_than_when_the_method_was_chosen() -> None:
    real, pairs = real_messages(), labelled()
    groups = Messages([each.said for each in real]).groups()
    group_of = {real[at].number: number for number, group in enumerate(groups) for at in group}

    def together(first: str, second: str) -> bool:
        return group_of[first] == group_of[second]

    chosen_on = [pair for pair in pairs if not pair.held_out]
    held_out = [pair for pair in pairs if pair.held_out and pair.stratum != 7]
    shown = [pair for pair in pairs if pair.stratum == 7]
    assert (len(chosen_on), len(held_out), len(shown)) == (370, 90, 60)
    figures = {
        "chosen on": precision_and_recall(chosen_on, together),
        "whole file": weighted(pairs, together),
        "held out": precision_and_recall(held_out, together),
    }
    floors = {"chosen on": (0.84, 0.92), "whole file": (0.85, 0.80), "held out": (0.80, 0.82)}
    for name, (precision, recall) in figures.items():
        assert precision >= floors[name][0], f"{name}: precision {precision:.3f}"
        assert recall >= floors[name][1], f"{name}: recall {recall:.3f}"
    # The two matters that everybody who reads the file names first, from more than forty people each.
    people = sorted((len({real[at].user for at in group}) for group in groups), reverse=True)
    assert people[1] > 40 > people[2]


def test_a_matter_is_called_by_what_sets_it_apart_and_by_no_name() -> None:
    other = [Said(subject=f"路灯第{number}处不亮", text="公园路灯坏了半年没有人修。") for number in range(9)]
    messages = Messages([*PLANT, *other])
    words = label(messages, PLANT, [1, 2, 3], least=3, hidden=())
    assert {"青禾苑", "搅拌站", "王小明"} == set(words.split())
    assert "王小明" not in label(messages, PLANT, [1, 2, 3], least=3, hidden={"王小明"})


def test_what_one_person_says_thrice_is_no_word_of_the_matter() -> None:
    assert label(Messages(PLANT), PLANT, [1, 1, 1], least=3, hidden=()) == ""


def test_places_are_streets_and_communities_that_three_name() -> None:
    assert places(PLANT, [1, 2, 3], least=3, known=["丁一街道", "丁二街道"]) == ["丁一街道"]
    assert places(PLANT, [1, 2, 3], least=3, known=[]) == ["丁一街道"]
    assert places(PLANT, [1, 2, 2], least=3, known=["丁一街道"]) == []
