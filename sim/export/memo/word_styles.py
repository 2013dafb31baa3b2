"""What a memo looks like in Word: the styles of the program, or those of a user's template.

Any Word document with these styles is a template; one that this program wrote has them all.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor

from ...errors import Message, Problem, ScenarioError, reason_of
from ...report.i18n import Language
from ...runs.provenance import NAME

FONT, FIXED = "Open Sans", "Courier New"
"""The font of charts and pages, and one of fixed width that is everywhere."""
BLUE, GREY = "1F4E79", "444444"
CODE: dict[Language, str] = {"nl": "nl-NL", "en": "en-GB"}
STRONG, SMALL, COMMANDS = "Memo Answer", "Memo Small", "Memo Command"
HEADER = "Memo Header"
TABLE, TABLE_TEXT, TABLE_HEAD = "Memo Table", "Memo Table Text", "Memo Table Head"
HEADINGS = {"Heading 1": (16.0, 0.0, 6.0), "Heading 2": (11.0, 8.0, 2.0),
            "Heading 3": (9.5, 6.0, 2.0)}  # fmt: skip
"""Size, space above and below [points]."""
BODY = 9.5
"""Size of the text [points]."""
NEEDED = ("Normal", *HEADINGS, "Caption", "List Bullet", "Footer", HEADER, STRONG, SMALL, COMMANDS,
          TABLE, TABLE_TEXT, TABLE_HEAD)  # fmt: skip
"""Styles that a template must have."""
MAX_BYTES, MAX_UNPACKED = 10_000_000, 60_000_000
"""Largest template, as it is and unpacked."""
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
HEADER_INDENT = Cm(3.0)
"""Indent of the texts at the top, beside their labels."""


def new_document(lang: Language) -> Document:
    """Return an empty document of A4 pages with the styles of the program."""
    made = docx.Document()
    _set_language(made, CODE[lang])
    _set_styles(made)
    section = made.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = WIDE, HIGH
    section.left_margin = section.right_margin = MARGIN
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.8)
    section.header_distance = section.footer_distance = Cm(0.9)
    return made


def from_template(file: Path, lang: Language) -> Document:
    """Return a document without its text: styles, page, header and footer are those of a file.

    The footer of a memo is left out, as each memo writes its own. Raises ``ScenarioError`` if the
    file is no Word document, or lacks a style that a memo needs.
    """
    made = _opened(file)
    known = {style.name for style in made.styles}
    if lacking := [name for name in NEEDED if name not in known]:
        what = Message("this template has no style '{names}'", names="', '".join(lacking))
        advice = "add it, or begin with a memo that opvangsim wrote and change its styles"
        raise _refused(file, what, advice)
    body = made.element.body
    for part in list(body):
        if part.tag != qn("w:sectPr"):
            body.remove(part)
    for paragraph in made.sections[0].footer.paragraphs:
        if paragraph.text.startswith(f"{NAME} "):
            for run in list(paragraph._p):
                if run.tag != qn("w:pPr"):
                    paragraph._p.remove(run)
    _set_language(made, CODE[lang])
    return made


def _opened(file: Path) -> Document:
    """Read a Word document of anyone's: its sizes are checked before it is unpacked."""
    try:
        data = file.read_bytes()
    except OSError as error:
        what = Message("can't be read: {reason}", reason=reason_of(error))
        raise _refused(file, what, "name a Word document (.docx)") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if len(data) <= MAX_BYTES and size <= MAX_UNPACKED:
            return docx.Document(io.BytesIO(data))
    except Exception:
        # Whatever a damaged or foreign file makes python-docx raise, it is no template.
        raise _refused(
            file, "this is not a Word document", "save it as .docx (not .dotx or .doc)"
        ) from None
    raise _refused(file, "this template is too large", "take large pictures out of it")


def _refused(file: Path, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(str(file), what, advice)])


def _set_styles(made: Document) -> None:
    """Set every style that a memo uses."""
    _set_style(made.styles["Normal"], BODY, after=3.0)
    for name, (size, above, below) in HEADINGS.items():
        _set_style(made.styles[name], size, above, below, bold=True, colour=BLUE)
        made.styles[name].paragraph_format.keep_with_next = True
    _set_style(made.styles["Caption"], 8, 2.0, 3.0, bold=True, colour=GREY)
    _set_style(made.styles["List Bullet"], BODY, after=1.5)
    _set_style(made.styles["Footer"], 8, colour=GREY)
    _set_style(_add_style(made, STRONG), BODY, after=3.0, bold=True)
    _set_style(_add_style(made, SMALL), 8, after=1.0, colour=GREY)
    _set_style(_add_style(made, COMMANDS), 8, after=1.0, font=FIXED)
    _set_style(_add_style(made, TABLE_TEXT), 8)
    _set_style(_add_style(made, TABLE_HEAD), 8, bold=True, colour="FFFFFF")
    made.styles[COMMANDS].paragraph_format.left_indent = Cm(0.5)
    header = _add_style(made, HEADER)
    _set_style(header, BODY, after=1.0)
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
    form.space_before, form.space_after, form.line_spacing = Pt(above), Pt(after), 1.0


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
