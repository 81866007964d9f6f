"""When a document was last saved, as it says itself: .xlsx, .ods and .xls. Reading only."""

import io
import re
import struct
import zipfile
from datetime import UTC, datetime, timedelta

from models.clock import SHANGHAI

_TAGS = {
    "docProps/core.xml": re.compile(rb"<dcterms:modified[^>]*>([^<]+)<"),
    "meta.xml": re.compile(rb"<dc:date>([^<]+)<"),
}
# Of the summary that .xls files carry: the mark of its section, the number of the moment, and its type.
_SUMMARY = bytes.fromhex("E0859FF2F94F6810AB9108002B27B3D9")
_LAST_SAVED, _FILETIME = 0x0D, 0x40
_YEAR_1601 = datetime(1601, 1, 1, tzinfo=UTC)


def saved_at(content: bytes) -> str:
    """Return the moment in UTC, 2026-06-10T08:30:00Z; nothing where the document does not say it."""
    try:
        moment = _of_zip(content) if content.startswith(b"PK") else _of_ole(content)
    except (ValueError, OverflowError, KeyError, struct.error, zipfile.BadZipFile):
        return ""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _of_zip(content: bytes) -> datetime | None:
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        for name, tag in _TAGS.items():
            if name in zipped.namelist() and (found := tag.search(zipped.read(name))):
                moment = datetime.fromisoformat(found[1].decode().strip())
                return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)  # .ods: of the writer's own clock
    return None


def _of_ole(content: bytes) -> datetime | None:
    """Look for the summary where it stands, without the file's own directory: it is in one piece in practice."""
    at = content.find(_SUMMARY)
    if at < 0:
        return None
    stream = at - 28  # the mark stands after the stream's header of 28 bytes
    section = stream + struct.unpack_from("<I", content, at + 16)[0]
    for number in range(struct.unpack_from("<I", content, section + 4)[0]):
        kind, offset = struct.unpack_from("<II", content, section + 8 + 8 * number)
        if kind == _LAST_SAVED and struct.unpack_from("<I", content, section + offset)[0] == _FILETIME:
            ticks = struct.unpack_from("<Q", content, section + offset + 4)[0]  # of 100 ns
            return _YEAR_1601 + timedelta(microseconds=ticks // 10)
    return None
