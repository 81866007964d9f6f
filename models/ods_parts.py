"""What of an .ods file calamine does not tell: how far its sheets reach, and their merged ranges."""

import io
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

Place = tuple[int, int]


@dataclass
class Extent:
    """One sheet: how many rows and columns hold something, and its merged ranges, both corners included."""

    rows: int = 0
    columns: int = 0
    merges: list[tuple[Place, Place]] = field(default_factory=list)


def extents(content: bytes) -> dict[str, Extent]:
    """Return the extent of each sheet by its name. Raises ValueError where the document is broken."""
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        xml = zipped.read("content.xml")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return reader.found


class _Reader:
    """Follows the document cell by cell; repeated ones count as often as they are repeated."""

    def __init__(self) -> None:
        self.found: dict[str, Extent] = {}
        self.here = Extent()
        self.row = self.column = self.row_repeats = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        says = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        match name.rpartition(" ")[2]:
            case "table":
                self.here = self.found.setdefault(says.get("name", ""), Extent())
                self.row = 0
            case "table-row":
                self.column, self.row_repeats = 0, int(says.get("number-rows-repeated", 1))
            case "table-cell" | "covered-table-cell":
                repeats = int(says.get("number-columns-repeated", 1))
                if "value-type" in says:
                    self.here.rows = max(self.here.rows, self.row + self.row_repeats)
                    self.here.columns = max(self.here.columns, self.column + repeats)
                down, across = int(says.get("number-rows-spanned", 1)), int(says.get("number-columns-spanned", 1))
                if down > 1 or across > 1:
                    corner = self.row + down - 1, self.column + across - 1
                    self.here.merges.append(((self.row, self.column), corner))
                self.column += repeats

    def end(self, name: str) -> None:
        if name.rpartition(" ")[2] == "table-row":
            self.row += self.row_repeats
