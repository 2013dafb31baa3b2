// CSV: the numbers of the table as a file for spreadsheets, written as the language writes numbers.

/** A text as a field: quoted where it must be, and never taken for a formula. */
function textField(text, mark) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return safe.includes(mark) || /["\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** A kept number as a field: rounded as shown, without marks for thousands; empty if unknown. */
function numberField(kept, unit, lang) {
  if (kept === null) return "";
  const text = shown(kept, unit).toFixed(unit.decimals).replace(/^-(0(\.0+)?)$/, "$1");
  return lang === "nl" ? text.replace(".", ",") : text;
}

/** Heads of the columns of numbers. */
function numberHeads(view) {
  const { lang, middle, series, show } = view.state;
  const bands = view.bands.flatMap((band) => band.map((name) => say(lang, "explorer_percentile", { n: Number(name.slice(1)) })));
  const beside = show === "difference" ? [] : series.startsWith("cost:") ? ["budget"] : series.startsWith("gap:") ? ["explorer_chance_column"] : [];
  return [say(lang, `explorer_middle_${middle}`), ...bands, ...beside.map((key) => say(lang, key))];
}

/** The numbers of a point in the order of their heads. */
function numberFields(view, point) {
  const { lang, series, show } = view.state;
  const fields = [point.middle, ...point.bands.flat()].map((kept) => numberField(kept, view.unit, lang));
  if (show === "difference") return fields;
  if (series.startsWith("cost:")) fields.push(numberField(point.budget, view.unit, lang));
  if (series.startsWith("gap:")) fields.push(numberField(point.chance, content.units.share, lang));
  return fields;
}

/** All that is shown, a line a point in time and scenario. */
function csvOf(view) {
  const { lang, by } = view.state;
  const mark = lang === "nl" ? ";" : ",";
  const time = by === "month" ? "explorer_day" : "year";
  const heads = [say(lang, time), ...["explorer_letter", "whence_scenario", "explorer_series", "explorer_unit"].map((key) => say(lang, key)), ...numberHeads(view)];
  const lines = [heads.map((text) => textField(text, mark))];
  for (const when of view.times) {
    for (const one of view.runs) {
      const point = pointOf(view, one, when);
      if (!point) continue;
      const texts = [one.run.letter, one.run.title[lang], nameOf(view.state), unitIn(view.state)];
      lines.push([String(when), ...texts.map((text) => textField(text, mark)), ...numberFields(view, point)]);
    }
  }
  return lines.map((line) => line.join(mark)).join("\r\n") + "\r\n";
}

/** Gives the file to the browser to save; its first character tells spreadsheets that it is UTF-8. */
function download(view) {
  const file = new Blob(["\ufeff", csvOf(view)], { type: "text/csv;charset=utf-8" });
  const link = made("a");
  link.href = URL.createObjectURL(file);
  const what = view.state.show === "difference" ? "difference" : view.state.by;
  link.download = `opvangsim-${view.state.series.replace(/\W+/g, "-")}-${what}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
