"""A memo as one HTML file that needs nothing else: it works offline, and prints on A4."""

from __future__ import annotations

import base64
from html import escape

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

STYLE = """
body { font: 15px/1.5 Arial, "Liberation Sans", sans-serif; color: #1a1a1a; max-width: 48rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; color: #1f4e79; }
h2 { font-size: 1.15rem; margin: 1.6rem 0 0.4rem; color: #1f4e79; }
h3 { font-size: 1rem; margin: 1.2rem 0 0.3rem; color: #1f4e79; }
p, ul { margin: 0.4rem 0; }
p.strong { font-weight: bold; }
p.small { font-size: 0.85rem; color: #444; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; }
figcaption, caption { font-size: 0.85rem; color: #444; text-align: left; padding: 0.3rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; margin: 1rem 0; }
th, td { border-bottom: 1px solid #c9c9c9; padding: 0.25rem 0.5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; font-weight: normal; }
thead th { background: #1f4e79; color: #fff; font-weight: bold; }
.right { text-align: right; overflow-wrap: normal; }
pre { background: #f2f2f2; padding: 0.6rem; white-space: pre-wrap; font-size: 0.85rem; }
footer { border-top: 1px solid #c9c9c9; margin-top: 2rem; font-size: 0.8rem; color: #444; }
@page { size: A4; margin: 2cm; @bottom-right { content: counter(page) " / " counter(pages); } }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; line-height: 1.3; }
  h1, h2, h3, caption { break-after: avoid; }
  h1.annex { break-before: page; }
  thead { display: table-header-group; }
  tr, li, figure, pre, table.short { break-inside: avoid; }
  p, li { orphans: 2; widows: 2; }
  h1 { font-size: 15pt; margin: 0 0 4pt; }
  h2 { font-size: 11.5pt; margin: 8pt 0 2pt; }
  p, ul { margin: 2pt 0; }
  figure { margin: 4pt 0; }
  figure img { width: 15cm; }
  table { margin: 4pt 0 8pt; font-size: 8.5pt; }
  th, td { padding: 1.5pt 4pt; }
  tbody .right { white-space: nowrap; }
  thead th { background: none; color: #000; border-bottom: 2px solid #000; }
}
"""


def html(memo: Memo) -> str:
    """The memo as one page, its picture inside it."""
    body = "\n".join(_block(block, word, number) for block, word, number in numbered(memo))
    return (
        f'<!DOCTYPE html>\n<html lang="{memo.lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="author" content="opvangsim">\n'
        f'<meta name="keywords" content="{escape(memo.keywords)}">\n'
        f"<title>{escape(memo.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n{body}\n</main>\n<footer>{escape(memo.foot)}</footer>\n</body>\n</html>\n"
    )


def _block(block: Block, word: str, number: int) -> str:
    match block:
        case Heading():
            mark = ' class="annex"' if block.annex else ""
            return f"<h{block.level}{mark}>{_said(block.text)}</h{block.level}>"
        case Paragraph():
            names = [name for name in ("strong", "small") if getattr(block, name)]
            mark = f' class="{" ".join(names)}"' if names else ""
            return f"<p{mark}>{_said(block.text)}</p>"
        case Listing():
            return "<ul>\n" + "\n".join(f"<li>{_said(one)}</li>" for one in block.items) + "\n</ul>"
        case Commands():
            return f"<pre>{_said(chr(10).join(block.lines))}</pre>"
        case MemoChart():
            data = base64.b64encode(block.png).decode("ascii")
            return (
                f'<figure>\n<img alt="{escape(block.alt)}" src="data:image/png;base64,{data}">\n'
                f"<figcaption>{word} {number}. {_said(block.caption)}</figcaption>\n</figure>"
            )
        case Table():
            return _table(block, f"{word} {number}. {block.caption}")


def _said(text: str) -> str:
    return escape(text, quote=False)


def _table(table: Table, caption: str) -> str:
    heads = "".join(_cell("th", ' scope="col"', text, right)
                    for text, right in zip(table.heads, table.right, strict=True))  # fmt: skip
    rows = "\n".join(_row(row, table.right) for row in table.rows)
    columns = "".join(f'<col style="width: {100 * share:.1f}%">' for share in table.shares())
    mark = ' class="short"' if len(table.rows) <= SHORT else ""
    return (
        f"<table{mark}>\n<caption>{_said(caption)}</caption>\n<colgroup>{columns}</colgroup>\n"
        f"<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>"
    )


def _row(row: tuple[str, ...], rights: tuple[bool, ...]) -> str:
    """A row; its first cell is its head."""
    cells = [
        _cell("th" if place == 0 else "td", ' scope="row"' if place == 0 else "", text, right)
        for place, (text, right) in enumerate(zip(row, rights, strict=True))
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(tag: str, scope: str, text: str, right: bool) -> str:
    mark = ' class="right"' if right else ""
    return f"<{tag}{scope}{mark}>{_said(text)}</{tag}>"
