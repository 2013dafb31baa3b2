// Chart: lines with bands by month; dots with bars by year, side by side. Drawn by ECharts as SVG.

const DAY = 86400000;
const SIDE = 0.78;
const MONTHS_BY_NAME = 26;
const NARROW = 560;
const LETTER_HEIGHT = 14;
const PAPER = { width: 983, height: 397 };
// 26 by 10.5 cm, as the style has it for print: a page that is being printed has the size of the screen.

/** Position of a point in time on the axis: a year as its number, a day in days. */
function positionOf(time) {
  return typeof time === "number" ? time : Date.parse(`${time}T00:00:00Z`) / DAY;
}

/**
 * Draws a view, at the size of its box if no other is named; letters at the ends of
 * lines are then moved apart, where their places are known.
 */
function drawView(view, chart, size) {
  chart.resize(size);
  chart.setOption(chartOption(view, chart.getWidth() < NARROW), true);
  if (view.state.by === "month") chart.setOption({ series: lettersApart(view, chart) });
}

/** By how much the letter at the end of each line moves, so that no two touch. */
function lettersApart(view, chart) {
  const ends = view.runs.map((one) => {
    const row = one.numbers.rows[view.state.middle].filter((kept) => kept !== null);
    const at = [0, inUnit(view, row[row.length - 1])];
    return { id: `line-${one.run.letter}`, y: chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, at)[1] };
  });
  const places = apart(ends.map((end) => end.y), LETTER_HEIGHT, chart.getHeight() - 28);
  return ends.map((end, n) => ({ id: end.id, endLabel: { offset: [0, places[n] - end.y] } }));
}

/** Places at least `room` apart, not below `lowest`; those that would touch stand around their mean. */
function apart(wanted, room, lowest) {
  const order = wanted.map((_, n) => n).sort((a, b) => wanted[a] - wanted[b]);
  const groups = [];
  for (const n of order) {
    groups.push([n]);
    while (groups.length > 1 && bottomOf(groups[groups.length - 2], wanted, room) > topOf(groups[groups.length - 1], wanted, room)) {
      const last = groups.pop();
      groups[groups.length - 1].push(...last);
    }
  }
  const places = [...wanted];
  for (const group of groups) {
    const top = topOf(group, wanted, room) + room / 2;
    const above = Math.max(top + (group.length - 1) * room - lowest, 0);
    group.forEach((n, place) => (places[n] = top - above + place * room));
  }
  return places;
}

function middleOf(group, wanted) {
  return group.reduce((sum, n) => sum + wanted[n], 0) / group.length;
}

function topOf(group, wanted, room) {
  return middleOf(group, wanted) - (group.length * room) / 2;
}

function bottomOf(group, wanted, room) {
  return middleOf(group, wanted) + (group.length * room) / 2;
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
    series: [...series, ...figureSeries(view), zeroLine()],
  };
}

/** Numbers of the content in the unit that is shown. */
function inUnit(view, kept) {
  return kept === null ? null : kept / view.unit.per;
}

function monthSeries(view, one) {
  const look = lookOf(one.run);
  const x = one.numbers.times.map(positionOf);
  const bands = view.bands.flatMap(([low, high]) => pieces(one, low, high).flatMap((piece) => {
    const ends = [high, low].map((name) => piece.map((at) => [x[at], inUnit(view, one.numbers.rows[name][at])]));
    return [area(view, one, ...ends), edge(one, ends[0]), edge(one, ends[1])];
  }));
  const row = one.numbers.rows[view.state.middle];
  const line = {
    id: `line-${one.run.letter}`,
    type: "line",
    name: one.run.letter,
    data: x.map((at, n) => [at, inUnit(view, row[n])]),
    showSymbol: x.length === 1,
    symbolSize: 8,
    itemStyle: { color: look.colour },
    lineStyle: { color: look.colour, width: 2.4, type: look.dash.length ? look.dash : "solid" },
    endLabel: { show: true, formatter: one.run.letter, color: look.colour, fontWeight: "bold", fontSize: 13, distance: 5 },
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
function area(view, one, upper, lower) {
  return {
    type: "line",
    data: [...upper, ...[...lower].reverse(), upper[0]],
    symbol: "none",
    silent: true,
    lineStyle: { width: 0 },
    areaStyle: { color: lookOf(one.run).colour, opacity: view.runs.length > 2 ? 0.04 : 0.14 },
    emphasis: { disabled: true },
    z: 2,
  };
}

/** The upper or lower end of a band as a thin line, in the dashes of its scenario. */
function edge(one, points) {
  const { colour, dash } = lookOf(one.run);
  return {
    type: "line",
    data: points,
    symbol: "none",
    silent: true,
    lineStyle: { color: colour, width: 1, opacity: 0.8, type: dash.length ? dash : "solid" },
    emphasis: { disabled: true },
    z: 3,
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
    symbol: `path://${OUTLINES[look.shape]}`,
    symbolKeepAspect: true,
    symbolSize: count > 6 ? 10 : 13,
    itemStyle: dotStyle(look),
    emphasis: { disabled: true },
    z: 6,
  };
  return [...bars, dots, ...budgetMarks(view, one, x, count), lettersAbove(view, one, x)];
}

/** The letter of a scenario above all that is drawn of it in a year. */
function lettersAbove(view, one, x) {
  const { rows } = one.numbers;
  const names = [view.state.middle, ...view.bands.map(([, high]) => high)];
  const top = (n) => Math.max(...names.map((name) => inUnit(view, rows[name][n])));
  return {
    type: "scatter",
    data: x.map((at, n) => [at, top(n)]),
    symbolSize: 12,
    silent: true,
    itemStyle: { color: "transparent", opacity: 1 },
    label: { show: true, formatter: one.run.letter, color: lookOf(one.run).colour, fontWeight: "bold", fontSize: 12, position: "top", distance: 4 },
    labelLayout: { hideOverlap: true },
    emphasis: { disabled: true },
    z: 8,
  };
}

/** A dot of a look: its edge white where it is filled. */
function dotStyle({ colour, shape }) {
  if (isOpen(shape)) return { color: "#ffffff", borderColor: colour, borderWidth: 2, opacity: 1 };
  return { color: colour, borderColor: "#ffffff", borderWidth: 1, opacity: 1 };
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
    showAllSymbol: true,
    symbol: depth === 0 ? "rect" : "none",
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
    symbol: "none",
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
    axisPointer: { triggerEmphasis: false },
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
  const step = byName ? monthStep(months, narrow) : 12;
  const at = [];
  for (let month = 0; ; month += step) {
    const day = Date.UTC(from, month, 1) / DAY;
    if (day > last) return { at, byName };
    at.push(day);
  }
}

/** Every how many months one is named, so that names have room. */
function monthStep(months, narrow) {
  if (narrow || months > 13) return 6;
  return months > 7 ? 3 : 1;
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
