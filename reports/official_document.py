"""A document in the form of GB/T 9704-2012: its page, its type sizes, its headings, signature and page numbers.

What a document says is elsewhere (`reports/campaign_letter.py`). Where a font is missing, Word takes another of the
same kind.
"""

import io
import zipfile
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from reports.report import long_date

TITLE_FONT, BODY_FONT, FIRST_FONT, SECOND_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN_FONT, NUMBER_FONT = "Times New Roman", "宋体"
SIZE_TWO, SIZE_THREE, SIZE_FOUR, SIZE_FIVE = Pt(22), Pt(16), Pt(14), Pt(10.5)
LINE, TITLE_LINE, TABLE_ROW, TABLE_LINE = Pt(28), Pt(33), Pt(20), Pt(15)  # 22 lines on a page
WHOLE = 200  # characters of a cell up to which its row is not broken between pages
CHARACTER = Pt(16)
RED, SIZE_OF_NAME = RGBColor(0xC0, 0, 0), Pt(34)
FIRST_OF_ZIP = (1980, 1, 1, 0, 0, 0)
CHINESE_NUMBERS = "一二三四五六七八九十"


class Masthead(NamedTuple):
    """版头: whose document it is, its number, and who signs it, for one to a superior body."""

    office: str
    number: str
    signer: str = ""


class OfficialDocument:
    """A document that is written from the top."""

    def __init__(
        self, *, title: str, author: str, made: datetime, masthead: Masthead | None = None, heading: str | None = None
    ) -> None:
        """Begin a document on A4 with the margins of the norm. heading: what stands above it, where not its title."""
        self.document = Document()
        self.headings = 0
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(28) - SIZE_FOUR  # the number stands 7 mm below the text
        normal = self.document.styles["Normal"]
        normal.font.size = SIZE_THREE
        _set_fonts(normal.element.get_or_add_rPr(), BODY_FONT)
        properties = self.document.core_properties
        properties.title, properties.author, properties.last_modified_by = title, author, author
        properties.created = properties.modified = made
        properties.comments, properties.language = "", "zh-CN"
        self._number_pages()
        if masthead is not None:
            self._masthead(masthead)
        self._title(title if heading is None else heading)

    def addressed_to(self, whom: str) -> None:
        """Write to whom it is: 主送机关, from the left edge."""
        self._paragraph(f"{whom}：", indent=False)

    def heading(self, text: str) -> None:
        """Write a heading of the first level with its number."""
        number = CHINESE_NUMBERS[self.headings]
        self.headings += 1
        paragraph = self._paragraph("")
        paragraph.paragraph_format.keep_with_next = True
        _write(paragraph, f"{number}、{text}", FIRST_FONT)

    def paragraph(self, text: str, *, lead: str = "", before_table: bool = False) -> None:
        """Write a paragraph; `lead`: its first words, as a heading of the second level.

        before_table: it stays on the page on which the table below it begins.
        """
        paragraph = self._paragraph("")
        paragraph.paragraph_format.keep_with_next = before_table or None
        if lead:
            _write(paragraph, lead, SECOND_FONT)
        _write(paragraph, text, BODY_FONT)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        """Write a table, whose first row are its headings; widths: in millimetres."""
        table = self.document.add_table(rows=len(rows), cols=len(rows[0]))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        _set_padding(table)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for place, row in enumerate(rows):
            line = table.rows[place]
            line.height, line.height_rule = TABLE_ROW, WD_ROW_HEIGHT_RULE.EXACTLY
            for at, text in enumerate(row):
                cell = line.cells[at]
                cell.width = Mm(widths[at])
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                paragraph = cell.paragraphs[0]
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                _write(paragraph, text, BODY_FONT if place else FIRST_FONT, size=SIZE_FIVE)

    def long_table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], *, prose: Collection[int]) -> None:
        """Write a table whose cells may have many lines; its headings, the first row, stand on each page.

        widths: in millimetres; prose: the columns that are set from the left.
        """
        table = self.document.add_table(rows=len(rows), cols=len(widths))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        _set_padding(table, Mm(1))
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for place, (line, row) in enumerate(zip(table.rows, rows, strict=True)):
            line.height, line.height_rule = TABLE_ROW, WD_ROW_HEIGHT_RULE.AT_LEAST
            _mark(line, *(() if place else ("w:tblHeader",)), *(("w:cantSplit",) if max(map(len, row)) < WHOLE else ()))
            for at, (cell, text, width) in enumerate(zip(line.cells, row, widths, strict=True)):
                cell.width = Mm(width)
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                paragraph = cell.paragraphs[0]
                left = place > 0 and at in prose
                paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
                form = paragraph.paragraph_format
                form.space_before = form.space_after = Pt(1)
                form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, TABLE_LINE
                _write(paragraph, text, BODY_FONT if place else FIRST_FONT, size=SIZE_FIVE)

    def enclosure(self, text: str) -> None:
        """Name what is enclosed: a line below the text."""
        self._paragraph("")
        self._paragraph(f"附件：{text}")

    def signature(self, office: str, day: date) -> None:
        """Write who made it and when: the date four characters from the edge, the name centred over it."""
        written = long_date(day)
        edge = 4 * CHARACTER
        name, date_ = (sum(0.5 if letter.isascii() else 1 for letter in text) for text in (office, written))
        self._paragraph("")
        for text, indent in ((office, max(edge + (date_ - name) * CHARACTER / 2, 0)), (written, edge)):
            paragraph = self._paragraph("", indent=False)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = int(indent)
            paragraph.paragraph_format.keep_with_next = text == office
            _write(paragraph, text, BODY_FONT)

    def bytes(self) -> bytes:
        """Return the document as a file: the same content gives the same bytes."""
        made, target = io.BytesIO(), io.BytesIO()
        self.document.save(made)
        with zipfile.ZipFile(made) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
            for part in source.infolist():
                zipped.writestr(zipfile.ZipInfo(part.filename, FIRST_OF_ZIP), source.read(part), zipfile.ZIP_DEFLATED)
        return target.getvalue()

    def signature_block(self, office: str, day: str) -> None:
        """Write who made it and when below each other, in the middle of the page's right half."""
        self._paragraph("")
        for text in (office, day):
            paragraph = self._paragraph("", indent=False)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.left_indent, paragraph.paragraph_format.right_indent = Mm(66), 2 * CHARACTER
            paragraph.paragraph_format.keep_with_next = text == office
            _write(paragraph, text, BODY_FONT)

    def _masthead(self, head: Masthead) -> None:
        """Write the office's name in red, the number below it, and the red line across the page."""
        name = self._paragraph("", indent=False)
        name.alignment = WD_ALIGN_PARAGRAPH.CENTER
        name.paragraph_format.line_spacing, name.paragraph_format.space_after = Pt(48), Pt(20)
        _write(name, head.office, TITLE_FONT, size=SIZE_OF_NAME)
        name.runs[0].font.color.rgb = RED
        line = self._paragraph("", indent=False)
        if head.signer:
            line.paragraph_format.tab_stops.add_tab_stop(Mm(156) - CHARACTER, WD_TAB_ALIGNMENT.RIGHT)
            line.paragraph_format.first_line_indent = CHARACTER
            _write(line, f"{head.number}\t签发人：", BODY_FONT)
            _write(line, head.signer, SECOND_FONT)
        else:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _write(line, head.number, BODY_FONT)
        line.paragraph_format.space_after = Pt(4)
        _underline(line)
        self._paragraph("", indent=False)

    def _title(self, text: str) -> None:
        paragraph = self._paragraph("", indent=False)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing = TITLE_LINE
        _write(paragraph, text, TITLE_FONT, size=SIZE_TWO)
        self._paragraph("", indent=False)

    def _paragraph(self, text: str, *, indent: bool = True) -> Paragraph:
        paragraph = self.document.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        form.widow_control = False
        if indent:
            form.first_line_indent = 2 * CHARACTER
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        if text:
            _write(paragraph, text, BODY_FONT)
        return paragraph

    def _number_pages(self) -> None:
        """Number the pages at the outer edge, — 1 —, one character from it."""
        section = self.document.sections[0]
        section.start_type = WD_SECTION.NEW_PAGE
        self.document.settings.odd_and_even_pages_header_footer = True
        for footer, align in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            paragraph = footer.paragraphs[0]
            paragraph.alignment = align
            paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = SIZE_FOUR
            _write(paragraph, "— ", NUMBER_FONT, size=SIZE_FOUR, latin=NUMBER_FONT)
            _field(paragraph, "PAGE")
            _write(paragraph, " —", NUMBER_FONT, size=SIZE_FOUR, latin=NUMBER_FONT)


def _write(paragraph: Paragraph, text: str, font: str, *, size: Pt = SIZE_THREE, latin: str = LATIN_FONT) -> None:
    run = paragraph.add_run(text)
    run.font.size = size
    _set_fonts(run._element.get_or_add_rPr(), font, latin)


def _set_fonts(properties: Any, font: str, latin: str = LATIN_FONT) -> None:
    """Set fonts and language of a run or a style; the hint makes marks that both scripts have, as “ ”, Chinese ones."""
    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    for name, value in (("w:ascii", latin), ("w:hAnsi", latin), ("w:eastAsia", font), ("w:hint", "eastAsia")):
        fonts.set(qn(name), value)
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    language.set(qn("w:eastAsia"), "zh-CN")


def _underline(paragraph: Paragraph) -> None:
    """Draw the red line of the head below a paragraph."""
    borders, below = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", str(RED))):
        below.set(qn(f"w:{name}"), value)
    borders.append(below)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _field(paragraph: Paragraph, instruction: str) -> None:
    """Write a field that Word fills in."""
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        run = paragraph.add_run()
        run.font.size = SIZE_FOUR
        _set_fonts(run._element.get_or_add_rPr(), NUMBER_FONT, NUMBER_FONT)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._element.append(part)


def _mark(row: _Row, *marks: str) -> None:
    """Say of a row that it is printed again on each page, or not broken between two."""
    for name in sorted(marks):  # in the order of the schema
        mark = OxmlElement(name)
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)


def _set_padding(table: Table, width: int = 0) -> None:
    """Leave so much free at the sides of the cells; nothing, so that short headings keep to one line."""
    padding = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(Emu(width).twips))
        edge.set(qn("w:type"), "dxa")
        padding.append(edge)
    table._tbl.tblPr.append(padding)
