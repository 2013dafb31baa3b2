// Published figures: squares over what is drawn of the runs, and how many lie inside their bands.

/** The figures of the series shown, counted in the way it is shown, in the years shown. */
function figuresOf(view) {
  const { series, from, to, show } = view.state;
  if (show === "difference") return [];
  return content.figures.filter((one) => one.key === series && one.way === wayOf(view.state) && from <= yearOf(one.time) && yearOf(one.time) <= to);
}

/** Squares at the figures, above all else. */
function figureSeries(view) {
  const found = figuresOf(view);
  if (!found.length) return [];
  return [{
    type: "scatter",
    data: found.map((one) => [positionOf(one.time), inUnit(view, one.value)]),
    symbol: "rect",
    symbolSize: 9,
    silent: true,
    itemStyle: { color: INK, borderColor: "#ffffff", borderWidth: 1, opacity: 1 },
    emphasis: { disabled: true },
    z: 9,
  }];
}

/** What the squares are, and for each run how many of them lie inside its 80% interval. */
function figureNotes(view) {
  const { lang } = view.state;
  const found = figuresOf(view);
  if (!found.length) return [];
  const counts = view.runs.flatMap(({ run }) => {
    const known = found.map((one) => one.inside[run.place]).filter((inside) => inside !== null);
    if (!known.length) return [];
    return [[say(lang, "observed_inside", { inside: known.filter(Boolean).length, n: known.length }), run.letter]];
  });
  return [say(lang, "explorer_note_figures"), ...byLetters(lang, counts)];
}
