"""A memo as a Word document that can be edited on: real styles, captions, fields, alt text.

python-docx is used because the memo is made of blocks whose number nobody knows beforehand; a
template with blanks (docxtpl) would need a loop for each of them, and be a second place where
words stand. What python-docx has no call for is written as the elements the format wants.
"""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt
from docx.text.paragraph import Paragraph as Written

from ...runs.provenance import NAME, checksum
from ..properties import LONGEST, properties_of
from ..word_provenance import CUSTOM, content_of_document
from ..zip_reproducible import repacked
from .content import (
    SHORT,
    Block,
    Commands,
    Heading,
    Listing,
    Memo,
    MemoChart,
    Paragraph,
    Table,
    numbered,
)
from .word_styles import CODE, COMMANDS, SMALL, STRONG, TABLE, TABLE_HEAD, TABLE_TEXT, style_all

WIDE, HIGH, MARGIN = Cm(21.0), Cm(29.7), Cm(2.0)
TEXT = Emu(WIDE - 2 * MARGIN)
"""Width of the text."""
PICTURE = Cm(16.0)
BELOW_TABLE = Cm(0.35)
"""Room between a table and what follows. No empty paragraph: with one below a table LibreOffice
leaves a heading further down alone at the foot of a page."""
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""What the format calls properties that a user gave names to."""


def document(memo: Memo) -> bytes:
    """The bytes of the document, with its stamp and seal: the same memo, the same bytes."""
    made = docx.Document()
    style_all(made, memo.lang)
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
    _tell(made, memo)
    notes = {"lang": memo.lang}
    told = asdict(memo.stamp) | notes
    told["seal"] = checksum(memo.stamp, content_of_document(_saved(made), notes))
    _add_properties(made, told)
    return repacked(_saved(made))


def _saved(made: Document) -> bytes:
    raw = io.BytesIO()
    made.save(raw)
    return raw.getvalue()


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
    """A field that the word processor works out, and what it shows until then."""
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
            _write_picture(made, block, word, number)
        case Table():
            _write_table(made, block, word, number)


def _caption(made: Document, word: str, number: int, text: str, *, above: bool) -> None:
    """A caption with a number that the word processor counts on."""
    caption = made.add_paragraph(f"{word} ", "Caption")
    caption.paragraph_format.keep_with_next = above
    _field(caption, f"SEQ {word} \\* ARABIC", str(number))
    caption.add_run(f". {text}")


def _write_picture(made: Document, picture: MemoChart, word: str, number: int) -> None:
    holder = made.add_paragraph()
    holder.paragraph_format.keep_with_next = True
    holder.paragraph_format.space_before = Cm(0.2)
    shape = holder.add_run().add_picture(io.BytesIO(picture.png), width=PICTURE)
    about = shape._inline.docPr
    about.set("name", f"{word} {number}")
    about.set("title", picture.caption)
    about.set("descr", picture.alt)
    _caption(made, word, number, picture.caption, above=False)


def _write_table(made: Document, table: Table, word: str, number: int) -> None:
    _caption(made, word, number, table.caption, above=True)
    drawn = made.add_table(1 + len(table.rows), len(table.heads), TABLE)
    drawn.autofit = False
    _describe(drawn, table.caption)
    sizes = [Emu(int(share * TEXT)) for share in table.shares()]
    for column, size in zip(drawn.columns, sizes, strict=True):
        column.width = size
    lines = (table.heads, *table.rows)
    # By their ids: a style looked up by name is sought among all, cell by cell.
    looks = [str(made.styles[name].style_id) for name in (TABLE_TEXT, TABLE_HEAD)]
    # A short table stays whole; a long one may go on over the page, with its head on each.
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
    """Alt text of a table, and which of its bands are styled."""
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


def _tell(made: Document, memo: Memo) -> None:
    """The properties that every program shows, and no more than that."""
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
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _add_properties(made: Document, told: dict[str, str]) -> None:
    """Custom properties: the stamp, its seal and the language."""
    rows = "".join(
        f'<property fmtid="{_FORMAT_ID}" pid="{number}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property>"
        for number, (name, text) in enumerate(properties_of(told), start=2)
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
