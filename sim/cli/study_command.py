"""Make a command of a study: each field of its options becomes a flag with its help text."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import typer
from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from ..errors import usage_error
from ..studies import Study, Takes
from ..studies.options import StudyOptions, flag_of
from ..studies.options import typed as texts_of
from .checks import check_results
from .completion import complete_key, complete_scenario
from .options import (
    Chain,
    Details,
    Executor,
    First,
    Json,
    Lang,
    Other,
    Out,
    Overrides,
    Quiet,
    Sets,
    Workers,
)
from .output import finish, tell_notes, watched

if TYPE_CHECKING:
    from ..results.executor import Workers as PoolOfWorkers
    from ..scenario import Loaded
    from ..studies.base import Inputs

KEPT = Path("outputs")
"""Folder below which a study that takes long keeps what it has evaluated."""
Parameters = dict[str, tuple[Any, Any]]
"""Type and default of the parameters of a command, by name."""
LEVERS = ("--lever", "--levers")
"""Options that begin with the key of a number."""
ARGUMENTS: dict[Takes, Parameters] = {
    "scenario": {"scenario": (Chain, "baseline")},
    "two scenarios": {
        "a": (First, ...),
        "b": (Other, ...),
    },
    "scenarios": {
        "scenarios": (
            Annotated[
                list[str],
                typer.Argument(
                    metavar="SCENARIO...",
                    help="A scenario, then those to compare with it.",
                    autocompletion=complete_scenario,
                ),
            ],
            ...,
        )
    },
    "plans": {
        "scenarios": (
            Annotated[
                list[str] | None,
                typer.Argument(
                    metavar="SCENARIO...",
                    help="A scenario, or several: the plans to choose from.",
                    show_default="baseline",
                    autocompletion=complete_scenario,
                ),
            ],
            None,
        )
    },
    "sweep": {
        "sweep": (Annotated[Path, typer.Argument(metavar="SWEEP", help="A sweep's folder.")], ...)
    },
}


def study_command(study: Study) -> Callable[..., None]:
    """Return the function of a study's command, for typer to read its parameters from."""
    options = study.options
    parameters = dict(ARGUMENTS[study.takes])
    parameters |= {name: _flag(name, field) for name, field in options.own().items()}
    if study.takes in ("scenario", "scenarios", "plans"):
        parameters["set_"] = (Sets, None)
    if study.is_of_scenarios:
        parameters["override"] = (Overrides, False)
    parameters |= {name: _flag(name, field) for name, field in options.shared().items()}
    parameters |= {"workers": (Workers, 0), "executor": (Executor, None)}
    parameters |= {"out": (Out, None), "lang": (Lang, "en")}
    parameters |= {"quiet": (Quiet, False), "json_": (Json, False)}
    if study.has_details:
        parameters["details"] = (Details, False)

    def command(**typed: Any) -> None:
        values = {name: typed[name] for name in options.model_fields if typed[name] is not None}
        _run(study, values, typed)

    command.__doc__ = study.help
    command.__annotations__ = {name: annotation for name, (annotation, _) in parameters.items()}
    signature = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if default is ... else default,
            annotation=annotation,
        )
        for name, (annotation, default) in parameters.items()
    ]
    command.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    return command


def _flag(name: str, field: FieldInfo) -> tuple[Any, Any]:
    """Return type and default of a flag.

    A field with a placeholder of its own (``metavar``) is passed on as it was typed: its validator
    reads the text.
    """
    flag = flag_of(name, field)
    default: Any = ... if field.is_required() else field.get_default()
    annotation: Any = field.annotation
    if flag.metavar is not None:
        repeated = get_origin(annotation) is tuple and default in (..., ())
        annotation = list[str] if repeated else str
        default = None if default == () else default
        default = ",".join(texts_of(default)) if isinstance(default, tuple) else default
    if type(None) in get_args(annotation):
        annotation = next(one for one in get_args(annotation) if one is not type(None))
    if default is None:
        annotation = annotation | None
    limits = {
        "min": next((one.ge for one in field.metadata if isinstance(one, Ge)), None),
        "max": next((one.le for one in field.metadata if isinstance(one, Le)), None),
    }
    option = typer.Option(
        flag.name,
        metavar=flag.metavar,
        help=field.description,
        hidden=flag.hidden,
        autocompletion=complete_key if flag.name in LEVERS else None,
        **limits,  # type: ignore[arg-type]
    )
    return Annotated[annotation, option], default


def _run(study: Study, values: dict[str, Any], typed: dict[str, Any]) -> None:
    options = study.options.parse(values)
    options.check()
    folders = _finished_runs(study, options, typed)
    load = _loader(study, typed) if not folders else None
    from ..results.executor import open_workers
    from ..studies.base import run_study

    with open_workers(typed["executor"], typed["workers"]) as workers:
        if load is None:
            from ..studies.compare_runs import finished

            options, inputs = finished(folders, typed["year"], workers)
            result = run_study(study, options, lambda: inputs)
        else:
            result = run_study(study, options, partial(load, workers))
    details = typed.get("details", False)
    finish(
        result, typed["out"], typed["lang"], quiet=typed["quiet"], json_=typed["json_"],
        details=details,
    )  # fmt: skip


def _finished_runs(study: Study, options: StudyOptions, typed: dict[str, Any]) -> list[Path]:
    """Return the folders of finished runs that were typed where scenarios may stand."""
    words = [Path(word) for word in typed.get("scenarios") or ()]
    folders = [word for word in words if (word / "run.json").is_file()]
    if not folders or study.name != "compare":
        return []
    if len(folders) < len(words):
        (other, *_) = [word for word in words if word not in folders]
        what = "is not the folder of a finished run, as another one is"
        usage_error(str(other), what, "compare finished runs, or scenarios")
    given = [name for name in ("set_", "override") if typed[name]]
    for name, field in study.options.shared().items():
        given += [name] if getattr(options, name) != field.get_default() else []
    for name in given:
        flag = flag_of(name.rstrip("_"), study.options.model_fields.get(name)).name
        usage_error(flag, "finished runs have their settings", "leave it out")
    return folders


def _loader(study: Study, typed: dict[str, Any]) -> Callable[[PoolOfWorkers], Inputs]:
    """Check the names of scenarios as they were typed; return what loads them."""
    from ..scenario import check_names, parse_chain, parse_chains

    sets = list(typed.get("set_") or [])
    if study.takes == "scenario":
        chains = [(parse_chain(typed["scenario"]), sets)]
    elif study.takes == "two scenarios":
        chains = [(parse_chain(typed[name]), []) for name in ("a", "b")]
    elif study.takes == "scenarios":
        first, *rest = parse_chains(typed["scenarios"])
        if not rest and not sets:
            what = "there is nothing to compare"
            usage_error(study.name, what, "name another scenario, or --set")
        chains = [(first, []), *((chain, sets) for chain in rest or [first])]
    elif study.takes == "plans":
        chains = [(chain, sets) for chain in parse_chains(typed["scenarios"] or ["baseline"])]
    else:
        chains = []
        check_results(typed["sweep"])
    check_names([names for names, _ in chains])

    def load(workers: PoolOfWorkers) -> Inputs:
        from ..scenario import load_chain
        from ..studies.base import Inputs

        scenarios: tuple[Loaded, ...] = tuple(
            load_chain(*chain, overrides=typed.get("override", False)) for chain in chains
        )
        for one in scenarios:
            tell_notes(one)
        watch = watched(typed["quiet"] or typed["json_"])
        kept = KEPT / study.slug / "kept"
        return Inputs(scenarios, typed.get("sweep"), workers, watch, kept=kept)

    return load
