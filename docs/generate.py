"""Pages of the documentation that are made from the product when the site is built.

A hook of MkDocs (see mkdocs.yml): it adds pages to the site and writes nothing into the repository.
It reads the product through its command line and its public Python names only.
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import sim
from sim.cli.commands import commands
from sim.report.display_names import line_label
from sim.report.i18n import dutch, labels
from sim.report.page_style import FONTS, font_file, house_css
from sim.results.budget import outline

ROOT = Path(__file__).parent.parent
SEARCH_SHIM = "javascripts/iframe-worker.js"
"""Lets the search of the theme work when pages are opened from disk (iframe-worker, MIT)."""


def on_env(env: Any, *, config: MkDocsConfig, **_: Any) -> Any:
    """Load the search shim from the site itself; the theme would fetch it from the network."""
    config.extra["polyfills"] = [SEARCH_SHIM]
    return env


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page()))
    for path, data in {**house_files(), **notebook_pictures(TUTORIAL)}.items():
        files.append(File.generated(config, path, content=data))
    return files


def house_files() -> dict[str, str | bytes]:
    """Style and font of the house, which the answers and the offline page have as well."""
    faces = "".join(
        f'@font-face {{ font-family: "Open Sans"; font-weight: {weight}; font-display: swap;\n'
        f'  src: url("../fonts/{name}") format("woff2"); }}\n'
        for weight, name in FONTS.items()
    )
    fonts = {f"fonts/{name}": font_file(name) for name in FONTS.values()}
    return {"stylesheets/house.css": faces + house_css(), **fonts}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace a line ``<!-- table: FILE.csv -->`` by the table in that file of the repository."""
    return re.sub(
        r"^<!-- table: (\S+\.csv) -->$",
        lambda found: markdown_table(
            pd.read_csv(ROOT / found[1]).rename(columns=lambda name: name.replace("_", " "))
        ),
        markdown,
        flags=re.M,
    )


# -- Markdown ------------------------------------------------------------------------------------


def cell(value: Any) -> str:
    """Text of a table cell: a missing value is empty, and nothing breaks the table."""
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA:
        return ""
    if isinstance(value, float):
        value = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def markdown_table(table: pd.DataFrame, code: Sequence[str] = ()) -> str:
    """A data frame as a Markdown table; columns in ``code`` are set as code."""
    rules = ["--:" if pd.api.types.is_numeric_dtype(table[name]) else "---" for name in table]
    lines = ["| " + " | ".join(row) + " |" for row in (map(str, table.columns), rules)]
    for _, row in table.iterrows():
        cells = (
            f"`{cell(row[name])}`" if name in code and cell(row[name]) else cell(row[name])
            for name in table.columns
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def key_table(table: pd.DataFrame) -> str:
    """A table whose first column, of long keys, is wide."""
    return f'<div class="keys" markdown>\n\n{markdown_table(table, ["key"])}\n\n</div>'


# -- Commands ------------------------------------------------------------------------------------


def output(*words: str) -> str:
    """What a command prints."""
    command = [str(Path(sys.executable).with_name("opvangsim")), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.rstrip() + "\n"


def help_text(*words: str) -> str:
    """The help screen of a command, as the terminal shows it."""
    return output(*words, "--help")


def subcommands(text: str) -> list[str]:
    """Names below the headings of a help screen that are not its options."""
    parts = re.split(r"^(?=\S.*:$)", text, flags=re.M)
    below = [part for part in parts if not re.match("(Usage|Arguments|Options):", part)]
    return [name for part in below for name in re.findall(r"^  ([a-z][\w-]*)", part, flags=re.M)]


def commands_page() -> str:
    """One section per command: its help screen."""
    top = help_text()
    names: list[tuple[str, ...]] = [(name,) for name in subcommands(top)]
    with ThreadPoolExecutor(2) as pool:
        screens = dict(zip(names, pool.map(lambda words: help_text(*words), names), strict=True))
        inner = [(*words, name) for words in names for name in subcommands(screens[words])]
        screens |= zip(inner, pool.map(lambda words: help_text(*words), inner), strict=True)
    parts = [
        "# Commands",
        "Every command prints its own help with `--help`. A command ends with exit code 0; with 2 "
        "when the input is wrong; with 3 when a check answers no.",
        f"```text\n{top}```",
    ]
    for words in names:
        parts.append(f"## {' '.join(words)}\n\n```text\n{screens[words]}```")
        for deeper in (other for other in inner if other[:1] == words):
            parts.append(f"### {' '.join(deeper)}\n\n```text\n{screens[deeper]}```")
    return "\n\n".join(parts) + "\n"


def json_page() -> str:
    """The JSON Schema of what each command prints with ``--json``."""
    printing = {" ".join(words): one.record for words, one in commands().items() if one.record}
    names = {"errors": "command_records:Errors"} | printing
    of_record: dict[str, list[str]] = {}
    for command, record in names.items():
        of_record.setdefault(record, []).append(command)
    rows = pd.DataFrame(
        {
            "command": command,
            "record": f"[{record.partition(':')[2]}](#{record.partition(':')[2].lower()})",
        }
        for command, record in names.items()
    )
    parts = [
        "# JSON of the commands",
        "With `--json` a command prints one JSON document on the standard output and nothing else "
        "there; notes and warnings are on the error stream. If something is wrong the exit code is "
        "not 0, and the last line of the error stream is a document like `errors`. What is not a "
        "number is null. `opvangsim json-schema COMMAND` prints these schemas, such as "
        "`opvangsim json-schema scenario list`.",
        markdown_table(rows, ["command"]),
    ]
    for record, having in of_record.items():
        title = record.partition(":")[2]
        schema = output("json-schema", *having[0].split())
        used = ", ".join(f"`{command}`" for command in having)
        parts.append(f"## {title}\n\n{used}\n\n```json\n{schema}```")
    return "\n\n".join(parts) + "\n"


# -- Python --------------------------------------------------------------------------------------


def signature(name: str, item: Any) -> str:
    """A call as code, one parameter a line where it is long; annotations without quotes."""
    try:
        found = inspect.signature(item)
    except (TypeError, ValueError):
        return name
    parameters = [part for part in found.parameters.values() if part.name != "self"]
    found = found.replace(parameters=parameters)
    text = found.format(max_width=80 - len(name)) if sys.version_info >= (3, 13) else str(found)
    text = name + re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)
    if len(text) > 88 and "\n" not in text:
        inner, _, result = text[len(name) + 1 :].rpartition(")")
        parts = re.split(r", (?=\*?\w+(?::|=|,|$)|\*(?:,|$))", inner)
        text = f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){result}"
    return text


def docstring(item: Any) -> str:
    """A docstring as Markdown: headings of numpydoc sections become bold lines."""
    text = inspect.getdoc(item) or ""
    text = re.sub(r"^(\w[\w ]*)\n-{3,}$", r"**\1**\n", text, flags=re.M)
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    text = re.sub(r"::$", ":", text, flags=re.M)
    blocks = [
        f"```python\n{inspect.cleandoc(block)}\n```" if block.lstrip().startswith(">>>") else block
        for block in text.split("\n\n")
    ]
    return "\n\n".join(blocks)


def members(item: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class defines, in alphabetical order."""
    for name, member in inspect.getmembers(item):
        own = any(name in vars(base) for base in item.__mro__ if base.__module__.startswith("sim"))
        if own and not name.startswith("_") and (callable(member) or isinstance(member, property)):
            yield name, member


def python_page() -> str:
    """Public names of ``import sim``: functions first, then classes with their methods."""
    items = {name: getattr(sim, name) for name in sorted(sim.__all__)}
    parts = ["# Python", docstring(sim), "## Functions"]
    for name, item in items.items():
        if not inspect.isclass(item):
            parts.append(f"### sim.{name}\n\n```python\n{signature(f'sim.{name}', item)}\n```")
            parts.append(docstring(item))
    parts.append("## Classes")
    for name, item in items.items():
        if inspect.isclass(item):
            parts.append(f"### {name}\n\n{docstring(item)}")
            for method, member in members(item):
                parts.append(f"#### {name}.{method}")
                if not isinstance(member, property):
                    parts.append(f"```python\n{signature(f'.{method}', member)}\n```")
                parts.append(docstring(member))
    return "\n\n".join(parts) + "\n"


# -- Scenarios -----------------------------------------------------------------------------------


def resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference in the JSON Schema, also the one inside ``allOf``."""
    while True:
        if "$ref" in node:
            name = node["$ref"].removeprefix("#/definitions/")
            name = re.sub("%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), name)
            node = schema["definitions"][name.replace("~1", "/")]
        elif len(node.get("allOf", ())) == 1:
            node = node["allOf"][0]
        else:
            return node


def kind_of(node: dict[str, Any]) -> str:
    """What a key of the schema takes, in words."""
    properties = node.get("properties", {})
    if "enum" in node:
        return " or ".join(map(str, node["enum"]))
    if "value" in properties:
        return "number"
    if properties:
        return "text in en and nl" if set(properties) == {"en", "nl"} else "section"
    if r"\d{4}-\d{2}" in node.get("pattern", ""):
        return "date"
    names = {"integer": "whole number", "boolean": "true or false", "string": "text"}
    return names.get(node.get("type", "string"), str(node.get("type")))


def schema_rows(
    schema: dict[str, Any], node: dict[str, Any], path: str
) -> Iterator[tuple[str, ...]]:
    """Keys of a part of the schema with kind and meaning, depth first."""
    for name, below in node.get("properties", {}).items():
        here = f"{path}.{name}".lstrip(".")
        meaning = below.get("description", "")
        inner = resolve(schema, below)
        many = inner.get("additionalProperties")
        if isinstance(many, dict):
            here, inner = f"{here}.NAME", resolve(schema, many)
        elif inner.get("type") == "array" and isinstance(inner.get("items"), dict):
            here, inner = f"{here}[]", resolve(schema, inner["items"])
        unit = re.search(r" \[([^\]]+)\]$", meaning)
        kind = kind_of(inner)
        if kind == "number" and unit:
            kind = f"number [{unit[1]}]"
        yield here, kind, meaning.removesuffix(unit[0]) if unit else meaning
        if kind == "section":
            yield from schema_rows(schema, inner, here)


def keys_page() -> str:
    """Every key of a scenario file, from the schema."""
    schema = sim.schema()
    rows = list(schema_rows(schema, resolve(schema, schema["else"]), ""))
    parts = [
        "# Keys of a scenario file",
        "Made from the JSON Schema that `opvangsim scenario schema` prints. `NAME` stands for a "
        "name of your choice, `[]` for the entries of a list. A number is written as one number, "
        "or as a mapping with `value`, `unit`, `source` or `assumption`, and `spread` for its "
        "uncertainty; see [how to write a scenario](../how-to/scenario.md).",
        "Keys that belong to the start date begin with those words. Who changes `start` has to "
        "set each of them: `opvangsim scenario show NAME --start --brief` lists those of a "
        "scenario.",
    ]
    top = dict.fromkeys(re.split(r"[.\[]", row[0])[0] for row in rows)
    for section in top:
        own = [row for row in rows if re.split(r"[.\[]", row[0])[0] == section]
        table = pd.DataFrame(own, columns=["key", "kind", "meaning"])
        parts.append(f"## {section}\n\n{key_table(table)}")
    return "\n\n".join(parts) + "\n"


def parameters_page() -> str:
    """Every number of the baseline with unit, distribution, and source or assumption."""
    parts = [
        "# Parameters of the baseline",
        "Every number of `scenarios/baseline.yaml`, as `opvangsim scenario show baseline` prints "
        "it. Numbers with a distribution are uncertain and drawn once per replication; titles of "
        "the sources are on the page [data and sources](sources.md).",
    ]
    rows: dict[str, list[tuple[str, ...]]] = {}
    for entry in re.split(r"\n(?=\S+ = )", output("scenario", "show", "baseline")):
        key, _, rest = entry.partition(" = ")
        value, *lines = rest.splitlines()
        facts = dict(line.strip().partition(": ")[::2] for line in lines if ": " in line)
        if "source" in facts or "assumption" in facts:
            basis = "; ".join(facts[name] for name in ("source", "assumption") if name in facts)
            row = (key, value, facts.get("spread", ""), basis)
            rows.setdefault(key.split(".")[0], []).append(row)
    for section, numbers in rows.items():
        table = pd.DataFrame(
            numbers, columns=["key", "value", "distribution", "source or assumption"]
        )
        parts.append(f"## {section}\n\n{key_table(table)}")
    return "\n\n".join(parts) + "\n"


def scenarios_page() -> str:
    """The shipped scenarios with their headline gap, what each assumes and what it asks."""
    table = sim.list_scenarios().reset_index()
    billions = [table[name] / 1e9 for name in ("gap_2027", "gap_2027_p10", "gap_2027_p90")]
    shown = pd.DataFrame(
        {
            "name": table["name"],
            "title": table["title"],
            "assumes and asks": [sim.load(name).model.description.en for name in table["name"]],
            "gap of 2027 [EUR billion]": [
                "" if pd.isna(mid) else f"{mid:.1f} ({low:.1f} to {high:.1f})"
                for mid, low, high in zip(*billions, strict=True)
            ],
        }
    )
    return (
        "# Shipped scenarios\n\nAs `opvangsim scenario list` prints them: median gap with its 80% "
        f"interval, from 100 replications in weekly steps.\n\n{markdown_table(shown, ['name'])}\n"
    )


def sources_page() -> str:
    """Sources and assumptions of the baseline, and what rests on each."""
    table = sim.load("baseline").sources()
    cited = table[table["kind"] == "source"]
    assumed = table[table["kind"] != "source"]
    columns = {
        "source": "key",
        "mark": "mark",
        "text": "title",
        "keys": "numbers that cite it",
    }
    parts = [
        "# Data and sources",
        "The product carries the data it needs. `opvangsim scenario sources` lists, for any "
        "scenario, each source with its edition, date, address and licence, and the numbers "
        "that rest on it.",
        "Sources marked *press* come first: only the press or a campaign site gives the figure, "
        "and no document behind it is known. *Quoted* is a known document, read as the press or "
        "another site quotes it; the listing says who. The others were read directly. Each "
        "figure of the parliamentary document (EK-36600-XX-E) names its question, of the 82, "
        "and the party that asked it.",
        "## Sources of the baseline",
        markdown_table(cited[list(columns)].rename(columns=columns), ["key"]),
        "## Assumptions of the baseline",
        "In the order of the scenario file, with the number of keys that rest on each; "
        "`opvangsim scenario sources` lists them by their effect on the gap of 2027.",
        markdown_table(assumed[["text", "keys"]].rename(columns={"text": "assumption"})),
    ]
    return "\n\n".join(parts) + "\n"


# -- Results -------------------------------------------------------------------------------------


def questions_page() -> str:
    """The 82 questions of the Senate, their kind, and the command that answers each."""
    table = sim.list_questions().reset_index()
    table.insert(2, "vraag", sim.list_questions("nl")["question"].to_numpy())
    table["command"] = [f"opvangsim answer {number}" for number in table["number"]]
    table.columns = ["no.", *table.columns[1:]]
    parts = [
        "# The 82 questions of the Senate",
        "From the parliamentary document 36 600 XX, letter E (7 February 2025), in own words. "
        "*Computed*: a number with its uncertainty from simulations. *A known figure*: a published "
        "number, looked up. *No number*: the question asks for a document, a judgement or a number "
        "that nobody keeps; the command says which. Short answers are in one table: "
        "[Nederlands](../answers.md), [English](../answers-en.md). `make answers` writes all "
        "answers as pages with a chart, in both languages; their list can be searched.",
        markdown_table(table, ["command"]),
    ]
    return "\n\n".join(parts) + "\n"


def glossary_page() -> str:
    """Terms, words for keys, names of results and meanings of keys in both languages."""
    rows = pd.read_csv(ROOT / "sim" / "locale" / "glossary.csv", dtype=str, keep_default_na=False)
    columns = {"dutch": "Dutch", "english": "English", "key": "in code", "meaning": "meaning"}
    terms = rows[rows["list"] == "term"][list(columns)]
    words = rows[rows["list"] == "scenario key"][["dutch", "key", "meaning"]]
    names = [
        (found[1], texts["en"], texts["nl"])
        for key, texts in sorted(labels().items())
        if (found := re.fullmatch(r"cell_(\w+)", key)) and "{" not in texts["en"]
    ]
    numbers = sim.load("baseline").show()
    meanings = pd.DataFrame(
        {
            "key": numbers["key"].str.split(".").str[-1],
            "English": numbers["meaning"],
            "Dutch": numbers["meaning"].map(dutch()),
        }
    )
    parts = [
        "# Glossary",
        "English and Dutch terms, and the names they have in code and tables. Institutions keep "
        "their Dutch names.",
        markdown_table(terms.rename(columns=columns), ["in code"]),
        "## Dutch words for the keys of a scenario file",
        "An error names the English key where a Dutch word was written.",
        markdown_table(words.rename(columns=columns), ["in code"]),
        "## Budget lines",
        markdown_table(budget_lines(), ["line", "part of"]),
        "## Names of results",
        markdown_table(pd.DataFrame(names, columns=["name", "English", "Dutch"]), ["name"]),
        "## Meaning of the keys in both languages",
        markdown_table(meanings.dropna().drop_duplicates(["English"]), ["key"]),
    ]
    return "\n\n".join(parts) + "\n"


def budget_lines() -> pd.DataFrame:
    """Every budget line with its name in both languages and the line it is part of."""
    return pd.DataFrame(
        {
            "line": line.name,
            "English": line_label(line.name, "en"),
            "Dutch": line_label(line.name, "nl"),
            "part of": line.part_of,
        }
        for line, _ in outline()
    )


def copied(name: str) -> Callable[[], str]:
    """A page that is a file at the top of the repository; its links lead into the site."""

    def page() -> str:
        text = (ROOT / name).read_text("utf-8").replace("](docs/", "](../")
        return text.replace("](sim/locale/glossary.csv)", "](../reference/glossary.md)")

    return page


# -- Notebooks -----------------------------------------------------------------------------------

TUTORIAL = "8_from_one_number_to_a_plan"
"""Notebook that is a page of the site as well: its numbers are those of its cells."""


def notebook_cells(name: str) -> list[dict[str, Any]]:
    """Cells of a notebook in git, with what they put out."""
    cells: list[dict[str, Any]] = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text())[
        "cells"
    ]
    return cells


def notebook_pictures(name: str) -> dict[str, str | bytes]:
    """Pictures of a notebook, by their path in the site."""
    found: dict[str, str | bytes] = {}
    for cell_ in notebook_cells(name):
        for n, put_out in enumerate(cell_.get("outputs", ())):
            data = put_out.get("data", {})
            if "image/png" in data:
                found[f"images/{cell_['id']}-{n}.png"] = b64decode("".join(data["image/png"]))
    return found


def put_out_as_markdown(put_out: dict[str, Any], picture: str) -> str:
    """What a cell puts out: Markdown, a table, a picture with its words, or plain text."""
    data = {kind: "".join(text) for kind, text in put_out.get("data", {}).items()}
    if "image/png" in data:
        alt = put_out["metadata"].get("image/png", {}).get("alt", "Chart of the cell above")
        return f"![{alt.replace('[', '(').replace(']', ')')}]({picture})"
    if "text/markdown" in data:
        return data["text/markdown"]
    if "text/html" in data:
        return re.sub(r"<style.*?</style>\n?", "", data["text/html"], flags=re.S)
    return f"```text\n{''.join(put_out.get('text', data.get('text/plain', ''))).rstrip()}\n```"


def notebook_page(name: str) -> Callable[[], str]:
    """A page that is a notebook: its prose, its code, and what the code put out."""

    def page() -> str:
        parts = []
        for cell_ in notebook_cells(name):
            text = "".join(cell_["source"])
            if cell_["cell_type"] == "markdown":
                parts.append(re.sub(r"^# \d+\. ", "# ", text))
                continue
            if not cell_["metadata"].get("jupyter", {}).get("source_hidden"):
                parts.append(f"```python\n{text}\n```")
            for n, put_out in enumerate(cell_["outputs"]):
                parts.append(put_out_as_markdown(put_out, f"images/{cell_['id']}-{n}.png"))
        return "\n\n".join(parts) + "\n"

    return page


PAGES: dict[str, Callable[[], str]] = {
    "tutorial-plan.md": notebook_page(TUTORIAL),
    "reference/commands.md": commands_page,
    "reference/json.md": json_page,
    "reference/python.md": python_page,
    "reference/scenario-keys.md": keys_page,
    "reference/parameters.md": parameters_page,
    "reference/scenarios.md": scenarios_page,
    "reference/sources.md": sources_page,
    "reference/glossary.md": glossary_page,
    "reference/questions.md": questions_page,
    "project/changelog.md": copied("CHANGELOG.md"),
    "project/contributing.md": copied("CONTRIBUTING.md"),
}
