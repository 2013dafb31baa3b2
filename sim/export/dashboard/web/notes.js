// Notes: what is seen in a sentence, how to read it, and where it comes from.

/** Name of what is seen: the series, or its difference to the first scenario. */
function nameOf(state) {
  const name = seriesOf(state.series).name[state.lang];
  return state.show === "difference" ? say(state.lang, "explorer_difference", { first: baseOf().letter, name }) : name;
}

/** Name of the unit; a difference of shares is in percentage points. */
function unitIn(state) {
  const points = state.show === "difference" && unitOf(state) === "share";
  return points ? say(state.lang, "explorer_points") : unitName(state.lang, unitOf(state));
}

/** Name of what is seen with its unit. */
function titleOf(state) {
  return say(state.lang, "explorer_in_unit", { name: nameOf(state), unit: unitIn(state) });
}

/** What is seen, in a sentence or two. */
function viewInWords(view) {
  const { lang, by, measure, from, to, middle, band, series } = view.state;
  const way = say(lang, `explorer_view_by_${by}`);
  const measured = by === "year" && !isMoney(series) ? `${way}, ${say(lang, `explorer_measure_${measure}`)}` : way;
  const text = say(lang, "explorer_view", {
    series: nameOf(view.state),
    by: measured,
    from,
    to,
    middle: say(lang, `explorer_middle_${middle}`),
    band: say(lang, band === "none" ? "explorer_view_no_band" : `explorer_band_${band}`),
    count: view.runs.length,
  });
  const money = isMoney(series) && view.runs.length ? [moneyInWords(view)] : [];
  return [text, ...money, ...figureNotes(view)].join(" ");
}

/** Budget, cost level and price level; run by run where they are not the same. */
function moneyInWords(view) {
  const { lang } = view.state;
  const timing = say(lang, `explorer_timing_${view.state.timing}`);
  const stated = view.runs.map(({ run }) => {
    const { vintage, level, basis } = moneyOf(run, view.state);
    const held = run.vintages[vintage];
    const prices = basis === "nominal" ? say(lang, "prices_nominal") : say(lang, "prices_of", { year: held.prices });
    return [say(lang, "explorer_money", { vintage: held.title[lang], level: say(lang, `level_${level}`), prices, timing }), run.letter];
  });
  if (new Set(stated.map(([text]) => text)).size === 1) return `${stated[0][0]}.`;
  return say(lang, "compare_prices", { each: byLetters(lang, stated).join(" / ") });
}

/** How to read the view: sentences. */
function notesOf(view) {
  const { lang, middle, band, series } = view.state;
  const notes = [say(lang, `explorer_note_middle_${middle}`)];
  for (const width of band === "both" ? ["50", "80"] : band === "none" ? [] : [band]) notes.push(say(lang, `explorer_note_band_${width}`));
  if (view.state.show === "difference") notes.push(say(lang, "explorer_note_difference", { first: lettered(lang, baseOf()) }), ...unpairedNotes(view));
  else if (band !== "none" && view.runs.length > 1) notes.push(say(lang, unlike(view) ? "explorer_note_unlike" : "explorer_note_overlap"));
  notes.push(...(isMoney(series) ? moneyNotes(view) : timeNotes(view)));
  notes.push(...varyNotes(view), ...view.lacking.filter((run) => !run.difference.unpaired || view.state.show === "values").map((run) => say(lang, "explorer_note_lacking", { name: lettered(lang, run) })));
  notes.push(say(lang, "explorer_note_rounded"));
  return notes;
}

/** Why runs have no difference to the first one. */
function unpairedNotes(view) {
  const { lang } = view.state;
  return byLetters(lang, content.runs.filter((run) => run.difference.unpaired).map((run) =>
    [say(lang, `explorer_unpaired_${run.difference.unpaired}`, { first: baseOf().letter }), run.letter]));
}

/** Whether the runs shown meet other futures than one another. */
function unlike(view) {
  const futures = view.runs.map(({ run }) => [run.seed, run.replications, run.step, run.vary.join()].join());
  return new Set(futures).size > 1;
}

function moneyNotes(view) {
  const { lang, series } = view.state;
  const notes = [];
  if (view.state.show === "difference") return notes;
  if (series.startsWith("gap:")) notes.push(say(lang, "explorer_note_gap"));
  if (view.runs.some((one) => one.numbers.budget?.some((held) => held !== null))) notes.push(say(lang, "explorer_note_budget"));
  for (const { run } of view.runs) {
    if (run.closed) notes.push(say(lang, "explorer_note_closed", { name: run.letter }));
  }
  if (series.endsWith(":total")) notes.push(...beforeStartNotes(view));
  return notes;
}

/** What the first year holds of the days before the start of a run. */
function beforeStartNotes(view) {
  const { lang } = view.state;
  const texts = view.runs.flatMap(({ run, numbers }) => {
    const [day] = run.days;
    const places = moneyPlaces(run, view.state, "before_start");
    if (!places || day.endsWith("-01-01") || !numbers.times.includes(yearOf(day))) return [];
    const amount = rowsOf(places[0], content.statistics).p50[run.budgetYears.indexOf(yearOf(day))];
    const text = say(lang, "before_start", { year: yearOf(day), amount: told(amount, content.units.EUR, lang), date: dayInWords(lang, day) });
    return [[text, run.letter]];
  });
  return byLetters(lang, texts);
}

/** Each text once, after the letters of all runs that it holds for. */
function byLetters(lang, texts) {
  const letters = new Map();
  for (const [text, letter] of texts) letters.set(text, [...(letters.get(text) || []), letter]);
  return [...letters].map(([text, found]) => say(lang, "explorer_value", { name: found.join(", "), value: text }));
}

/** What a point of a series by month is; of which years a sum or average lacks days. */
function timeNotes(view) {
  const { lang, by, measure, series } = view.state;
  if (by === "month") {
    const flow = seriesOf(series).units.month.endsWith("/month");
    const stock = measuresOf(seriesOf(series)).includes("end");
    return flow ? [say(lang, "explorer_note_flow")] : stock ? [say(lang, "explorer_note_stock")] : [];
  }
  if (measure === "end") return [];
  return byLetters(lang, view.runs.flatMap(({ run, numbers }) => {
    const parts = partYears(run).filter(([year]) => numbers.times.includes(year));
    return parts.map(([year, first, last]) => [
      say(lang, "explorer_note_part_year", { year, first: dayInWords(lang, first), last: dayInWords(lang, last) }),
      run.letter,
    ]);
  }));
}

/** Years of which a run does not hold every day, with the first and last day it holds. */
function partYears(run) {
  const first = run.days[0];
  const last = run.days[run.days.length - 1];
  return run.years.flatMap((year) => {
    const begin = first > `${year}-01-01` ? first : `${year}-01-01`;
    const end = last < `${year}-12-31` ? last : `${year}-12-31`;
    return begin === `${year}-01-01` && end === `${year}-12-31` ? [] : [[year, begin, end]];
  });
}

/** Runs in which only part of the chance is let in. */
function varyNotes(view) {
  const { lang } = view.state;
  return byLetters(lang, view.runs.filter(({ run }) => run.vary.length < 3).map(({ run }) => {
    const kinds = run.vary.map((kind) => say(lang, `memo_vary_${kind}`)).join(", ");
    return [say(lang, "memo_vary_only", { kinds }), run.letter];
  }));
}

/** Where the page comes from: its runs, its command, its seal. */
function fillOrigin(box, lang) {
  const list = made("ul");
  for (const run of content.runs) {
    const item = made("li", `${lettered(lang, run)}: `);
    item.append(say(lang, "explorer_origin_run", {
      scenario: run.scenario,
      id: run.id,
      n: written(run.replications, 0, lang),
      step: say(lang, `step_${run.step}`),
      seed: run.seed,
      version: run.version,
    }));
    if (run.compared) item.append(made("br"), run.compared[lang]);
    if (run.command) item.append(made("br"), made("code", run.command));
    list.append(item);
  }
  const command = made("p", `${say(lang, "explorer_made_with")} `);
  command.append(made("code", content.command));
  box.replaceChildren(
    made("p", say(lang, "explorer_sources", { version: content.version, sources: content.sources })),
    list,
    command,
    made("p", say(lang, "explorer_seal")),
    made("p", say(lang, "explorer_library", { version: content.library })),
  );
}
