"""What a mask hides of invented senders, in every form in which it is written, and what it leaves as it came."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import masks
from models.masks import (
    Detail,
    details_in,
    masked_address,
    masked_contact,
    masked_name,
    masked_phone,
    masked_text,
)
from models.message import Complainant, Message

MOBILE, LINE, MAIL = Detail.MOBILE, Detail.LINE, Detail.MAIL
IDENTITY, CARD, ACCOUNT = Detail.IDENTITY, Detail.CARD, Detail.ACCOUNT
NAME, ADDRESS = Detail.NAME, Detail.ADDRESS


def sender(name: str = "", phone: str = "", address: str = "") -> Complainant:
    """Invent a sender."""
    return Complainant(name=name, phone=phone, address=address, consent=False)


# Of anybody, in whatever form: the text, what of it must be gone, what it is.
ANYBODY = [
    ("请回电13800001234。", "13800001234", MOBILE),
    ("电话138 0000 1234，急", "0000", MOBILE),
    ("电话138-0000-1234", "0000", MOBILE),
    ("电话138.0000.1234", "0000", MOBILE),
    ("电话138/0000/1234", "0000", MOBILE),
    ("电话138·0000·1234", "0000", MOBILE),
    ("电话138 - 0000--1234", "0000", MOBILE),
    ("电话138\u200b0000\u200b1234", "0000", MOBILE),
    ("电话138—0000—1234", "0000", MOBILE),
    ("电话1380-000-1234", "000-", MOBILE),
    ("电话138-00001234", "00001", MOBILE),
    ("电话13800-001234", "001234", MOBILE),
    ("电话1 3 8 0 0 0 0 1 2 3 4", "0 0 0 0", MOBILE),
    ("电话１３８００００１２３４", "００００", MOBILE),
    ("电话＋８６　１３８　００００　１２３４", "００００", MOBILE),
    ("+8613800001234", "0000", MOBILE),
    ("+86 138-0000-1234", "0000", MOBILE),
    ("8613800001234", "0000", MOBILE),
    ("008613800001234", "0000", MOBILE),
    ("(86)13800001234", "0000", MOBILE),
    ("外地手机013800001234", "0000", MOBILE),
    ("13800001234/13900005678", "00005", MOBILE),
    ("1.13800001234，2.13900005678", "00005", MOBILE),
    ("手机一三八零零零零一二三四", "零零零零", MOBILE),
    ("手机幺三八〇〇〇〇幺二三四", "〇〇〇〇", MOBILE),
    ("办公室027-88880000", "88880000", LINE),
    ("办公室（027）88880000", "88880000", LINE),
    ("办公室027 8888 0000", "8888", LINE),
    ("办公室０２７－８８８８００００", "８８８８", LINE),
    ("办公室02788880000转123", "转123", LINE),
    ("办公室027-88880000-123", "-123", LINE),
    ("办公室0712-2888000", "2888000", LINE),
    ("办公室+86-27-88880000", "88880000", LINE),
    ("电话88880000", "88880000", LINE),
    ("座机：8888 0000", "8888", LINE),
    ("联系方式是8888000", "8888000", LINE),
    ("电话（家）88880000、88881111", "88881111", LINE),
    ("TEL:88880000", "88880000", LINE),
    ("联系人：葛女士，88880000", "88880000", LINE),
    ("身份证420111198001011234", "198001011234", IDENTITY),
    ("身份证42011119800101123X", "19800101", IDENTITY),
    ("身份证42011119800101123ｘ", "19800101", IDENTITY),
    ("420111 19800101 1234", "19800101", IDENTITY),
    ("身份证号420111-19800101-1234", "19800101", IDENTITY),
    ("身份证４２０１１１１９８００１０１１２３４", "１９８００１０１", IDENTITY),
    ("老证420111800101123", "800101", IDENTITY),
    ("残疾证42011119800101123411", "19800101", IDENTITY),
    ("身份证号码是920111199913451234", "199913451234", IDENTITY),
    ("护照E12345678", "12345678", IDENTITY),
    ("港澳通行证号C12345678", "12345678", IDENTITY),
    ("卡号6222020000001234567", "20000001234567", CARD),
    ("6222 0200 0000 1234 567", "0200 0000", CARD),
    ("6222-0200-0000-1234", "0200-0000", CARD),
    ("４３９２２５００００００１２３４", "００００００", CARD),
    ("账号17000000000012345", "17000000000012345", CARD),
    ("写信到abc.d+e@example.com即可", "abc.d+e", MAIL),
    ("邮箱ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ａｂｃ", MAIL),
    ("QQ12345678", "12345678", ACCOUNT),
    ("qq：12345678", "12345678", ACCOUNT),
    ("QQ号码是 12345678", "12345678", ACCOUNT),
    ("扣扣12345678", "12345678", ACCOUNT),
    ("QQ邮箱：12345678", "12345678", ACCOUNT),
    ("微信号abc_12345", "abc_12345", ACCOUNT),
    ("加微信：abc-12345联系", "abc-12345", ACCOUNT),
    ("微信（abc12345）", "abc12345", ACCOUNT),
    ("vx:abc12345.", "abc12345", ACCOUNT),
]


@pytest.mark.parametrize(("text", "secret", "detail"), ANYBODY)
def test_what_identifies_anybody_is_masked_in_whatever_form_it_is_written(
    text: str, secret: str, detail: Detail
) -> None:
    assert details_in(text) == [detail]
    masked = masked_text(text)
    assert secret not in masked
    assert details_in(masked) == []
    assert masked_text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026年5月6日上午9时30分，2026-05-06 09:30:00，20260506，2026.5.6—2026.12.31",
        "20190712093000123、2019071209300012345678",
        "欠款13800元、1,380,000.00元、138000000元，面积8888000平方米，共12345678户",
        "联系工程队，工程款8000000元至今未付；联系开发商，总价88880000元",
        "电话里说20260506会答复；来电20260506；联系2026.05.06",
        "洪治庸〔2026〕12号、武政〔2026〕138号、鄂01民终1234号、（2019）鄂0111民初12345号",
        "依据《信访工作条例》第三十条、第46条第（五）项",
        "甲一路138号5栋2单元、A3区B12栋，105国道，3号线，K1380+500",
        "拨打12345、12315、110、95598、10086均无人接听，热线400-800-1234",
        "工单2026050612345、统一社会信用代码91420111MA4KXXXX0X、914201112345678901",
        "网址www.example.com，@行风连线，微信公众号、QQ群里通知，微信转账50000元，微信30000元",
        "电话一直无人接听，打了138次，排号0012，窗口8号",
        "车票G1234，发票号码12345678，第88880000号",
        "IP 192.168.100.1，坐标114.3512345,30.5123456",
        "",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert details_in(text, sender("来件人甲", "13800001234", "甲二路3号2单元")) == []
    assert masked_text(text) == text


@pytest.mark.parametrize(
    ("name", "text", "masked"),
    [
        ("来件人甲", "我叫来件人甲，住在这里", "我叫来***，住在这里"),
        ("柳丁丁", "柳 丁丁反映，柳　丁　丁反映", "柳**反映，柳**反映"),
        ("柳丁丁先生", "柳丁丁反映", "柳**反映"),
        ("柳丁丁（业主代表）", "柳丁丁反映", "柳**反映"),
        ("柳丁丁等12人", "柳丁丁反映", "柳**反映"),
        ("葛等丁", "葛等丁反映", "葛**反映"),
        ("葛学生", "葛学生反映", "葛**反映"),
        ("丁丁建材公司", "丁丁建材公司反映", "丁*****反映"),
        ("柳丁丁、葛乙乙", "葛乙乙和柳丁丁反映", "葛**和柳**反映"),
        ("柳丁丁 葛乙乙", "葛乙乙和柳丁丁反映", "葛**和柳**反映"),
        ("柳 丁", "柳丁反映", "柳*反映"),
        ("阿里·丁丁", "阿里丁丁、阿里•丁丁反映", "阿***、阿***反映"),
        ("投诉人：柳丁丁", "柳丁丁反映", "柳**反映"),
        ("柳丁丁13800001234", "柳丁丁反映", "柳**反映"),
        ("柳女士", "柳女士反映", "柳**反映"),
        ("ding_1234", "网友DING_1234留言", "网友d********留言"),
        ("ＤＩＮＧ１２", "网友ding12留言", "网友D*****留言"),
        ("高峰", "我叫高峰，高峰先生，高峰反映，投诉人：高峰", "我叫高*，高*先生，高*反映，投诉人：高*"),
    ],
)
def test_the_senders_name_is_masked_however_it_is_written(name: str, text: str, masked: str) -> None:
    assert masked_text(text, sender(name)) == masked
    assert details_in(text, sender(name)) == [NAME]
    assert details_in(masked, sender(name)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("柳", "柳树倒了，柳先生"),
        ("匿名", "匿名信"),
        ("群众", "群众多次反映"),
        ("热心市民", "热心市民反映"),
        ("业主、居民", "业主和居民反映"),
        ("先生", "一位先生"),
        ("大学生", "大学生反映"),
        ("某社区监测点", "某社区监测点报来"),
        ("丁丁晚报", "丁丁晚报报道"),
        ("某某", "某某单位"),
        ("柳**", "柳**反映"),
        ("高峰", "早晚高峰堵车"),
        ("方便", "办事不方便"),
        ("东方", "东方社区"),
        ("ding12", "abcding123"),
        ("A3", "A3区"),
        ("12", "12号"),
        ("", "无名"),
    ],
)
def test_what_is_no_name_is_not_masked_as_one(name: str, text: str) -> None:
    assert details_in(text, sender(name)) == []
    assert masked_text(text, sender(name)) == text


@pytest.mark.parametrize(
    ("phone", "text", "secret"),
    [
        ("13800001234", "本机１３８　００００　１２３４", "１２３４"),
        ("138-0000-1234", "回13800001234", "0000"),
        ("027-88880000", "家里88880000", "88880000"),
        ("027-88880000", "家里8888-0000", "0000"),
        ("027-88880000转12", "家里027-88880000转12", "8888"),
        ("88880000", "家里027-88880000", "8888"),
        ("13800001234、88880000", "88880000也行", "8888"),
        ("13800001234/661234", "短号661234", "661234"),
        ("微信abc_12345", "加abc_12345", "abc_12345"),
    ],
)
def test_the_senders_own_number_is_found_without_a_word_before_it(phone: str, text: str, secret: str) -> None:
    assert secret not in masked_text(text, sender(phone=phone))
    assert details_in(text, sender(phone=phone), lines_are_public=True) in ([MOBILE], [Detail.OWN_LINE], [ACCOUNT])


def test_a_line_that_is_not_the_senders_may_be_published() -> None:
    text = "咨询电话027-88880000，监督电话88881111"
    assert details_in(text) == [LINE]
    assert details_in(text, lines_are_public=True) == []
    assert details_in(text, sender(phone="88880000"), lines_are_public=True) == [Detail.OWN_LINE]
    assert details_in("拨打12345无人接听", sender(phone="12345")) == []


@pytest.mark.parametrize(
    ("address", "text", "masked"),
    [
        ("甲一路3号2单元", "住甲一路3号，办证慢", "住甲一路***，办证慢"),
        ("甲一路3号2单元", "住甲一路3号2单元，办证慢", "住甲一路***，办证慢"),
        ("甲一路3号2单元", "住甲一路 ３ 号，办证慢", "住甲一路 ***，办证慢"),
        ("甲一路3号2单元", "住3号2单元，办证慢", "住***，办证慢"),
        ("甲街道甲一社区5栋2单元301室", "甲一社区5栋", "甲一社区***"),
        ("甲街道甲一社区5栋2单元301室", "甲街道5栋漏水", "甲街道***漏水"),
        ("甲街道甲一社区5栋2单元301室", "我家5栋301", "我家***"),
        ("甲市甲区甲一花园5-2-301", "甲一花园5-2-301漏水", "甲一花园***漏水"),
        ("甲一路桥头豆腐店", "甲一路桥头豆腐店门口", "甲一路***门口"),
        ("甲一村三组", "甲一村三组的路", "甲一村***的路"),
        ("丁家老屋场", "丁家老屋场没有通水", "***没有通水"),
    ],
)
def test_the_senders_house_is_masked(address: str, text: str, masked: str) -> None:
    assert masked_text(text, sender(address=address)) == masked
    assert details_in(text, sender(address=address)) == [ADDRESS]
    assert details_in(masked, sender(address=address)) == []


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("甲一路3号2单元", "甲一路35号门前，甲一路3路公交，3号窗口，甲一路13号"),
        ("甲一路3号", "3号窗口，甲二路3号"),
        ("甲街道甲一社区5栋2单元", "甲街道甲一社区路灯不亮，5栋门前"),
        ("甲街道甲一社区", "甲街道甲一社区路灯不亮"),
        ("甲市甲区", "甲市甲区政府"),
        ("不详", "地址不详"),
        ("无固定地址", "无固定地址"),
        ("", "甲一路3号"),
    ],
)
def test_the_place_of_the_matter_stays(address: str, text: str) -> None:
    assert masked_text(text, sender(address=address)) == text


def test_several_senders_are_masked_at_once() -> None:
    people = (sender("柳丁丁", "88880000"), None, sender("葛乙乙", address="甲一路3号"))
    text = "柳丁丁与葛乙乙（甲一路3号，88880000）"
    assert masked_text(text, *people) == "柳**与葛**（甲一路***，****）"
    assert details_in(text, *people) == [NAME, Detail.OWN_LINE, ADDRESS]


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800001234", "138****1234"),
        (" 138 0000 1234 ", "138****1234"),
        ("+86 138-0000-1234", "138****1234"),
        ("１３８００００１２３４", "138****1234"),
        ("13800001234、13900005678", "138****1234、139****5678"),
        ("13800001234/88880000", "138****1234、****00"),
        ("027-88880000", "027-****"),
        ("027-88880000转123", "027-****"),
        ("88880000转123", "****00"),
        ("12345", "****45"),
        ("abc@example.com", "***@***"),
        ("柳丁丁13800001234", "138****1234"),
        ("微信abc_12345", "***"),
        ("110", "****"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_contact_keeps_only_what_cannot_be_called(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("甲街道甲一社区5栋2单元", "甲街道***"),
        ("甲一路3号", "甲一路***"),
        ("甲一花园5栋", "***"),
        ("5栋2单元甲一路口", "***"),
        ("13800001234甲一路", "***"),
        ("", ""),
    ],
)
def test_an_address_is_shown_as_far_as_the_street(address: str, masked: str) -> None:
    assert masked_address(address) == masked


def test_a_name_is_shown_by_its_first_letter() -> None:
    assert [masked_name(name) for name in ("柳丁丁", "柳", "")] == ["柳**", "柳*", ""]


def test_a_sender_is_reached_by_phone_else_by_address_else_not_at_all() -> None:
    assert masked_contact(Message(complainant=sender(phone="13800001234", address="甲一路3号"))) == "138****1234"
    assert masked_contact(Message(complainant=sender(address="甲一路3号"))) == "甲一路***"
    assert masked_contact(Message(complainant=None)) == ""


def test_a_detail_is_named_by_a_word_of_the_office_and_never_quoted() -> None:
    words = [detail.word for detail in Detail]
    assert list(dict.fromkeys(words)) == ["姓名", "电话", "地址", "证件号", "电子邮箱", "微信、QQ号", "银行卡号"]


# Anything that the patterns look for, put together by chance.
_PIECES = st.sampled_from(
    [*"0123456789", *"一二三幺零", "13800001234", "微信", "电话", "QQ", "卡号", "a", "K", "@", "-", "，"]
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(_PIECES, max_size=24).map("".join))
def test_no_text_is_passed_over_in_which_something_stands(text: str) -> None:
    if not masks._ANYTHING.search(text):
        assert not [pattern for _, pattern, _ in masks._OF_ANYBODY if pattern.search(text)]
