// Data: what the content holds for a run in a state of the page.

const LETTERS = "ABCDEFGHIJ";
const BANDS = {
  none: [],
  50: [["p25", "p75"]],
  80: [["p10", "p90"]],
  90: [["p05", "p95"]],
  both: [["p10", "p90"], ["p25", "p75"]],
};

const content = JSON.parse(document.getElementById("content").textContent);
content.runs.forEach((run, place) => {
  run.letter = LETTERS[place];
  run.place = place;
});

function seriesOf(key) {
  return content.series.find((one) => one.key === key);
}

function isMoney(key) {
  return key.startsWith("gap:") || key.startsWith("cost:");
}

/** Ways in which a series can be shown by year. */
function measuresOf(series) {
  return Object.keys(series.units).filter((way) => way !== "month");
}

/** How the points of the state lie: by month, or by a measure of the year. */
function wayOf(state) {
  return state.by === "month" ? "month" : state.measure;
}

function unitOf(state) {
  return seriesOf(state.series).units[wayOf(state)];
}

/** All years of which some run has numbers. */
function allYears() {
  const days = content.runs.flatMap((run) => run.days.map((day) => Number(day.slice(0, 4))));
  const years = new Set([...days, ...content.runs.flatMap((run) => run.budgetYears)]);
  return [...years].sort();
}

function shownRuns(state) {
  return content.runs.filter((run) => !state.off.includes(run.letter));
}

/** A block of numbers by row: one row for each name. */
function rowsOf(place, names) {
  const numbers = undone(content.numbers[place]);
  const width = numbers.length / names.length;
  return Object.fromEntries(names.map((name, row) => [name, numbers.slice(row * width, (row + 1) * width)]));
}

/** In what a run's money is stated: as chosen, or as the scenario itself does. */
function moneyOf(run, state) {
  return {
    vintage: state.vintage || run.own.vintage,
    level: state.level || run.own.level,
    basis: state.basis || run.own.basis,
  };
}

/** Where the numbers of a line of money lie in a run; undefined if it has none. */
function moneyPlaces(run, state, line) {
  const { vintage, level, basis } = moneyOf(run, state);
  return run.money?.[vintage]?.[level]?.[state.timing]?.[basis]?.[line];
}

function moneyNumbers(run, state) {
  const [what, line] = state.series.split(":");
  const places = moneyPlaces(run, state, line);
  if (!places || (what === "gap" && places.length === 1)) return null;
  const rows = rowsOf(places[what === "gap" ? 1 : 0], content.statistics);
  const held = places.length > 1;
  return {
    times: run.budgetYears,
    rows,
    budget: held && what === "cost" ? rowsOf(places[2], ["budget"]).budget : null,
    chance: held && what === "gap" ? rowsOf(places[3], ["chance"]).chance : null,
  };
}

function tableNumbers(run, state) {
  const way = wayOf(state);
  const place = way === "month" ? run.monthly[state.series] : run.yearly[way]?.[state.series];
  if (place === undefined) return null;
  const times = way === "month" ? run.days : run.years;
  return { times, rows: rowsOf(place, content.statistics), budget: null, chance: null };
}

/** Whether a run has differences to the first one. */
function isPaired(run) {
  return Object.keys(run.difference.yearly || {}).length > 0;
}

/** The first run, to which the others are compared. */
function baseOf() {
  return content.runs[0];
}

/** Differences of a run to the first one, replication by replication. */
function differenceNumbers(run, state) {
  const [what, line] = state.series.split(":");
  const money = isMoney(state.series);
  const places = money ? run.difference.money?.[line] : [run.difference.yearly?.[state.measure]?.[state.series]];
  const place = places?.[what === "gap" ? 1 : 0];
  if (place === undefined) return null;
  return { times: money ? run.budgetYears : run.years, rows: rowsOf(place, content.statistics), budget: null, chance: null };
}

function yearOf(time) {
  return typeof time === "number" ? time : Number(time.slice(0, 4));
}

/**
 * What a run has for the state: points in time, numbers by statistic, budget and chance beside
 * them; only the years asked for, and only points at which something is known. Null if nothing.
 */
function numbersOf(run, state) {
  const all = state.show === "difference" ? differenceNumbers(run, state)
    : isMoney(state.series) ? moneyNumbers(run, state) : tableNumbers(run, state);
  if (all === null) return null;
  const kept = all.times.flatMap((time, at) => {
    const inside = state.from <= yearOf(time) && yearOf(time) <= state.to;
    const known = all.rows.mean[at] !== null || all.budget?.[at] != null;
    return inside && known ? [at] : [];
  });
  const pick = (row) => row && kept.map((at) => row[at]);
  return kept.length === 0 ? null : {
    times: pick(all.times),
    rows: Object.fromEntries(Object.entries(all.rows).map(([name, row]) => [name, pick(row)])),
    budget: pick(all.budget),
    chance: pick(all.chance),
  };
}

/** What is to be seen in a state: the runs that have it, and all their points in time. */
function viewOf(state) {
  const runs = [];
  const lacking = [];
  for (const run of shownRuns(state)) {
    if (state.show === "difference" && run === baseOf()) continue;
    const numbers = numbersOf(run, state);
    if (numbers) runs.push({ run, numbers });
    else lacking.push(run);
  }
  const times = [...new Set(runs.flatMap((one) => one.numbers.times))].sort();
  return { state, runs, lacking, times, unit: content.units[unitOf(state)], bands: BANDS[state.band] };
}

/** The numbers of a run at a point in time: middle, band by band, budget, chance. Null if none. */
function pointOf(view, one, time) {
  const at = one.numbers.times.indexOf(time);
  if (at < 0) return null;
  const { rows, budget, chance } = one.numbers;
  return {
    middle: rows[view.state.middle][at],
    bands: view.bands.map(([low, high]) => [rows[low][at], rows[high][at]]),
    budget: budget && budget[at],
    chance: chance && chance[at],
  };
}
