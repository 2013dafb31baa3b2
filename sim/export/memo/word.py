"""A memo as a Word document to edit: named styles, captions, fields, alternative texts.

What it looks like is in its styles alone (``word_styles``): those of the program, or of a document
that a user gives as a template. What python-docx has no call for is written as elements of the
format.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt
from docx.text.paragraph import Paragraph as Written

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
    laid_out,
    numbered,
)
from .word_styles import (
    CODE,
    COMMANDS,
    HEADER,
    SMALL,
    STRONG,
    TABLE,
    TABLE_HEAD,
    TABLE_TEXT,
    from_template,
    new_document,
)

PICTURE_WIDTH, PICTURE_HEIGHT = Cm(16.0), Cm(10.5)
"""Largest width and height of a chart: a taller one would leave half a page empty."""
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


def document(memo: Memo, template: Path | None = None) -> bytes:
    """Return the bytes of a memo with its provenance: the same memo gives the same bytes.

    Raises ``ScenarioError`` if the template is none.
    """
    made = new_document(memo.lang) if template is None else from_template(template, memo.lang)
    _write_footer(made, memo)
    below_table = False
    leads = [isinstance(after, Listing | Table) for after in (*memo.blocks[1:], None)]
    for (block, word, number), is_lead in zip(numbered(laid_out(memo)), leads, strict=True):
        place = len(made.element.body) - 1
        _write(made, block, word, number)
        if below_table and not isinstance(block, Heading):
            Written(made.element.body[place], made).paragraph_format.space_before = BELOW_TABLE
        if is_lead and isinstance(block, Paragraph):
            Written(made.element.body[place], made).paragraph_format.keep_with_next = True
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


def _write_footer(made: Document, memo: Memo) -> None:
    """Write which run a memo is of at the foot of each page, with the number of the page."""
    foot = made.sections[0].footer
    last = foot.paragraphs[-1]
    if last.text:
        last = foot.add_paragraph("", "Footer")
    last.add_run(f"{memo.foot}  ·  ")
    _field(last, "PAGE", "1")
    last.add_run(" / ")
    _field(last, "NUMPAGES", "1")


def _text_width(made: Document) -> int:
    """Width of the text on a page."""
    section = made.sections[0]
    sizes = (section.page_width, section.left_margin, section.right_margin)
    wide, left, right = (int(size or 0) for size in sizes)
    return wide - left - right


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
    width = Emu(min(PICTURE_WIDTH, _text_width(made)))
    shape = holder.add_run().add_picture(io.BytesIO(chart.png), width=width)
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
    wide = _text_width(made)
    sizes = [Emu(int(share * wide)) for share in table.shares()]
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
        if relation.reltype in (RELATIONSHIP_TYPE.THUMBNAIL, _CUSTOM_RELATION):
            # The picture of an empty page, and the provenance of a memo that is the template.
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
