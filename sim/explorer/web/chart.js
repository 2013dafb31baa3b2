// Chart: lines with bands by month; dots with bars by year, side by side. Drawn by ECharts as SVG.

const DAY = 86400000;
const SIDE = 0.78;
const MONTHS_BY_NAME = 26;

/** Position of a point in time on the axis: a year as its number, a day in days. */
function positionOf(time) {
  return typeof time === "number" ? time : Date.parse(`${time}T00:00:00Z`) / DAY;
}

/** What ECharts is to draw for a view. */
function chartOption(view, narrow) {
  const byMonth = view.state.by === "month";
  const series = view.runs.flatMap((one, place) =>
    byMonth ? monthSeries(view, one) : yearSeries(view, one, place),
  );
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: INK },
    grid: { left: 4, right: byMonth ? 26 : 14, top: 14, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: byMonth ? monthAxis(view, narrow) : yearAxis(view),
    yAxis: valueAxis(view),
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      className: "pointed",
      axisPointer: { type: "line", snap: true, animation: false, lineStyle: { color: SOFT, type: "solid" } },
      formatter: (points) => pointedAt(view, points[0].axisValue),
    },
    series: [...series, zeroLine()],
  };
}

/** Numbers of the content in the unit that is shown. */
function inUnit(view, kept) {
  return kept === null ? null : kept / view.unit.per;
}

function monthSeries(view, one) {
  const look = lookOf(one.run);
  const x = one.numbers.times.map(positionOf);
  const bands = view.bands.flatMap(([low, high]) => pieces(one, low, high).map((piece) => area(view, one, x, piece, low, high)));
  const row = one.numbers.rows[view.state.middle];
  const line = {
    type: "line",
    name: one.run.letter,
    data: x.map((at, n) => [at, inUnit(view, row[n])]),
    showSymbol: x.length === 1,
    symbolSize: 8,
    itemStyle: { color: look.colour },
    lineStyle: { color: look.colour, width: 2.4, type: look.dash.length ? look.dash : "solid" },
    endLabel: { show: true, formatter: one.run.letter, color: look.colour, fontWeight: "bold", fontSize: 13, distance: 5 },
    labelLayout: { moveOverlap: "shiftY" },
    emphasis: { disabled: true },
    z: 5,
  };
  return [...bands, line];
}

/** Stretches of points at which both ends of a band are known. */
function pieces(one, low, high) {
  const { rows } = one.numbers;
  const found = [[]];
  rows[low].forEach((value, at) => {
    if (value !== null && rows[high][at] !== null) found[found.length - 1].push(at);
    else if (found[found.length - 1].length) found.push([]);
  });
  return found.filter((piece) => piece.length);
}

/** A band over a stretch of points: along its upper end and back along its lower one. */
function area(view, one, x, piece, low, high) {
  const { rows } = one.numbers;
  const colour = lookOf(one.run).colour;
  const side = (name) => piece.map((at) => [x[at], inUnit(view, rows[name][at])]);
  return {
    type: "line",
    data: [...side(high), ...side(low).reverse(), side(high)[0]],
    showSymbol: false,
    silent: true,
    lineStyle: { color: colour, width: 0.7, opacity: 0.55 },
    areaStyle: { color: colour, opacity: 0.13 },
    emphasis: { disabled: true },
    z: 2,
  };
}

function yearSeries(view, one, place) {
  const look = lookOf(one.run);
  const count = view.runs.length;
  const x = one.numbers.times.map((year) => year + SIDE * ((place + 0.5) / count - 0.5));
  const row = one.numbers.rows[view.state.middle];
  const bars = view.bands.map(([low, high], depth) => whiskers(view, one, x, low, high, depth));
  const dots = {
    type: "scatter",
    name: one.run.letter,
    data: x.map((at, n) => [at, inUnit(view, row[n])]),
    symbol: look.shape,
    symbolSize: count > 6 ? 8 : 11,
    itemStyle: look.shape.startsWith("empty") ? { color: look.colour, borderColor: look.colour } : { color: look.colour, borderColor: "#ffffff", borderWidth: 1 },
    label: { show: true, formatter: one.run.letter, color: look.colour, fontWeight: "bold", fontSize: 12, position: "right", distance: 3 },
    labelLayout: { hideOverlap: true },
    emphasis: { disabled: true },
    z: 6,
  };
  return [...bars, dots, ...budgetMarks(view, one, x, count)];
}

/** A bar from one end of a band to the other at each year; inner bands are thicker. */
function whiskers(view, one, x, low, high, depth) {
  const { rows } = one.numbers;
  const colour = lookOf(one.run).colour;
  return {
    type: "line",
    data: x.flatMap((at, n) => [
      [at, inUnit(view, rows[low][n])],
      [at, inUnit(view, rows[high][n])],
      [at, null],
    ]),
    connectNulls: false,
    showSymbol: depth === 0,
    showAllSymbol: true,
    symbol: "rect",
    symbolSize: [8, 2],
    itemStyle: { color: colour },
    silent: true,
    lineStyle: { color: colour, width: depth === 0 ? 1.8 : 6, opacity: depth === 0 ? 1 : 0.45 },
    emphasis: { disabled: true },
    z: 3 + depth,
  };
}

/** The budget as a black stroke where the scenario's dot stands. */
function budgetMarks(view, one, x, count) {
  const { budget } = one.numbers;
  if (!budget) return [];
  const half = (0.5 * SIDE) / count;
  return [{
    type: "line",
    data: x.flatMap((at, n) => [
      [at - half, inUnit(view, budget[n])],
      [at + half, inUnit(view, budget[n])],
      [at + half, null],
    ]),
    connectNulls: false,
    showSymbol: false,
    silent: true,
    lineStyle: { color: INK, width: 3, type: "solid" },
    emphasis: { disabled: true },
    z: 7,
  }];
}

/** The line at zero, where numbers lie on both sides of it. */
function zeroLine() {
  const line = { color: INK, width: 1, type: "solid" };
  return { type: "line", data: [], markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: line, data: [{ yAxis: 0 }] } };
}

function axisLook() {
  return {
    axisLine: { show: true, onZero: false, lineStyle: { color: SOFT } },
    splitLine: { show: false },
    axisLabel: { color: INK, fontSize: 12, hideOverlap: true },
    axisTick: { show: true, lineStyle: { color: SOFT } },
  };
}

function yearAxis(view) {
  const look = axisLook();
  const years = view.times;
  return {
    ...look,
    type: "value",
    min: years[0] - 0.5,
    max: years[years.length - 1] + 0.5,
    axisLabel: { ...look.axisLabel, customValues: years, formatter: String },
    axisTick: { ...look.axisTick, customValues: years },
  };
}

function monthAxis(view, narrow) {
  const look = axisLook();
  const { lang } = view.state;
  const from = yearOf(view.times[0]);
  const last = positionOf(view.times[view.times.length - 1]);
  const first = positionOf(`${from}-01-01`);
  const starts = monthStarts(first, last, narrow);
  return {
    ...look,
    type: "value",
    min: first,
    max: Math.max(last, first + 1),
    axisLabel: { ...look.axisLabel, customValues: starts.at, alignMinLabel: "left", formatter: (at) => startName(lang, at, starts.byName) },
    axisTick: { ...look.axisTick, customValues: starts.at },
  };
}

/** First days that the axis names: of months where there are few, else of years. */
function monthStarts(first, last, narrow) {
  const from = new Date(first * DAY).getUTCFullYear();
  const months = Math.round((last - first) / 30.44);
  const byName = months <= MONTHS_BY_NAME;
  const step = !byName ? 12 : months <= 12 && !narrow ? 1 : months <= 13 ? 3 : 6;
  const at = [];
  for (let month = 0; ; month += step) {
    const day = Date.UTC(from, month, 1) / DAY;
    if (day > last) return { at, byName };
    at.push(day);
  }
}

function startName(lang, at, byName) {
  const day = new Date(at * DAY);
  const year = day.getUTCFullYear();
  if (!byName) return String(year);
  return `${say(lang, `month_short_${day.getUTCMonth() + 1}`)} ${year}`;
}

function valueAxis(view) {
  const { lang } = view.state;
  const look = axisLook();
  return {
    ...look,
    type: "value",
    minInterval: view.unit.decimals ? 0.1 : 1,
    splitLine: { show: true, lineStyle: { color: PALE } },
    axisTick: { show: false },
    axisLine: { show: false },
    axisLabel: { ...look.axisLabel, formatter: (value) => written(value, Number.isInteger(value) ? 0 : 1, lang) },
  };
}
