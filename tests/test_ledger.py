"""The book of people."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import Clock, StepLength
from sim.errors import ModelError
from sim.model.books import Track
from sim.model.ledger import AccountSpec, Ledger, Order


def small(step: StepLength = "day") -> Ledger:
    accounts = [
        AccountSpec("outside", "people", external=True),
        AccountSpec("queue", "people", 2, aged=True, waits_to="done"),
        AccountSpec("done", "people", 2),
        AccountSpec("elsewhere", "other", external=True),
    ]
    ledger = Ledger(accounts, Clock(date(2025, 1, 1), date(2025, 4, 30), step), 2, 6, {})
    by_cohort = np.array([[1, 2, 3, 0, 0, 4, 0], [0, 0, 0, 5, 0, 0, 0]])
    ledger.open_aged("queue", by_cohort, np.array([-165, -135, -105, -75, -45, -15, 0.0]))
    ledger.begin()
    return ledger


def counts(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


def test_a_move_leaves_the_total_of_its_book_as_it_was() -> None:
    ledger = small()
    ledger.move(counts([3, 1], [0, 5]), "queue", "done")
    ledger.move(counts([10, 0], [2, 2]), "outside", "queue")
    ledger.check_balance()
    assert ledger.stocks["queue"].tolist() == [[17, 4], [12, 2]]
    assert ledger.stocks["outside"].tolist() == [[-10], [-4]]


def test_a_flow_is_booked_to_its_cell_its_month_and_its_replication() -> None:
    ledger = small()
    steps = list(ledger.clock.steps())
    moved, came = counts([3, 1], [0, 5]), counts([10, 0], [2, 2])
    for day, count in ((0, moved), (40, came), (41, came)):
        ledger.at(steps[day])
        ledger.move(count, "queue", "done") if day == 0 else ledger.move(count, "outside", "queue")
        assert ledger.flow_in_step("queue", "done").any() == (day == 0)
    nothing = np.zeros_like(moved)
    for pair, expected in (
        (("queue", "done"), [moved, nothing, nothing, nothing]),
        (("outside", "queue"), [nothing, came * 2, nothing, nothing]),
    ):
        assert (ledger.flows[pair] == np.array(expected)).all(), pair


def test_a_stock_can_not_go_negative() -> None:
    with pytest.raises(ModelError, match="done would go negative on 2025-01-01"):
        small().move(counts([1, 0], [0, 0]), "done", "queue")


def test_a_negative_number_can_not_move() -> None:
    with pytest.raises(ModelError, match="negative number"):
        small().move(counts([-1, 0], [0, 0]), "queue", "done")


def test_nothing_moves_from_one_book_to_another() -> None:
    with pytest.raises(ModelError, match="crosses books"):
        small().move(counts([1, 0], [0, 0]), "queue", "elsewhere")


def test_a_stock_changed_past_the_ledger_is_found() -> None:
    ledger = small()
    ledger.stocks["done"][0, 0] += 1
    with pytest.raises(ModelError, match="the book of people does not balance"):
        ledger.check_balance()


def test_the_oldest_or_the_newest_leave_first() -> None:
    left: dict[Order, list[int]] = {
        "oldest": [0, 0, 2, 0, 0, 4, 0],
        "newest": [1, 2, 3, 0, 0, 0, 0],
    }
    for first, stay in left.items():
        ledger = small()
        ledger.move(counts([4, 0], [0, 0]), "queue", "done", first)
        assert ledger.cohort_counts["queue"][0, 0, :7].tolist() == stay
        assert ledger.cohort_counts["queue"][1, 0, :7].tolist() == [1, 2, 3, 0, 0, 4, 0]


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("come", "oldest", "newest")),
            st.integers(0, 12),
            st.lists(st.integers(0, 9), min_size=4, max_size=4),
        ),
        max_size=12,
    )
)
@settings(deadline=None)
def test_who_leaves_is_whom_a_list_of_single_people_says(
    events: list[tuple[str, int, list[int]]],
) -> None:
    ledger = small()
    steps = list(ledger.clock.steps())
    opening = ([0, 1, 1, 2, 2, 2, 5, 5, 5, 5], [3] * 5)
    people = [[list(cell) for cell in opening] for _ in range(2)]
    day = 0
    for what, days, cells in events:
        day = min(day + days, len(steps) - 1)
        ledger.at(steps[day])
        asked = np.array(cells, dtype=np.int64).reshape(2, 2)
        if what == "come":
            ledger.move(asked, "outside", "queue")
        else:
            asked = np.minimum(asked, ledger.stocks["queue"])
            ledger.move(asked, "queue", "done", "oldest" if what == "oldest" else "newest")
        for row, column in np.ndindex(2, 2):
            mine, many = people[row][column], int(asked[row, column])
            if what == "come":
                mine += [6 + ledger.step.month] * many
            elif many:
                mine.sort(reverse=what == "newest")
                del mine[:many]
    ledger.check_balance()
    for row, column in np.ndindex(2, 2):
        by_month = np.bincount(people[row][column], minlength=ledger.cohorts)
        assert ledger.cohort_counts["queue"][row, column].tolist() == by_month.tolist()


def test_waits_are_counted_from_the_day_of_entry() -> None:
    ledger = small()
    steps = list(ledger.clock.steps())
    ledger.at(steps[10])
    ledger.move(counts([3, 0], [0, 0]), "queue", "done")
    # One person came 165 days before the start, two came 135 days before it; they leave on day 10.
    assert ledger.wait_days["queue"][0].tolist() == [[175 + 2 * 145, 0], [0, 0]]


def test_two_who_come_on_day_3_and_leave_on_day_10_waited_14_days() -> None:
    ledger = small()
    steps = list(ledger.clock.steps())
    ledger.at(steps[3])
    ledger.move(counts([2, 0], [0, 0]), "outside", "queue")
    ledger.at(steps[10])
    ledger.move(counts([2, 0], [0, 0]), "queue", "done", "newest")
    assert ledger.wait_days["queue"][0].tolist() == [[14, 0], [0, 0]]


def test_waits_are_kept_by_months_of_age_and_the_longest_as_ten_years() -> None:
    """Of the people of small() the first came six months ago and the next two five months ago."""
    ledger = small()
    ledger.move(counts([3, 0], [0, 0]), "queue", "done")
    assert ledger.waits[0].sum(axis=(1, 2)).tolist() == [3, 0]
    assert ledger.waits[0, 0, Track.GENERAL, :8].tolist() == [0, 0, 0, 0, 0, 2, 1, 0]

    accounts = [
        AccountSpec("queue", "people", aged=True, waits_to="out"),
        AccountSpec("out", "people"),
    ]
    old = Ledger(accounts, Clock(date(2025, 1, 1), date(2025, 1, 31)), 1, 150, {})
    old.open_aged("queue", np.eye(1, 151, 10, dtype=np.int64) * 4, np.zeros(151))
    old.begin()
    old.move(counts([4]), "queue", "out")
    assert old.waits[0, 0, Track.GENERAL].tolist() == [0] * 120 + [4]


def test_who_still_waits_is_kept_at_each_snapshot_by_track_and_age() -> None:
    """Of two cells with people of one and two months ago, the second belongs to another track."""
    accounts = [
        AccountSpec("queue", "people", width=2, aged=True, waits_to="out"),
        AccountSpec("out", "people", width=2),
    ]
    ledger = Ledger(accounts, Clock(date(2025, 1, 1), date(2025, 1, 31), "day"), 1, 2, {})
    ledger.set_tracks("queue", [Track.GENERAL, Track.OTHER])
    ledger.open_aged("queue", np.array([[3, 5, 0], [7, 0, 0]]), np.zeros(3))
    ledger.begin()
    assert ledger.still_waiting[0, 0, :, :4].tolist() == [[0, 0, 7, 0], [0, 5, 3, 0]]
    ledger.move(np.array([[4, 6]]), "queue", "out")
    for step in ledger.clock.steps():
        ledger.at(step)
        ledger.close_step()
    assert ledger.still_waiting[1, 0, :, :4].tolist() == [[0, 0, 1, 0], [0, 4, 0, 0]]
    assert ledger.waits[0, 0, :, :4].tolist() == [[0, 0, 6, 0], [0, 1, 3, 0]]
    assert (ledger.still_waiting[1].sum(axis=(1, 2)) == ledger.snapshots["queue"][1].sum()).all()


def test_what_is_left_of_a_month_leaves_before_the_next_month_does() -> None:
    ledger = small()
    for stay in ([0, 1, 3, 0, 0, 4, 0], [0, 0, 2, 0, 0, 4, 0], [0, 0, 0, 0, 0, 4, 0]):
        ledger.move(counts([2, 0], [0, 0]), "queue", "done")
        assert ledger.cohort_counts["queue"][0, 0, :7].tolist() == stay


def test_every_day_of_a_weekly_step_counts_as_a_person_day() -> None:
    ledger = small("week")
    first, second, *_ = ledger.clock.steps()
    for step in (first, second):
        ledger.at(step)
        ledger.close_step()
    assert second.days == 7
    assert ledger.days["queue"][0].tolist() == [[10 * (first.days + 7), 5 * (first.days + 7)]] * 2


def test_newest_first_reaches_back_as_far_as_it_needs() -> None:
    ledger = small()
    ledger.move(counts([9, 5], [0, 0]), "queue", "done", "newest")
    assert ledger.cohort_counts["queue"][0, 0].sum() == 1
    assert ledger.cohort_counts["queue"][0, 0, 0] == 1
    ledger.check_balance()


def test_a_single_row_moves_in_every_replication_and_other_counts_of_rows_are_refused() -> None:
    ledger = small()
    ledger.move(counts([3, 1]), "queue", "done")
    assert ledger.stocks["done"].tolist() == [[3, 1], [3, 1]]
    with pytest.raises(ValueError, match="broadcast"):
        ledger.move(counts([1, 0], [1, 0], [1, 0]), "queue", "done")
    assert ledger.stocks["done"].tolist() == [[3, 1], [3, 1]]


def test_parts_of_people_do_not_move() -> None:
    with pytest.raises(TypeError, match="same_kind"):
        small().move(np.array([[1.5, 0.0], [0.0, 0.0]]), "queue", "done")
