"""The compiled engine: its cache, its twin in plain Python, and the rules that it keeps."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core import config
from support.scenarios import change, world_of

from sim.clock import StepLength
from sim.errors import ModelError
from sim.model import compiled, engine
from sim.model.accounts import MOVES, Account
from sim.model.books import move
from sim.model.chances import Chance, GroupChance, hazard, new_chances, work_out_chances
from sim.model.draws import Stream
from sim.model.engine import ACTORS, COMPILING, calendar, end_of_step, simulate
from sim.model.ledger import Ledger
from sim.model.numbers import GroupNumber, Number, PlaceNumber
from sim.model.state import Actor, SimState
from sim.scenario import Scenario, quantities

ROOT = Path(__file__).parent.parent
HASHED = """
import hashlib, json, sys
from datetime import timedelta
from sim.model import compiled, engine, procedure
from sim.scenario import load

name, days, *few = sys.argv[1:]
scenario = load(name)
until = scenario.start + timedelta(int(days) - 1)
actors = [getattr(engine, one) for one in few] or engine.ACTORS
ledger = engine.simulate(scenario, 2, 1, until=until, actors=actors)
found = hashlib.sha256()
for array in (*ledger.books[:-1], *ledger.books.ages, *ledger.record):
    found.update(array.tobytes())
stats = getattr(procedure.book_rulings, "stats", None)
kept = sum(stats.cache_hits.values()) if stats else 0
folder = str(compiled.cache_folder())
print(json.dumps({"hash": found.hexdigest(), "folder": folder, "kept": kept}))
"""


def hashed(*words: str, root: Path = ROOT, **settings: str) -> dict[str, Any]:
    """Hash of all arrays of a ledger in a process of its own, in which a warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", HASHED, *words],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr in ("", f"{COMPILING}\n")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# -- what is compiled, and what is kept of it ---------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("name", ["baseline", "constrained"])
def test_without_compilation_the_same_code_gives_the_same_bytes(name: str) -> None:
    """All actors, over three weeks with a month end in them."""
    plain = hashed(name, "21", NUMBA_DISABLE_JIT="1")
    assert plain["hash"] == hashed(name, "21", NUMBA_DISABLE_JIT="0")["hash"]


@pytest.mark.long
def test_what_was_compiled_is_kept_until_any_source_of_the_engine_changes(tmp_path: Path) -> None:
    """The file of the courts stays as it is when one they draw from changes."""
    for part in ("sim", "scenarios"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    words = ("baseline", "5", "calendar", "courts", "end_of_step")
    cold, warm = (hashed(*words, root=tmp_path) for _ in range(2))
    assert Path(cold["folder"]).is_relative_to(tmp_path)
    assert (cold["kept"], warm["kept"]) == (0, 1)
    assert (warm["hash"], warm["folder"]) == (cold["hash"], cold["folder"])

    file, right = (
        tmp_path / "sim" / "model" / "draws.py",
        "return trials - count if turned else count\n",
    )
    source = file.read_text("utf-8")
    assert source.count(right) == 1
    file.write_text(source.replace(right, "return trials if turned else count\n"), "utf-8")
    changed = hashed(*words, root=tmp_path)
    assert changed["kept"] == 0
    assert changed["hash"] != cold["hash"]
    assert changed["hash"] == hashed(*words, root=tmp_path, NUMBA_DISABLE_JIT="1")["hash"]

    file.write_text(source, "utf-8")
    again = hashed(*words, root=tmp_path)
    assert (again["kept"], again["hash"]) == (1, cold["hash"])


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A package of one file, in which nothing is compiled yet, and the cache of its user."""
    package, users = tmp_path / "package", tmp_path / "users"
    package.mkdir()
    (package / "one.py").write_text("ONE = 1\n")
    (tmp_path / "clock.py").write_text("")
    monkeypatch.setattr(compiled, "HERE", package)
    monkeypatch.setenv("XDG_CACHE_HOME", str(users))
    return package, users


found_folder = compiled.cache_folder.__wrapped__
"""The search itself: in a run it is done once."""


def test_the_cache_lies_beside_the_source_and_is_named_after_all_of_it(
    homes: tuple[Path, Path],
) -> None:
    package, users = homes
    first = found_folder()
    assert first is not None
    assert first.is_dir()
    assert first.parent == package / "__pycache__"
    assert found_folder() == first
    (package / "one.py").write_text("ONE = 2\n")
    second = found_folder()
    (package / "two.py").write_text("")
    assert len({first, second, found_folder()}) == 3
    assert not users.exists()


def locked(monkeypatch: pytest.MonkeyPatch, how: str, *folders: Path) -> None:
    """Let nothing be written in these folders."""
    access, mkdir = os.access, Path.mkdir

    def inside(path: object) -> bool:
        return any(Path(str(path)).is_relative_to(folder) for folder in folders)

    def refuse(self: Path, *words: Any, **settings: Any) -> None:
        if inside(self):
            raise PermissionError
        mkdir(self, *words, **settings)

    if how == "mkdir":
        monkeypatch.setattr(Path, "mkdir", refuse)
    else:
        monkeypatch.setattr(
            os, "access", lambda path, mode: not inside(path) and access(path, mode)
        )


@pytest.mark.parametrize("how", ["mkdir", "access"])
def test_a_package_that_may_not_be_written_uses_the_cache_of_its_user(
    homes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    package, users = homes
    locked(monkeypatch, how, package)
    folder = found_folder()
    assert folder is not None
    assert folder.is_dir()
    assert folder.parent == users / "opvangsim"


@pytest.mark.parametrize("how", ["mkdir", "access"])
def test_where_nothing_may_be_written_functions_are_compiled_and_not_kept(
    homes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    locked(monkeypatch, how, *homes)
    assert found_folder() is None
    monkeypatch.setattr(compiled, "cache_folder", found_folder)
    double: Callable[[int], int] = compiled.compiled(lambda number: 2 * number)
    assert double(21) == 42


def test_who_has_no_home_has_no_cache_there(
    homes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError

    package, _ = homes
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    folder = found_folder()
    assert folder is not None
    assert folder.is_relative_to(package)
    locked(monkeypatch, "mkdir", package)
    assert found_folder() is None


def test_folders_of_older_versions_are_removed(homes: tuple[Path, Path]) -> None:
    package, _ = homes
    cache = package / "__pycache__"
    others = [cache / f"compiled-{number:016x}" for number in range(compiled.OLD_FOLDERS_KEPT + 2)]
    for number, other in enumerate(others):
        other.mkdir(parents=True)
        (other / "a.nbi").touch()
        os.utime(other, (number, number))
    (cache / "one.pyc").touch()
    (cache / "compiled-by-me").mkdir()
    mine = others[0] / "mine.txt"
    mine.touch()
    os.utime(others[0], (0, 0))
    folder = found_folder()
    assert folder is not None
    assert {path.name for path in cache.iterdir()} == {
        folder.name,
        others[0].name,
        *(other.name for other in others[2:]),
        "compiled-by-me",
        "one.pyc",
    }
    assert list(others[0].iterdir()) == [mine]


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="nothing is compiled")
def test_compilation_is_told_once_in_a_process_that_keeps_nothing(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for module in (compiled, engine):
        monkeypatch.setattr(module, "cache_folder", lambda: None)
    monkeypatch.setattr(config, "DISABLE_JIT", 0)
    engine.tell_of_compilation.cache_clear()
    for _ in range(2):
        simulate(baseline, 1, 1, until=baseline.start, actors=(calendar,))
    engine.tell_of_compilation.cache_clear()
    assert caplog.messages == [engine.COMPILING_AGAIN]


# -- rules of the ledger ------------------------------------------------------------------------


def negative_move(world: SimState) -> None:
    move(world.books, world.today, 1, Account.OUTSIDE, Account.STATUS_HOLDERS, -5)


def too_many_move(world: SimState) -> None:
    move(world.books, world.today, 1, Account.TRANSIT, Account.SETTLED, 10**6)


def unknown_move(world: SimState) -> None:
    """Compiled steps have cells for the flows of known moves only."""
    move(world.books, world.today, 1, Account.SETTLED, Account.OUTSIDE, 5)


def a_bed_too_many(world: SimState) -> None:
    world.ledger.stocks["beds"][1, 0] += 1


def a_month_too_many(world: SimState) -> None:
    world.ledger.cohort_counts["pending"][1, 0, 3] += 1


def less_than_nobody(world: SimState) -> None:
    """The sum over all months is right."""
    world.ledger.cohort_counts["pending"][1, 0, -2:] += np.array([-1, 1], dtype=np.int32)


@pytest.mark.parametrize("first", [0, 40])
@pytest.mark.parametrize(
    ("wrong", "day", "what"),
    [
        (negative_move, 3, "a negative number moves from outside to status_holders"),
        (too_many_move, 3, "transit would go negative"),
        (unknown_move, 3, "nobody moves from settled to outside in compiled steps"),
        (a_bed_too_many, 3, "the book of beds does not balance"),
        (a_month_too_many, 4, "the ages of pending do not add up"),
        (less_than_nobody, 4, "the ages of pending do not add up"),
    ],
)
def test_a_broken_rule_ends_the_run_in_its_step_and_is_told_in_full(
    baseline: Scenario, wrong: Callable[[SimState], None], day: int, what: str, first: int
) -> None:
    """By account, day and replication; ages are looked at when a month ends, as on day 4."""
    begun: list[int] = []

    def err(world: SimState) -> Actor:
        for step, moment in world.steps(hour=10):
            yield world.until(moment)
            begun.append(step.day)
            if step.day == day:
                wrong(world)

    when = date(2025, 1, 27) + timedelta(day)
    told = f"^{what} on {when}, in replication {first + 1}$"
    with pytest.raises(ModelError, match=told):
        simulate(
            baseline,
            3,
            1,
            vary=("process",),
            first=first,
            until=date(2025, 2, 10),
            actors=(calendar, err, end_of_step),
        )
    assert begun[-1] == day


def test_ages_that_go_wrong_are_found_at_the_month_end(baseline: Scenario) -> None:
    def err(world: SimState) -> Actor:
        yield world.until(1.0)
        a_month_too_many(world)

    with pytest.raises(ModelError, match="do not add up on 2025-01-31, in replication 1"):
        simulate(baseline, 2, 1, until=date(2025, 2, 10), actors=(calendar, err, end_of_step))


def test_a_broken_rule_is_told_at_the_end_where_no_actor_closes_the_steps(
    baseline: Scenario,
) -> None:
    def err(world: SimState) -> Actor:
        yield world.until(0.0)
        too_many_move(world)

    with pytest.raises(ModelError, match="transit would go negative on 2025-01-27"):
        simulate(baseline, 2, 1, until=date(2025, 2, 10), actors=(err,))


def test_of_two_broken_rules_the_first_is_told(baseline: Scenario) -> None:
    world = world_of(baseline, replications=2)
    too_many_move(world)
    move(world.books, world.today, 0, Account.OUTSIDE, Account.ACCOMPANYING, -1)
    with pytest.raises(ModelError, match=r"transit would go negative on .* replication 1"):
        world.ledger.close_step()


# -- actors in plain Python ---------------------------------------------------------------------


BACK = ("transit", "status_holders")
"""A move that no actor of the model makes."""


def goes_back(world: SimState) -> Actor:
    """From February on three people a day go back from transit to reception."""
    for step, moment in world.steps(hour=13):
        yield world.until(moment)
        if step.month:
            there = np.minimum(world.ledger.stocks["transit"], 3)
            world.ledger.move(there, *BACK)


@pytest.mark.slow
def test_an_actor_of_ones_own_may_make_a_move_that_no_other_makes(baseline: Scenario) -> None:
    assert BACK not in {(one.name.lower(), other.name.lower()) for one, other in MOVES}
    until = date(2025, 3, 31)
    ledger = simulate(baseline, 3, 1, until=until, actors=(*ACTORS, goes_back))
    without = simulate(baseline, 3, 1, until=until)
    ledger.check_balance()
    assert ledger.flows[BACK][:, :, 0].tolist() == [[0] * 3, [84] * 3, [93] * 3]
    for pair, flow in without.flows.items():
        assert (ledger.flows[pair][0] == flow[0]).all(), pair
    # What leaves reception so late changes who is housed, but not who applies.
    assert (ledger.flows["outside", "pending"] == without.flows["outside", "pending"]).all()
    assert_flows_explain_stocks(ledger)
    assert_flows_explain_stocks(without)


def assert_flows_explain_stocks(ledger: Ledger) -> None:
    """Each month's change of a stock is what came less what left, in every replication."""
    for name, stock in ledger.snapshots.items():
        change = np.diff(stock.astype(np.int64), axis=0).sum(axis=2)
        came = sum(flow.sum(axis=2) for (_, to), flow in ledger.flows.items() if to == name)
        left = sum(flow.sum(axis=2) for (of, _), flow in ledger.flows.items() if of == name)
        assert (change == came - left).all(), name


@pytest.mark.parametrize("stream", Stream)
def test_an_actor_takes_its_luck_from_the_stream_of_its_name_alone(
    baseline: Scenario, stream: Stream
) -> None:
    """Other keys of other streams change nothing of what it books."""
    others = [other for other in Stream if other is not stream]
    actor = next(one for one in ACTORS if one.__name__ == stream.name.lower())

    def booked(*spoilt: Stream) -> list[bytes]:
        def spoil(world: SimState) -> Actor:
            world.draws.keys[list(spoilt)] ^= np.uint64(1)
            yield world.until(0.0)

        actors = (calendar, spoil, actor, end_of_step)
        until = baseline.start + timedelta(1)
        ledger = simulate(baseline, 3, 1, vary=("process",), until=until, actors=actors)
        return [flow.tobytes() for flow in ledger.flows.values()]

    assert booked(*others) == booked()
    assert booked(stream) != booked()


# -- what stands where --------------------------------------------------------------------------


def test_every_number_that_steps_read_is_one_of_a_scenario(baseline: Scenario) -> None:
    """The baseline states all but those that a scenario may leave out."""
    because = {"assumption": "a test"}
    optional: dict[str, Any] = {
        "inflow.total": {"value": 25_000, "unit": "persons/year"} | because,
        "reception.places.regular.level": {"value": 40_000, "unit": "places"} | because,
    }
    factors = {f"groups.{group}.leave_factor" for group in baseline.groups}
    optional |= {path: {"value": 1.1, "unit": "factor"} | because for path in factors}
    stated = {path for path, _ in quantities(baseline)}
    read = {number.path for number in Number}
    by_group = {number.path for number in GroupNumber if number.path}
    read |= {f"groups.{group}.{path}" for group in baseline.groups for path in by_group}
    assert read - stated == {"inflow.total"} | factors
    stated = {path for path, _ in quantities(change(baseline, optional))}
    assert read <= stated
    for number in PlaceNumber:
        paths = {f"reception.places.{name}.{number.path}" for name in baseline.reception.places}
        assert paths & stated, number


def test_each_number_and_each_account_has_a_place_of_its_own() -> None:
    for listed in (Number, GroupNumber, PlaceNumber, Account, Chance, GroupChance, Stream):
        assert [int(member) for member in listed] == list(range(len(listed.__members__)))
    for listed in (Number, PlaceNumber):
        assert len({member.path for member in listed}) == len(listed)
    assert len(set(MOVES)) == len(MOVES)
    for source, target in MOVES:
        assert source.book == target.book, (source, target)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["day", "week"])
def test_the_chances_of_each_step_follow_from_its_numbers_and_its_length(
    baseline: Scenario, step: StepLength
) -> None:
    """They are worked out anew only where something changed: at last in the leap year."""
    scenario = change(baseline, {"courts.delay_days": {2025: 200, date(2025, 3, 5): 100}})
    seen: list[int] = []

    def look(world: SimState) -> Actor:
        for at, moment in world.steps(hour=1):
            yield world.until(moment)
            fresh = new_chances(world.replications, len(world.groups))
            work_out_chances(fresh, world.numbers, world.today)
            for found, expected in zip(world.chances, fresh, strict=True):
                assert (found == expected).all(), at.date
            days = 200 if at.date < date(2025, 3, 5) else 100
            ruled = world.chances.single[:, Chance.RULED]
            assert ruled == pytest.approx(1 - np.exp(-at.days / days))
            seen.append(at.days)

    simulate(scenario, 2, 1, vary=(), step=step, until=date(2028, 3, 31), actors=(calendar, look))
    assert len(set(seen)) > (step == "week")


def test_a_constant_hazard_over_days_is_that_of_a_day_over_and_over() -> None:
    assert hazard(40.0, 7) == pytest.approx(1 - (1 - hazard(40.0, 1)) ** 7)
    assert hazard(40.0, 1) == pytest.approx(1 - np.exp(-1 / 40))


@pytest.mark.slow
def test_the_numbers_of_each_day_are_those_of_the_scenario_on_it(baseline: Scenario) -> None:
    """Number by number against ``Parameters``, through dates on which they change, and a hold."""
    total = {"value": {date(2025, 9, 1): 30_000, 2027: 20_000}, "assumption": "a test"}
    scenario = change(
        baseline,
        {
            "inflow.first": {2025: 26_500, date(2025, 3, 5): 10_000, 2026: 53_000},
            "inflow.total": total | {"unit": "persons/year"},
            "groups.turkey.work": {2025: 1, date(2025, 6, 10): 2},
            "housing.homes": {
                "value": {2026: 15_000, 2027: 30_000},
                "between": "straight",
                "assumption": "a test",
            },
        },
    )
    world = world_of(scenario, replications=3)
    hold = scenario.ind.holds[0]
    held = world.groups.index(hold.group)
    for day in range(0, world.clock.days, 3):
        world.current.refresh(day)
        today, numbers = world.clock.date_of(day), world.numbers
        for number in Number:
            expected: Any = world.values.at(number.path, day)
            if number is Number.TOTAL and today < date(2025, 9, 1):
                expected = np.nan
            found = numbers.single[:, number]
            assert np.array_equal(found, np.broadcast_to(expected, 3), equal_nan=True), number
        for index, group in enumerate(world.groups):
            work = world.values.at(f"groups.{group}.work", day)
            assert (numbers.group[:, GroupNumber.WORK, index] == work).all()
        is_open = not hold.begins <= today < hold.ends
        assert (numbers.group[:, GroupNumber.IS_OPEN, held] == is_open).all(), today
