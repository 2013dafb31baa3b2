// State: what is chosen, kept in the address after the #, so that a view can be linked.

const CHOICES = {
  show: ["values", "difference"],
  by: ["month", "year"],
  middle: ["p50", "mean"],
  band: Object.keys(BANDS),
  basis: ["", "vintage", "nominal"],
  timing: ["cost", "cash"],
};
const PARTS = ["lang", "show", "series", "by", "measure", "from", "to", "middle", "band", "vintage", "level",
  "basis", "timing"];

/** The state in which the page opens. */
function firstState() {
  const years = allYears();
  const first = content.series.find((one) => one.key === "gap:total") || content.series[0];
  return settled({
    lang: content.lang,
    show: "values",
    series: first.key,
    by: "year",
    measure: "",
    from: years[0],
    to: years[years.length - 1],
    middle: "p50",
    band: "80",
    vintage: "",
    level: "",
    basis: "",
    timing: "cost",
    off: [],
  });
}

/**
 * A state in which all choices fit one another: a series may have no months, or one measure.
 * Differences are by year, of money in the terms of the scenarios; without paired runs there are none.
 */
function settled(state) {
  if (state.show === "difference" && content.runs.some(isPaired)) {
    return fitting({ ...state, by: "year", vintage: "", level: "", basis: "", timing: "cost" });
  }
  return fitting({ ...state, show: "values" });
}

function fitting(state) {
  const series = seriesOf(state.series);
  const measures = measuresOf(series);
  const monthless = !("month" in series.units);
  const by = monthless ? "year" : measures.length === 0 ? "month" : state.by;
  const measure = measures.includes(state.measure) ? state.measure : measures[0] || "";
  return { ...state, by, measure };
}

/** A state with some choices changed; years are kept in order. */
function changed(state, changes) {
  const next = { ...state, ...changes };
  if (next.from > next.to) {
    if ("from" in changes) next.to = next.from;
    else next.from = next.to;
  }
  return settled(next);
}

/** The state as the end of an address: only what differs from the first one. */
function toHash(state) {
  const first = firstState();
  const parts = new URLSearchParams();
  for (const name of PARTS) {
    if (state[name] !== first[name]) parts.set(name, state[name]);
  }
  if (state.off.length) parts.set("off", state.off.join(""));
  return parts.toString();
}

/** The state that the end of an address tells; what is not known there is as at first. */
function fromHash(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const years = allYears();
  const allowed = {
    ...CHOICES,
    lang: Object.keys(content.words),
    series: content.series.map((one) => one.key),
    measure: ["mean", "end", "sum"],
    from: years,
    to: years,
    vintage: Object.keys(content.vintages),
    level: content.levels,
  };
  const found = {};
  for (const name of PARTS) {
    const value = allowed[name].find((one) => String(one) === parts.get(name));
    if (value !== undefined) found[name] = value;
  }
  const off = [...(parts.get("off") || "")].filter((one) => content.runs.some((run) => run.letter === one));
  return changed(firstState(), { ...found, off: [...new Set(off)] });
}
