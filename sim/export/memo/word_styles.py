"""The looks of the Word document: each a named style, so that one change changes all."""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from ...report.i18n import Language

FONT, FIXED = "Arial", "Courier New"
"""Fonts that are everywhere, or have one of the same widths (Liberation)."""
BLUE, GREY = "1F4E79", "444444"
CODE: dict[Language, str] = {"nl": "nl-NL", "en": "en-GB"}
STRONG, SMALL, COMMANDS = "Memo Answer", "Memo Small", "Memo Command"
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


def style_all(made: Document, lang: Language) -> None:
    """Set the language and every style that a memo uses."""
    _speak(made, CODE[lang])
    _look(made.styles["Normal"], 10, after=3.0)
    for name, (size, above, below) in HEADINGS.items():
        _look(made.styles[name], size, above, below, bold=True, colour=BLUE)
        made.styles[name].paragraph_format.keep_with_next = True
    _look(made.styles["Caption"], 8.5, 2.0, 3.0, bold=True, colour=GREY)
    _look(made.styles["List Bullet"], 10, after=1.5)
    _look(made.styles["Footer"], 8, colour=GREY)
    _look(_own(made, STRONG), 10.5, after=3.0, bold=True)
    _look(_own(made, SMALL), 8.5, after=1.0, colour=GREY)
    _look(_own(made, COMMANDS), 8.5, after=1.0, font=FIXED)
    _look(_own(made, TABLE_TEXT), 8.5)
    _look(_own(made, TABLE_HEAD), 8.5, bold=True, colour="FFFFFF")
    made.styles[COMMANDS].paragraph_format.left_indent = Cm(0.5)
    made.styles.element.append(parse_xml(_TABLE))


def _own(made: Document, name: str) -> Any:
    style: Any = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["Normal"]
    style.quick_style = True
    return style


def _look(
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


def _speak(made: Document, code: str) -> None:
    """The language of all text, for spelling and for reading aloud; no mode of an older Word."""
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
