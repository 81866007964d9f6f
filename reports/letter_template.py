"""The parts of which the built-in templates of letters are put together: marks such as {{ 文号 }} are filled in later.

Templates are Word files; docxtpl fills them in. The office's own take the place of the built-in ones.
"""

from collections.abc import Sequence
from datetime import datetime

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row

from reports.official_document import (
    BODY_FONT,
    FIRST_FONT,
    SIZE_FOUR,
    Masthead,
    OfficialDocument,
    _write,
)

MADE = datetime(2000, 1, 1)  # noqa: DTZ001  (python-docx writes it as it is)
WIDTH = 156  # millimetres between the margins
ROW = Pt(25)
HEAD = Masthead("{{ 发文机关 }}", "{{ 文号 }}")
SIGNED_HEAD = Masthead("{{ 发文机关 }}", "{{ 文号 }}", "{{ 签发人 }}")


class LetterTemplate(OfficialDocument):
    """A template that is written from the top."""

    def __init__(self, title: str, *, masthead: Masthead | None = HEAD, heading: str | None = None) -> None:
        """Begin it. title: in the file's properties; heading: what stands above the text, if not the title."""
        super().__init__(title=title, author="治庸问责办", made=MADE, masthead=masthead, heading=heading)

    def mark(self, tag: str) -> None:
        """Write a mark that stands for itself, as {%p if … %}: its paragraph is not printed."""
        self._paragraph(tag, indent=False)

    def only_if(self, condition: str, text: str, *, lead: str = "") -> None:
        """Write a paragraph that is printed only under a condition."""
        self.mark(f"{{%p if {condition} %}}")
        self.paragraph(text, lead=lead)
        self.mark("{%p endif %}")

    def right(self, text: str) -> None:
        """Write a line at the right edge: the number of a form."""
        self._paragraph(text, indent=False).alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def page_break(self) -> None:
        """Go on with a new page."""
        self.document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)

    def closing(self, *, contact: bool = True) -> None:
        """Write whom to ask, then the office and the date; the last of the text goes with them onto another page."""
        self._keep_with_what_follows()
        before = len(self.document.paragraphs)
        if contact:
            self._paragraph("")
            self.paragraph("（联系人：{{ 经办人 }}，联系电话：{{ 联系电话 }}）")
        self.signature_block("{{ 发文机关 }}", "{{ 日期 }}")
        for paragraph in self.document.paragraphs[before:-1]:
            paragraph.paragraph_format.keep_with_next = True

    def _keep_with_what_follows(self) -> None:
        """Keep the last two paragraphs, or the last row of a form, on the page of what is written next."""
        texts = 0
        for block in reversed(list(self.document.iter_inner_content())):
            if isinstance(block, Table):
                for cell in block.rows[-1].cells:
                    cell.paragraphs[0].paragraph_format.keep_with_next = True
                return
            if texts == 2 or block.text.startswith("{%p endfor"):  # as many paragraphs as there happen to be
                return
            block.paragraph_format.keep_with_next = True
            texts += bool(block.text) and not block.text.startswith("{%p")

    def list_of(self, items: str, headings: Sequence[str], fields: Sequence[str], widths: Sequence[float]) -> None:
        """Write a table with one row for each of `items`, whose fields are called like `{{ 行.环节 }}`."""
        table = self._grid(4, widths)
        _fill(table.rows[0], headings, FIRST_FONT)
        _repeat(table.rows[0])
        _fill(table.rows[1], [f"{{%tr for 行 in {items} %}}"])
        _fill(table.rows[2], [f"{{{{ 行.{field} }}}}" for field in fields])
        _fill(table.rows[3], ["{%tr endfor %}"])

    def form(self, rows: Sequence[Sequence[str]]) -> None:
        """Write a form: two or four cells in a row, labels and values by turns; a long value takes the whole width."""
        widths = (31, 47, 31, 47)
        table = self._grid(len(rows), widths)
        for line, cells in zip(table.rows, rows, strict=True):
            if len(cells) == 2:
                line.cells[1].merge(line.cells[3])
            for at, text in enumerate(cells):
                _cell(line.cells[at], text, BODY_FONT if at % 2 else FIRST_FONT, left=at % 2 == 1)

    def rows_of(self, items: str) -> None:
        """Write a form whose rows are known only then: {{ 行.名称 }} beside {{ 行.内容 }}."""
        table = self._grid(3, (36, 120))
        _fill(table.rows[0], [f"{{%tr for 行 in {items} %}}"])
        _cell(table.rows[1].cells[0], "{{ 行.名称 }}", FIRST_FONT)
        _cell(table.rows[1].cells[1], "{{ 行.内容 }}", BODY_FONT, left=True)
        _fill(table.rows[2], ["{%tr endfor %}"])

    def _grid(self, rows: int, widths: Sequence[float]) -> Table:
        table: Table = self.document.add_table(rows=rows, cols=len(widths))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for line in table.rows:
            line.height, line.height_rule = ROW, WD_ROW_HEIGHT_RULE.AT_LEAST
            for cell, width in zip(line.cells, widths, strict=True):
                cell.width = Mm(width)
        return table


def _fill(row: _Row, texts: Sequence[str], font: str = BODY_FONT) -> None:
    for cell, text in zip(row.cells, texts, strict=False):
        _cell(cell, text, font)


def _cell(cell: _Cell, text: str, font: str, *, left: bool = False) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(2)
    _write(paragraph, text, font, size=SIZE_FOUR)


def _repeat(row: _Row) -> None:
    """Print a row of headings again on each page."""
    properties = row._tr.get_or_add_trPr()
    again = OxmlElement("w:tblHeader")
    again.set(qn("w:val"), "true")
    properties.append(again)
