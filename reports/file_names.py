"""How a report's file is called: of the parts that tell it from others, with what every file system takes."""

import re

_NOT_TAKEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
LONGEST = 200  # bytes; most file systems take 255


def file_name(*parts: str, end: str) -> str:
    """Join the parts; what a file's name may not hold becomes `_`, and one that is too long is cut."""
    name = _NOT_TAKEN.sub("_", "-".join(parts))
    return name.encode()[:LONGEST].decode(errors="ignore") + end
