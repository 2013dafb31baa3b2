"""A memo as a Word document to edit: named styles, captions, fields, alternative texts.

A memo consists of any number of blocks, so that it is built with python-docx and not from a
template. What python-docx has no call for is written as elements of the format.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph as Written

from ...report.i18n import Language
from ...runs.provenance import NAME
from ..provenance import CUSTOM, MAX_PROPERTY, document_content, office_properties
from .content import (
    SHORT,
    Block,
    Commands,
    Header,
    Heading,
    Listing,
    Memo,
    MemoChart,
    Paragraph,
    Table,
    numbered,
)

FONT, FIXED = "Arial", "Courier New"
"""Fonts that are everywhere, or have one of the same widths (Liberation)."""
BLUE, GREY = "1F4E79", "444444"
CODE: dict[Language, str] = {"nl": "nl-NL", "en": "en-GB"}
STRONG, SMALL, COMMANDS = "Memo Answer", "Memo Small", "Memo Command"
HEADER = "Memo Header"
TABLE, TABLE_TEXT, TABLE_HEAD = "Memo Table", "Memo Table Text", "Memo Table Head"
HEADINGS = {"Heading 1": (16.0, 0.0, 4.0), "Heading 2": (11.5, 8.0, 2.0),
            "Heading 3": (10.0, 6.0, 2.0)}  # fmt: skip
"""Size, space above and below [points]."""
_TABLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="MemoTable">
  <w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/>
  <w:tblPr>
    <w:tblBorders>
      <w:top w:val="single" w:sz="6" w:space="0" w:color="{BLUE}"/>
      <w:bottom w:val="single" w:sz="6" w:space="0" w:color="{BLUE}"/>
      <w:insideH w:val="single" w:sz="4" w:space="0" w:color="C9C9C9"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="20" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
      <w:bottom w:w="20" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow">
    <w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{BLUE}"/></w:tcPr>
  </w:tblStylePr>
</w:style>
"""
WIDE, HIGH, MARGIN = Cm(21.0), Cm(29.7), Cm(2.0)
TEXT = Emu(WIDE - 2 * MARGIN)
"""Width of the text."""
PICTURE_WIDTH, PICTURE_HEIGHT = Cm(16.0), Cm(12.0)
"""Largest width and height of a chart: a taller one would leave half a page empty."""
HEADER_INDENT = Cm(3.0)
"""Indent of the texts at the top, beside their labels."""
BELOW_TABLE = Cm(0.35)
"""Room between a table and what follows. No empty paragraph: with one below a table LibreOffice
leaves a heading further down alone at the foot of a page."""
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold."""
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""Identifier of custom properties in the format."""


def document(memo: Memo) -> bytes:
    """Return the bytes of a memo with its provenance: the same memo gives the same bytes."""
    made = docx.Document()
    _set_styles(made, memo.lang)
    _lay_out(made, memo)
    below_table = False
    for block, word, number in numbered(memo):
        place = len(made.element.body) - 1
        _write(made, block, word, number)
        if below_table and not isinstance(block, Heading):
            Written(made.element.body[place], made).paragraph_format.space_before = BELOW_TABLE
        below_table = isinstance(block, Table)
    if below_table:
        # A document ends in a paragraph: so low that it never takes a page of its own.
        end = made.add_paragraph("", SMALL).paragraph_format
        end.space_before = end.space_after = Pt(0)
        end.line_spacing = Pt(1)
    _set_core_properties(made, memo)
    notes = {"lang": memo.lang}
    content = document_content(_saved(made), notes)
    _add_properties(made, office_properties(memo.stamp, notes, content))
    return _without_times(_saved(made))


def _saved(made: Document) -> bytes:
    raw = io.BytesIO()
    made.save(raw)
    return raw.getvalue()


def _without_times(data: bytes) -> bytes:
    """Pack a document again without any time of writing, so that its bytes depend on it alone."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, ZIP_EPOCH)
            part.compress_type, part.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(part, _TIMES.sub(b"", old.read(name)))
    return packed.getvalue()


def _lay_out(made: Document, memo: Memo) -> None:
    """A4, margins, and the foot of each page with its number."""
    section = made.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = WIDE, HIGH
    section.left_margin = section.right_margin = MARGIN
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.8)
    section.header_distance = section.footer_distance = Cm(0.9)
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{memo.foot}  ·  ")
    _field(foot, "PAGE", "1")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES", "1")


def _field(paragraph: Written, code: str, shown: str) -> None:
    """Add a field that the word processor computes, and what it shows until then."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _write(made: Document, block: Block, word: str, number: int) -> None:
    match block:
        case Heading():
            heading = made.add_heading(block.text, block.level)
            heading.paragraph_format.page_break_before = block.annex or None
        case Header():
            for label, text in block.rows:
                row = made.add_paragraph("", HEADER)
                row.add_run(label).bold = True
                row.add_run(f"\t{text}")
        case Paragraph():
            look = STRONG if block.strong else SMALL if block.small else "Normal"
            made.add_paragraph(block.text, look)
        case Listing():
            for item in block.items:
                made.add_paragraph(item, "List Bullet")
        case Commands():
            for line in block.lines:
                made.add_paragraph(line, COMMANDS)
        case MemoChart():
            _write_chart(made, block, word, number)
        case Table():
            _write_table(made, block, word, number)


def _caption(made: Document, word: str, number: int, text: str, *, above: bool) -> None:
    """Add a caption whose number is a field."""
    caption = made.add_paragraph(f"{word} ", "Caption")
    caption.paragraph_format.keep_with_next = above
    _field(caption, f"SEQ {word} \\* ARABIC", str(number))
    caption.add_run(f". {text}")


def _write_chart(made: Document, chart: MemoChart, word: str, number: int) -> None:
    holder = made.add_paragraph()
    holder.paragraph_format.keep_with_next = True
    holder.paragraph_format.space_before = Cm(0.2)
    shape = holder.add_run().add_picture(io.BytesIO(chart.png), width=PICTURE_WIDTH)
    if shape.height > PICTURE_HEIGHT:
        shape.width = Emu(round(shape.width * PICTURE_HEIGHT / shape.height))
        shape.height = PICTURE_HEIGHT
    about = shape._inline.docPr
    about.set("name", f"{word} {number}")
    about.set("title", chart.caption)
    about.set("descr", chart.alt)
    _caption(made, word, number, chart.caption, above=False)


def _write_table(made: Document, table: Table, word: str, number: int) -> None:
    _caption(made, word, number, table.caption, above=True)
    drawn = made.add_table(1 + len(table.rows), len(table.heads), TABLE)
    drawn.autofit = False
    _describe(drawn, table.caption)
    sizes = [Emu(int(share * TEXT)) for share in table.shares()]
    for column, size in zip(drawn.columns, sizes, strict=True):
        column.width = size
    lines = (table.heads, *table.rows)
    # By id: looking a style up by name searches all of them, for every cell.
    looks = [str(made.styles[name].style_id) for name in (TABLE_TEXT, TABLE_HEAD)]
    # A short table is kept on one page; a long one repeats its head on each.
    together = len(table.rows) if len(table.rows) <= SHORT else 1
    for place, (row, texts) in enumerate(zip(drawn.rows, lines, strict=True)):
        _row_stays_whole(row, is_head=place == 0)
        for cell, text, right, size in zip(row.cells, texts, table.right, sizes, strict=True):
            cell.width = size
            words = cell.paragraphs[0]
            words._p.style = looks[place == 0]
            words.add_run(text)
            if right:
                words.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            words.paragraph_format.keep_with_next = place < together or None


def _describe(drawn: Any, caption: str) -> None:
    """Set the alternative text of a table, and that only its head is styled."""
    properties = drawn._tbl.tblPr
    for look in properties.findall(qn("w:tblLook")):
        properties.remove(look)
    properties.append(parse_xml(
        f'<w:tblLook {nsdecls("w")} w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
        ' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
    ))  # fmt: skip
    properties.append(parse_xml(f"<w:tblCaption {nsdecls('w')} w:val={quoteattr(caption)}/>"))


def _row_stays_whole(row: Any, *, is_head: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _set_core_properties(made: Document, memo: Memo) -> None:
    """Set the properties that every program shows."""
    core, stamp = made.core_properties, memo.stamp
    core.title, core.author, core.subject = _short(memo.title), NAME, _short(stamp.scenario)
    core.last_modified_by, core.language = NAME, CODE[memo.lang]
    core.keywords, core.comments = _short(memo.keywords), _short(stamp.command)
    core.revision = 1
    package = made.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            # The picture of an empty page that the template brings along.
            del package.rels[key]


def _short(text: str) -> str:
    """A text as a property of the format holds it; the custom properties have it in full."""
    return text if len(text) <= MAX_PROPERTY else f"{text[: MAX_PROPERTY - 3]}..."


def _add_properties(made: Document, properties: Iterable[tuple[str, str]]) -> None:
    """Add custom properties, which python-docx has no call for."""
    rows = "".join(
        f'<property fmtid="{_FORMAT_ID}" pid="{number}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property>"
        for number, (name, text) in enumerate(properties, start=2)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'docPropsVTypes">{rows}</Properties>'
    )
    package = made.part.package
    part = Part(PackURI(f"/{CUSTOM}"), _CUSTOM_TYPE, text.encode("utf-8"), package)
    package.relate_to(part, _CUSTOM_RELATION)


def _set_styles(made: Document, lang: Language) -> None:
    """Set the language and every style that a memo uses."""
    _set_language(made, CODE[lang])
    _set_style(made.styles["Normal"], 10, after=3.0)
    for name, (size, above, below) in HEADINGS.items():
        _set_style(made.styles[name], size, above, below, bold=True, colour=BLUE)
        made.styles[name].paragraph_format.keep_with_next = True
    _set_style(made.styles["Caption"], 8.5, 2.0, 3.0, bold=True, colour=GREY)
    _set_style(made.styles["List Bullet"], 10, after=1.5)
    _set_style(made.styles["Footer"], 8, colour=GREY)
    _set_style(_add_style(made, STRONG), 10.5, after=3.0, bold=True)
    _set_style(_add_style(made, SMALL), 8.5, after=1.0, colour=GREY)
    _set_style(_add_style(made, COMMANDS), 8.5, after=1.0, font=FIXED)
    _set_style(_add_style(made, TABLE_TEXT), 8.5)
    _set_style(_add_style(made, TABLE_HEAD), 8.5, bold=True, colour="FFFFFF")
    made.styles[COMMANDS].paragraph_format.left_indent = Cm(0.5)
    header = _add_style(made, HEADER)
    _set_style(header, 10, after=1.0)
    header.paragraph_format.left_indent = HEADER_INDENT
    header.paragraph_format.first_line_indent = Emu(-HEADER_INDENT)
    header.paragraph_format.tab_stops.add_tab_stop(HEADER_INDENT)
    made.styles.element.append(parse_xml(_TABLE))


def _add_style(made: Document, name: str) -> Any:
    style: Any = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["Normal"]
    style.quick_style = True
    return style


def _set_style(
    style: Any,
    size: float,
    above: float = 0.0,
    after: float = 0.0,
    *,
    bold: bool = False,
    colour: str = "000000",
    font: str = FONT,
) -> None:
    style.font.name, style.font.size, style.font.bold = font, Pt(size), bold
    style.font.italic = False
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    for key in list(fonts.attrib):
        # The template's headings take their font from a theme, which would win.
        if key.endswith("Theme"):
            del fonts.attrib[key]
    for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(kind), font)
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(above), Pt(after), 1.05


def _set_language(made: Document, code: str) -> None:
    """Set the language of all text, for spelling and screen readers; no compatibility mode."""
    for lang in made.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), code)
    settings = made.settings.element
    for lang in settings.findall(qn("w:themeFontLang")):
        lang.set(qn("w:val"), code)
    compat = settings.find(qn("w:compat"))
    if compat is not None:
        for old in compat.findall(qn("w:compatSetting")):
            compat.remove(old)
        compat.append(parse_xml(
            f'<w:compatSetting {nsdecls("w")} w:name="compatibilityMode"'
            ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        ))  # fmt: skip
