"""Masks: what somebody may see who may not know who reported."""

import re

from models.message import Complainant, Message

_TELEPHONE = re.compile(r"(?<!\d)(1[3-9]\d)[-\s]?(\d{4})[-\s]?(\d{4})(?!\d)")
_FIXED_LINE = re.compile(r"(?<!\d)(0\d{2,3})[-\s]?(\d{7,8})(?!\d)")
_IDENTITY_NUMBER = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_STREET = re.compile(r"^(.*?(?:街道|镇|乡|路|街|大道|社区))")


def masked_phone(phone: str) -> str:
    """Mask a number: 138****1234; of a short one only the last two digits stay."""
    digits = phone.strip()
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""


def masked_name(name: str) -> str:
    """Mask a name: 张**."""
    return f"{name[0]}{'*' * max(len(name) - 1, 1)}" if name else ""


def masked_address(address: str) -> str:
    """Keep an address as far as the street or community."""
    found = _STREET.match(address)
    return f"{found.group(1)}***" if found else ("***" if address else "")


def masked_text(text: str, complainant: Complainant | None) -> str:
    """Mask in a text what identifies its sender: his name, telephone, address, identity number, mail address."""
    if complainant is not None:
        text = _without_address(text, complainant.address)
        for value, mask in (
            (complainant.name, masked_name(complainant.name)),
            (complainant.phone, masked_phone(complainant.phone)),
        ):
            if len(value) > 1:
                text = text.replace(value, mask)
    text = _IDENTITY_NUMBER.sub(r"\1********\2", text)
    text = _TELEPHONE.sub(r"\1****\3", text)
    text = _FIXED_LINE.sub(r"\1-****", text)
    return _MAIL.sub("***@***", text)


def _without_address(text: str, address: str) -> str:
    """Mask the address where it stands, also where the text has only its beginning, beyond the street."""
    street = _STREET.match(address)
    shortest = len(street.group(1)) + 1 if street else 3
    for length in range(len(address), shortest - 1, -1):
        text = text.replace(address[:length], masked_address(address))
    return text


def masked_contact(message: Message) -> str:
    """Return how the sender can be reached, masked; empty where he cannot."""
    sender = message.complainant
    if sender is None:
        return ""
    return masked_phone(sender.phone) or masked_address(sender.address)
