"""The report on the miss of a forecast, as a memo: the miss, its causes, the remainder."""

from __future__ import annotations

from ..report.i18n import Language, translate
from ..results.versions import versions
from ..runs.frozen import FrozenForecast
from ..runs.provenance import Provenance
from ..studies.miss import Miss
from ..studies.miss_text import heads, limits, method, rows, sentences, title
from .memo.content import Block, Heading, Listing, Memo, Paragraph, Table


def miss_memo(found: Miss, forecast: FrozenForecast, command: str, lang: Language) -> Memo:
    """Return the report on a miss; ``command`` is how it was asked for."""
    name = title(found, lang)
    record = forecast.record
    told = limits(found, lang)
    limited: list[Block] = [
        Heading(translate("miss_limits", lang)), Listing(tuple(told)),
    ] if told else []  # fmt: skip
    blocks: list[Block] = [
        Heading(name, 1),
        Paragraph(sentences(found, lang)[0], strong=True),
        Heading(translate("miss_causes", lang)),
        Table(name, heads(found, lang), tuple(rows(found, lang)), (False, True, True)),
        *limited,
        Heading(translate("memo_method", lang)),
        Paragraph(method(found, lang)),
        Paragraph(record.cite, small=True),
    ]
    stamp = Provenance(
        "frozen forecasts",
        record.scenario,
        str(record.options.seed),
        versions()["opvangsim"],
        record.run,
        command,
    )
    return Memo(name, lang, stamp, tuple(blocks))
