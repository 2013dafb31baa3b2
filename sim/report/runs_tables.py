"""What is told of records: runs in a list, a folder verified, made again, and what moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from rich.table import Table

from ..scenario.listing import Difference
from ..scenario.quantity import Quantity
from .i18n import Language, number, translate
from .scenario_listing import spread_text, value_text

SHOWN = 7
"""Letters of a commit that are shown."""


class OtherChange(Protocol):
    """A part of a record that is not as it was, as ``ask.reproduce`` finds it."""

    @property
    def part(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...


def runs_table(rows: Iterable[Mapping[str, Any]], lang: Language) -> Table:
    """Runs and studies, a row each: id, kind, scenario, when, headline gap, folder."""
    table = Table(box=None)
    for key in ("runs_id", "runs_kind", "runs_scenario", "runs_when"):
        table.add_column(translate(key, lang), no_wrap=key != "runs_scenario", overflow="fold")
    table.add_column(translate("runs_gap", lang), justify="right", no_wrap=True)
    table.add_column(translate("runs_folder", lang), overflow="fold")
    for row in rows:
        if row["trouble"]:
            told = trouble_text(row["trouble"], lang)
            table.add_row(row["id"] or "?", row["kind"] or "?", told, "", "", row["folder"])
            continue
        when = row["created"].strftime("%Y-%m-%d %H:%M")
        gap = gap_text(row["headline"], lang)
        table.add_row(row["id"], row["kind"], row["scenario"], when, gap, row["folder"])
    return table


def trouble_text(trouble: str, lang: Language) -> str:
    """Why a folder can't be read, in a language where we have words for it."""
    known = {"foreign": "runs_foreign", "unfinished": "runs_unfinished"}
    return (
        translate(known[trouble], lang)
        if trouble in known
        else translate("runs_bad", lang, why=trouble)
    )


def gap_text(headline: Mapping[str, Any] | None, lang: Language) -> str:
    """A headline gap with its band [EUR billion], and its year where that is not 2027."""
    if headline is None:
        return ""
    low, middle, high = (number(headline[name] / 1e9, lang, 1) for name in ("p10", "p50", "p90"))
    text = f"{middle} {translate('from_to', lang, low=low, high=high)}"
    return text if headline["year"] == 2027 else f"{headline['year']}: {text}"


def finding_text(file: str, what: str, why: str, lang: Language) -> str:
    """A file that is not as its record has it."""
    told = translate(f"verified_{what}", lang)
    return f"{file}: {told} ({why})" if why else f"{file}: {told}"


def alike_text(one: Any, lang: Language) -> str:
    """A file in two folders: equal, or how it differs; of tables the first cell and the largest."""
    told = f"{translate(f'again_{one.state}', lang):<10} {one.name}"
    if one.shape:
        return f"{told}: {translate('again_shape', lang, sizes=one.shape)}"
    if one.cells is None:
        return told
    cells = one.cells
    first = translate(
        "again_cells",
        lang,
        n=number(cells.count, lang),
        row=cells.row,
        name=cells.key,
        column=cells.column,
        before=cells.before,
        after=cells.after,
    )
    if not cells.largest_in:
        return f"{told}: {first}"
    most = translate("again_largest", lang, largest=f"{cells.largest:.6g}", column=cells.largest_in)
    return f"{told}: {first}; {most}"


def other_texts(others: Sequence[OtherChange], lang: Language) -> list[str]:
    """What is not as it was: versions, packages, platform, commit, data, inputs."""
    return [
        translate("again_other", lang, part=translate(f"record_{one.part}", lang), name=one.key,
              before=_short(one, one.before), after=_short(one, one.after))
        for one in others
    ]  # fmt: skip


def _short(one: OtherChange, text: str) -> str:
    return text[:SHOWN] if one.key in ("commit", "program") or one.part == "data" else text


def moved_lines(found: Any, lang: Language) -> list[str]:
    """An entry for 'Results that moved' in a changelog, in Markdown: a point, and what changed."""
    options = found.options
    step = translate("moved_by_day" if options["step"] == "day" else "moved_by_week", lang)
    if found.still:
        n, seed = number(options["replications"], lang), options["seed"]
        return [
            translate("moved_nothing", lang, scenario=found.scenario, step=step, n=n, seed=seed)
        ]
    gaps = "; ".join(
        _from_to("gap", old["year"], _band(old, lang), _band(new, lang), lang)
        for old, new in found.gaps
    )
    places = [number(round(value, -2), lang) for value in found.need]
    need = _from_to("need", found.need_year, places[0], places[1], lang)
    head = translate("moved_head", lang, scenario=found.scenario, step=step, seed=options["seed"],
                 n=number(options["replications"], lang), gaps=gaps, need=need)  # fmt: skip
    causes = [*_causes(found, lang), translate("moved_why", lang)]
    return [_plain(line) for line in (head, *(f"  - {cause}" for cause in causes))]


def _from_to(what: str, year: int, before: str, after: str, lang: Language) -> str:
    key = f"moved_{what}" if before != after else f"still_{what}"
    return translate(key, lang, year=year, before=before, after=after)


def _causes(found: Any, lang: Language) -> list[str]:
    apart = [f"`{name}` {number(count, lang) if count >= 0 else translate('moved_shape', lang)}"
             for name, (count, _) in found.cells.items() if count]  # fmt: skip
    told = [translate("moved_cells", lang, cells=", ".join(apart))]
    told += [_key(change, lang) for change in found.changes]
    for one in found.others:
        if one.part in ("versions", "packages") or one.key in ("commit", "program", "clean"):
            told.append(translate("moved_other", lang, name=one.key, before=_short(one, one.before),
                              after=_short(one, one.after)))  # fmt: skip
    if not found.changes and not found.others:
        told.append(translate("moved_unknown", lang))
    return told


def _key(change: Difference, lang: Language) -> str:
    before, after = (_value(side, lang) for side in (change.left, change.right))
    if before == after:
        return translate("moved_ground", lang, name=change.key)
    return translate("moved_key", lang, name=change.key, before=before, after=after)


def _value(value: Any, lang: Language) -> str:
    told = value_text(value, lang)
    spread = spread_text(value, lang) if isinstance(value, Quantity) else ""
    return f"{told} ({spread})" if spread else told


def _band(row: Mapping[str, Any], lang: Language) -> str:
    low, middle, high = (number(row[f"gap_{name}"] / 1e6, lang) for name in ("p10", "p50", "p90"))
    return f"{middle} {translate('from_to', lang, low=low, high=high)}"


def _plain(text: str) -> str:
    """With the hyphen that a changelog is written with, as it is typed."""
    return text.replace("\N{MINUS SIGN}", "-")
