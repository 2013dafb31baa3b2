// Readout: the values at a point in time, by mouse, touch or arrow keys, for screen readers too.

/** An element with a text and a class. */
function made(name, text, style) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (style) element.className = style;
  return element;
}

/** A value with its bands in words: 3,447 (1,633 to 7,811). */
function valueInWords(view, point) {
  const { lang } = view.state;
  if (point.middle === null) return say(lang, "explorer_unknown");
  return [told(point.middle, view.unit, lang), ...point.bands.map((band) => bandInWords(view, band))].join(" ");
}

/** A band in words: (1,633 to 7,811). */
function bandInWords(view, [low, high]) {
  const { lang } = view.state;
  if (low === null || high === null) return "";
  return say(lang, "from_to", { low: told(low, view.unit, lang), high: told(high, view.unit, lang) });
}

/** A simulated probability in percent, never 0 or 100, as the reports have it. */
function probability(kept, lang) {
  const percent = shown(kept, content.units.share);
  if (percent <= 0) return say(lang, "chance_rare");
  if (percent >= 100) return say(lang, "chance_near");
  return say(lang, "shown_as_percent", { value: told(kept, content.units.share, lang) });
}

/** What stands beside a value: the budget, or the chance of a gap. Empty if nothing does. */
function besideInWords(view, point) {
  const { lang } = view.state;
  if (point.budget !== null) return say(lang, "explorer_value_budget", { value: told(point.budget, view.unit, lang) });
  if (point.chance !== null) return say(lang, "explorer_value_chance", { value: probability(point.chance, lang) });
  return "";
}

/** The point in time nearest to a position on the axis. */
function nearestTime(view, position) {
  const away = (time) => Math.abs(positionOf(time) - position);
  return view.times.reduce((best, time) => (away(time) < away(best) ? time : best));
}

/** Scenarios up to which budget or chance stand beside the pointer as well; the table has them. */
const MOST_BESIDE = 5;

/** What is shown beside the pointer. */
function pointedAt(view, position) {
  const { lang } = view.state;
  const time = nearestTime(view, position);
  const box = made("div");
  const list = made("dl");
  for (const one of view.runs) {
    const point = pointOf(view, one, time);
    if (!point) continue;
    const letter = made("dt", one.run.letter);
    letter.style.color = lookOf(one.run).colour;
    const value = made("dd", valueInWords(view, point));
    const beside = view.runs.length <= MOST_BESIDE && besideInWords(view, point);
    if (beside) value.append(made("span", beside, "beside"));
    list.append(letter, value);
  }
  box.append(made("p", raised(timeInWords(lang, time))), list);
  return box;
}

/** All values at a point in time as one sentence, for who hears the page. */
function pointInWords(view, time) {
  const { lang } = view.state;
  const parts = view.runs.flatMap((one) => {
    const point = pointOf(view, one, time);
    if (!point) return [];
    const value = [valueInWords(view, point), besideInWords(view, point)].filter(Boolean).join(", ");
    return [say(lang, "explorer_value", { name: lettered(lang, one.run), value })];
  });
  return `${timeInWords(lang, time)}. ${parts.join("; ")}`;
}

/** By how many points each key goes on. */
const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12, Home: -Infinity, End: Infinity };

/** Reads the chart by keys: `seen` gives the view of the moment and `chart` what draws it. */
function listenToKeys(box, seen, chart) {
  let at = null;
  box.addEventListener("keydown", (event) => {
    const view = seen();
    if (event.key === "Escape") {
      at = null;
      chart.dispatchAction({ type: "hideTip" });
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || !view.times.length) return;
    event.preventDefault();
    const last = view.times.length - 1;
    const start = at === null ? (step > 0 ? -1 : last + 1) : at;
    at = Math.min(Math.max(start + step, 0), last);
    point(box, view, chart, at);
  });
  box.addEventListener("blur", () => {
    at = null;
    chart.dispatchAction({ type: "hideTip" });
  });
}

/** Shows and tells the values of a point in time by its number. */
function point(box, view, chart, at) {
  const time = view.times[at];
  const [x, y] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [positionOf(time), 0]);
  const inside = Math.min(Math.max(y, 20), chart.getHeight() - 40);
  chart.dispatchAction({ type: "showTip", x, y: inside });
  box.setAttribute("aria-valuenow", String(at + 1));
  box.setAttribute("aria-valuetext", pointInWords(view, time));
}

/** What the chart is called and how far its keys reach. */
function describeReader(box, view) {
  const { lang } = view.state;
  box.setAttribute("aria-label", say(lang, "explorer_part", { name: say(lang, "explorer_reader"), what: nameOf(view.state) }));
  box.setAttribute("aria-valuemin", "1");
  box.setAttribute("aria-valuemax", String(Math.max(view.times.length, 1)));
  box.setAttribute("aria-valuenow", "1");
  box.setAttribute("aria-valuetext", view.times.length ? pointInWords(view, view.times[0]) : say(lang, "explorer_nothing"));
}
