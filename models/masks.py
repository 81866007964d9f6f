"""Masks: what somebody may see who may not know who reported, and what identifies a person in a text."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.message import Complainant, Message


class Detail(StrEnum):
    """What identifies somebody. LINE is a telephone that may be an office's, OWN_LINE is the sender's."""

    NAME = "name"
    MOBILE = "mobile"
    LINE = "line"
    OWN_LINE = "own-line"
    ADDRESS = "address"
    IDENTITY = "identity"
    MAIL = "mail"
    ACCOUNT = "account"
    CARD = "card"

    @property
    def word(self) -> str:
        """What a person calls it."""
        return _WORDS.get(self, "电话")


_WORDS = {
    Detail.NAME: "姓名",
    Detail.ADDRESS: "地址",
    Detail.IDENTITY: "证件号",
    Detail.MAIL: "电子邮箱",
    Detail.ACCOUNT: "微信、QQ号",
    Detail.CARD: "银行卡号",
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A detail where it stands in a text, and what is shown instead."""

    start: int
    end: int
    detail: Detail
    mask: str


# Every pattern is for text of which the full-width letters and digits are folded; `it` is what is masked, where the
# pattern has words around it. Spaces, dots, dashes, strokes and what nobody sees may stand between groups of digits.
_MUST_GAP = "[-./·•‐‑–—_ \t\u200b-\u200d\u2060\ufeff]{1,3}"
_GAP = f"(?:{_MUST_GAP})?"
_COUNTRY = rf"(?:\(?(?:\+|00)?86\)?{_GAP})?"
_MOBILE = re.compile(
    rf"(?<!\d){_COUNTRY}0?(?:1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d\d{_GAP}\d{{3}}{_GAP}\d{{4}}"
    rf"|1[3-9]\d{{3}}{_MUST_GAP}\d{{6}}|1[3-9]\d{_MUST_GAP}\d{{3}}{_MUST_GAP}\d{{5}}"
    rf"|1{_MUST_GAP}[3-9](?:{_MUST_GAP}\d){{9}})(?!\d)"
)
_SPOKEN = "零〇一二三四五六七八九幺"
_SPOKEN_MOBILE = re.compile(rf"(?<![{_SPOKEN}])[一幺][三四五六七八九][{_SPOKEN}]{{9}}(?![{_SPOKEN}])")
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_EXTENSION = r"(?:\s?(?:转|分机|[Ee]xt\.?|-)\s?\d{1,6}(?!\d))?"
_LINE = re.compile(
    rf"(?<!\d)(?:(?:(?:\+|00)86{_GAP}|86-)\(?0?{_AREA}|\(?0{_AREA})\)?{_GAP}(?P<local>\d{{3,4}}{_GAP}\d{{4}})(?!\d){_EXTENSION}"
)
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_YEAR = r"(?:18|19|20)\d\d"
_LOCAL = rf"(?!{_YEAR}{_DAY}(?!\d))[2-9]\d{{2,3}}[- ]?\d{{4}}(?!\d)"
_NO_AMOUNT = r"(?!\d|\s*(?:[元块万亿人户亩吨米件张㎡%年月日]|[.,]\d|平方|公里))"
_LINE_AFTER_A_WORD = re.compile(
    rf"(?:电话|座机|固话|热线|联系|致电|来电|拨打|传真|[Tt][Ee][Ll])[^\d\n。；;]{{0,6}}"
    rf"(?P<it>{_LOCAL}(?:[、,，/或和及 ]{{1,2}}{_LOCAL})*{_EXTENSION}){_NO_AMOUNT}"
)
_IDENTITY = re.compile(
    rf"(?<!\d)[1-8]\d{{5}}(?:{_GAP}{_YEAR}{_DAY}{_GAP}\d{{3}}[\dXx](?:[1-7][1-4](?:[Bb]\d)?)?|\d\d{_DAY}\d{{3}})(?!\d)"
)
_IDENTITY_AFTER_A_WORD = re.compile(r"(?:身份证|证件|残疾证)[^\d\n。；;]{0,6}(?P<it>\d{17}[\dXx]|\d{15})(?!\d)")
_PASSPORT = re.compile(
    r"(?:护照|通行证|军官证|士兵证|警官证)[^\dA-Za-z\n。；;]{0,6}(?P<it>[A-Za-z]{0,2}\d{6,10})(?!\d)"
)
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[- ]?\d{4}){3}(?:[- ]?\d{1,3})?(?!\d)")
_CARD_AFTER_A_WORD = re.compile(
    rf"(?:卡号|银行卡|存折|[账帐]号|[账帐]户)[^\d\n。；;]{{0,6}}(?P<it>(?:\d[- ]?){{11,18}}\d){_NO_AMOUNT}"
)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ACCOUNT = re.compile(
    r"(?:扣扣|[微薇威]信|(?<![a-z])(?:QQ|weixin|wechat|V信|vx|wx))(?:号码|[账帐]号|邮箱|群号|群|号|id)?[\s:是为(-]{0,3}"
    rf"(?P<it>[a-z][-_a-z0-9]{{5,19}}|\d{{5,11}})(?![-_a-z0-9@]|\.[a-z]){_NO_AMOUNT}",
    re.IGNORECASE,
)


def _digits(found: str) -> str:
    return re.sub(r"\D", "", found)


def _mobile(found: str) -> str:
    return f"{_digits(found)[-11:][:3]}****{_digits(found)[-4:]}"


def _line(found: str) -> str:
    area = re.match(rf"\D*(?:86\D*)?0?({_AREA})", found)
    return f"0{area[1]}-****" if area else "****"


# The first that is found in a place tells what stands there.
_OF_ANYBODY: tuple[tuple[Detail, re.Pattern[str], str | Callable[[str], str]], ...] = (
    (Detail.MAIL, _MAIL, "***@***"),
    (Detail.IDENTITY, _IDENTITY, lambda found: f"{_digits(found)[:6]}************"),
    (Detail.IDENTITY, _IDENTITY_AFTER_A_WORD, "***"),
    (Detail.IDENTITY, _PASSPORT, "***"),
    (Detail.CARD, _CARD, "***"),
    (Detail.CARD, _CARD_AFTER_A_WORD, "***"),
    (Detail.MOBILE, _MOBILE, _mobile),
    (Detail.MOBILE, _SPOKEN_MOBILE, "***"),
    (Detail.LINE, _LINE, _line),
    (Detail.LINE, _LINE_AFTER_A_WORD, "****"),
    (Detail.ACCOUNT, _ACCOUNT, "***"),
)

# What every pattern above needs one of: five digits, a letter or the sign of an address, eleven spoken digits.
_ANYTHING = re.compile(rf"(?:\d\D*?){{5}}|[a-z@]|[{_SPOKEN}]{{11}}", re.IGNORECASE)

# Letters and digits of double width, and spaces that are no plain ones, each for one letter: places stay the same.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}

_TITLE = r"(?:先生|女士|小姐|同志|师傅|老师|阿姨|爹爹|婆婆|大爷)"
_NOBODY = re.compile(
    rf"匿名.*|某.*|无名?|不详|未知|保密|{_TITLE}|投诉人|反映人|举报人|诉求人|来[电信访件]人|留言人|联系人"
    r"|(?:[大中小男女老某]|.{2,})?(?:市民|居民|村民|业主|群众|网友|家长|学生|职工|员工|商户|住户|用户|乘客|患者|司机|代表)"
    r"|.{3,}(?:报|电视台|监测点|督查队|督查室|委员会|政府|局|办事处|人大|政协|热线|专线)"  # a body, which may be named
)
# Names that are words as well count only where somebody is introduced by them.
_ALSO_WORDS = re.compile(
    "高[峰原明兴山度]|方[正便圆]|文[明静化]|和平|平安|安[康静全宁定心]|向[阳上]|成[功立]|严[格明]|万[达里]|东方|江[南山]|金融"
    "|明亮|常青|周[全到]|关[心爱]|马上|温[馨暖]|时光|程序|水平|白云|林业|田园|司法|公[正平开]"
)
_INTRODUCING = r"(?:姓名|名叫|我叫|我是|本人|[投反举诉来][诉映报求电信访件]人|联系人|当事人)[是叫为: ]{0,2}"
_SPEAKING = rf"(?={_TITLE}|反映|投诉|举报|来[电信访]|说|称|[(, ]{{0,2}}[男女][), ]|[,: (]{{0,2}}(?:电话|手机|\d{{7}}))"

_PLACE = re.compile(r".+?(?:街道|社区|小区|新村|大道|花园|公寓|家园|广场|大厦|宿舍|[省市区县镇乡村路街巷])")
_STREET = re.compile(r"^(.*?(?:街道|镇|乡|路|街|大道|社区))")
_NO_ADDRESS = re.compile(r".*(?:不详|未知|匿名|保密|同上|无固定).*")
_HOUSE_UNIT = r"(?:号楼|号|栋|幢|座|单元|室|楼|层|组|弄|门|户|房)"
_HOUSE = re.compile(
    rf"(?:(?P<number>[特附]?[A-Za-z]?\d+(?!\d)[A-Za-z]?)(?:\s*{_HOUSE_UNIT})?|(?P<spoken>[一二三四五六七八九十百]+)"
    rf"(?P<unit>{_HOUSE_UNIT}))(?![区路线街道村]|小区)"
)


def masked_phone(phone: str) -> str:
    """Mask each number of a contact: 138****1234; of a short one two digits stay, of anything else nothing."""
    shown = phone.translate(_FOLD).strip()
    numbers = []
    for pattern, mask in (
        (_MAIL, lambda found: "***@***"),
        (_MOBILE, _mobile),
        (_LINE, _line),
        (re.compile(rf"(?<![A-Za-z0-9_])\d(?:[- ]?\d){{2,}}{_EXTENSION}"), lambda found: f"****{_short(found)}"),
    ):
        numbers += [(found.start(), mask(found[0])) for found in pattern.finditer(shown)]
        shown = pattern.sub(lambda found: "、" * len(found[0]), shown)
    return "、".join(mask for _, mask in sorted(numbers)) or ("***" if shown else "")


def _short(found: str) -> str:
    """The last two digits of a number that has more than three, without its extension."""
    digits = _digits(re.split(r"转|分机|[Ee]xt", found)[0])
    return digits[-2:] if len(digits) > 3 else ""


def masked_name(name: str) -> str:
    """Mask a name: 张**."""
    return f"{name[0]}{'*' * max(len(name) - 1, 1)}" if name else ""


def masked_address(address: str) -> str:
    """Keep an address as far as the street or community."""
    found = _STREET.match(_place_and_houses(address.translate(_FOLD))[0])
    return f"{found.group(1)}***" if found else ("***" if address else "")


def masked_contact(message: Message) -> str:
    """Return how the sender can be reached, masked; empty where he cannot."""
    sender = message.complainant
    if sender is None:
        return ""
    return masked_phone(sender.phone) or masked_address(sender.address)


def masked_text(text: str, *complainants: Complainant | None) -> str:
    """Mask in a text what identifies its senders, and numbers and mail addresses of anybody.

    Masked again it stays as it is.
    """
    for found in reversed(_found(text, complainants)):
        text = f"{text[: found.start]}{found.mask}{text[found.end :]}"
    return text


def without_senders(text: str, *complainants: Complainant | None) -> str:
    """Mask in a text what identifies its senders, and nothing else: a number of another system stays as it is."""
    for found in sorted(_own(text.translate(_FOLD), complainants), key=lambda found: found.start, reverse=True):
        text = f"{text[: found.start]}{found.mask}{text[found.end :]}"
    return text


def details_in(text: str, *complainants: Complainant | None, lines_are_public: bool = False) -> list[Detail]:
    """Return what would be masked in a text, each kind once.

    lines_are_public: telephone lines that are not the senders' own may stand there.
    """
    kinds = {found.detail for found in _found(text, complainants)}
    return [each for each in Detail if each in kinds and not (lines_are_public and each is Detail.LINE)]


def _found(text: str, complainants: Iterable[Complainant | None]) -> list[Found]:
    """Find the details in their order; of two in one place the sender's own is taken."""
    folded = text.translate(_FOLD)
    taken: list[Found] = []
    for each in (*_own(folded, complainants), *_anybodys(folded)):
        if all(each.end <= other.start or each.start >= other.end for other in taken):
            taken.append(each)
    return sorted(taken, key=lambda found: found.start)


def _anybodys(folded: str) -> Iterator[Found]:
    if not _ANYTHING.search(folded):
        return
    for detail, pattern, mask in _OF_ANYBODY:
        if pattern.search(folded):
            yield from _matches(folded, pattern, detail, mask)


def _own(folded: str, complainants: Iterable[Complainant | None]) -> Iterator[Found]:
    for sender in complainants:
        if sender is None:
            continue
        for pattern in _house_patterns(sender.address.translate(_FOLD)):
            yield from _matches(folded, re.compile(pattern), Detail.ADDRESS, "***")
        for detail, pattern in _number_patterns(sender.phone.translate(_FOLD)):
            shown = _mobile if detail is Detail.MOBILE else "****"
            yield from _matches(folded, re.compile(pattern, re.IGNORECASE), detail, shown)
        for name in _names(sender.name.translate(_FOLD)):
            for pattern in _name_patterns(name):
                yield from _matches(folded, re.compile(pattern, re.IGNORECASE), Detail.NAME, masked_name(name))


def _matches(
    folded: str, pattern: re.Pattern[str], detail: Detail, mask: str | Callable[[str], str]
) -> Iterator[Found]:
    group = "it" if "it" in pattern.groupindex else 0
    for match in pattern.finditer(folded):
        shown = mask if isinstance(mask, str) else mask(match[group])
        yield Found(start=match.start(group), end=match.end(group), detail=detail, mask=shown)


def _names(field: str) -> Iterator[str]:
    """Yield the names in the field: without titles, brackets and numbers; a surname alone only with its title."""
    field = re.sub(
        r"\(.*?\)|^.*:|\d(?:[- ]?\d){5,}|等(?:[\d一二三四五六七八九十百]*[多余]?[人户名位家].*)?$", "", field
    )
    for part in re.split(r"[、,;/|]", field):
        words = part.split()
        for word in words if all(len(word) > 1 for word in words) else ["".join(words)]:
            name = re.sub(r"[·•・.]", "", word)
            core = re.sub(rf"{_TITLE}$", "", name)
            name = core if len(core) > 1 else name
            if len(name) >= (4 if name.isascii() else 2) and "*" not in name and not _NOBODY.fullmatch(name):
                yield name


def _name_patterns(name: str) -> list[str]:
    letters = "[ \t·•・.\u200b-\u200d\u2060\ufeff]?".join(map(re.escape, name))
    if _ALSO_WORDS.fullmatch(name):
        return [f"{_INTRODUCING}(?P<it>{letters})", f"{letters}{_SPEAKING}"]
    return [rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])" if name.isascii() else letters]


def _number_patterns(field: str) -> Iterator[tuple[Detail, str]]:
    """Yield what finds each number of the sender's contact; numbers shorter than six digits are nobody's own."""
    field = _MAIL.sub("、", field)
    for found in _MOBILE.finditer(field):
        yield Detail.MOBILE, rf"(?<!\d){_COUNTRY}0?{_GAP.join(_digits(found[0])[-11:])}(?!\d)"
    field = _MOBILE.sub("、", field)
    lines = [found["local"] for found in _LINE.finditer(field)]
    field = _LINE.sub("、", field)
    lines += re.findall(r"\d(?:[- ]?\d){5,}", field)
    for line in lines:
        area = rf"(?:\(?0{_AREA}\)?{_GAP})?"
        yield Detail.OWN_LINE, rf"(?<!\d){area}{_GAP.join(_digits(line))}(?!\d){_EXTENSION}"
    for account in re.findall(r"(?<![A-Za-z0-9])[A-Za-z][-_A-Za-z0-9]{5,19}", field):
        if account.lower() not in ("weixin", "wechat"):
            yield Detail.ACCOUNT, rf"(?<![A-Za-z0-9]){re.escape(account)}(?![A-Za-z0-9])"


def _place_and_houses(address: str) -> tuple[str, list[re.Match[str]]]:
    """Split an address: the place, which may be told, and the numbers of house, entrance and flat."""
    houses = list(_HOUSE.finditer(address))
    place = address[: houses[0].start()] if houses else address
    return re.sub(r"[\s,、]", "", place), houses


def _house_patterns(address: str) -> Iterator[str]:
    """Yield what finds the sender's house: its number after a part of the place, or two of its numbers together."""
    place, houses = _place_and_houses(address)
    if _NO_ADDRESS.fullmatch(place):
        return
    parts = _PLACE.findall(place)
    rest = place[sum(map(len, parts)) :]  # what follows the last road or estate: a shop, a homestead
    ends = [place[sum(map(len, parts[:number])) :] for number in range(len(parts))]
    if len(rest) > 1 and parts:
        before = "|".join(re.escape(each.removesuffix(rest)) for each in ends)
        yield rf"(?:{before})[\s,、]{{0,2}}(?P<it>{re.escape(rest)})"
    elif len(rest) > 3 and not houses:
        yield re.escape(rest)
    if not houses:
        return
    numbers = [_house_pattern(each) for each in houses]
    others = f"(?:[-\\s,、]{{0,2}}(?:{'|'.join(numbers[1:])}))" if numbers[1:] else ""
    if anchors := [each for each in (*ends, *parts, rest if len(rest) > 1 else "") if each]:
        before = "|".join(map(re.escape, sorted(anchors, key=len, reverse=True)))
        yield rf"(?:{before})(?:的|[\s,、(]{{0,2}})(?P<it>{numbers[0]}{others and others + '*'})"
    if others:
        first = houses[0]["number"] or houses[0]["spoken"]
        yield rf"(?<![A-Za-z\d]){re.escape(first)}\s*{_HOUSE_UNIT}{others}+"


def _house_pattern(house: re.Match[str]) -> str:
    if house["spoken"]:
        return re.escape(house[0])
    number = re.escape(house["number"])
    return rf"{number}(?!\d)(?:\s*(?:{_HOUSE_UNIT}|[-#])|(?![A-Za-z米年月日天个公路线余多万千百元届岁%.区街]))"
