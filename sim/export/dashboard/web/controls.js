// Controls: what can be chosen, shown in the language and the state of the moment.

/** An option of a choice. */
function option(value, text) {
  const one = made("option", text);
  one.value = value;
  return one;
}

function fillSelect(id, options, value) {
  const select = document.getElementById(id);
  select.replaceChildren(...options);
  select.value = String(value);
}

function fillChoice(id, state, values, word) {
  fillSelect(id, values.map((value) => option(value, raised(say(state.lang, word(value))))), state[id]);
}

/** Fills every choice with what fits the state. */
function fillControls(state) {
  const { lang } = state;
  const series = seriesOf(state.series);
  fillSeries(state);
  fillShow(state);
  const measures = measuresOf(series);
  const ways = [...("month" in series.units ? ["month"] : []), ...(measures.length ? ["year"] : [])];
  fillChoice("by", state, ways, (value) => `explorer_by_${value}`);
  fillChoice("measure", state, measures, (value) => `explorer_measure_${value}`);
  document.getElementById("field-by").hidden = ways.length < 2 || state.show === "difference";
  document.getElementById("field-measure").hidden = state.by === "month" || measures.length < 2;
  const years = allYears().map((year) => option(year, String(year)));
  fillSelect("from", years.map((one) => one.cloneNode(true)), state.from);
  fillSelect("to", years, state.to);
  fillChoice("middle", state, CHOICES.middle, (value) => `explorer_middle_${value}`);
  fillChoice("band", state, ["none", "50", "80", "90", "both"], (value) => `explorer_band_${value}`);
  fillMoney(state);
  fillRuns(state);
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  }
}

function fillSeries(state) {
  const { lang } = state;
  const groups = [...new Set(content.series.map((one) => one.group))].map((group) => {
    const box = made("optgroup");
    box.label = say(lang, group);
    box.append(...content.series.filter((one) => one.group === group).map((one) => option(one.key, one.name[lang])));
    return box;
  });
  fillSelect("series", groups, state.series);
}

/** Values or differences; without paired runs it says why there are no differences. */
function fillShow(state) {
  const { lang } = state;
  const { letter } = baseOf();
  fillSelect("show", CHOICES.show.map((value) => option(value, raised(say(lang, `explorer_show_${value}`, { first: letter })))), state.show);
  const paired = content.runs.some(isPaired);
  const reasons = [...new Set(content.runs.flatMap((run) => run.difference.unpaired || []))];
  document.getElementById("field-show").hidden = content.runs.length < 2;
  document.getElementById("show").disabled = !paired;
  document.getElementById("unpaired").textContent = paired ? "" : reasons.map((reason) => raised(say(lang, `explorer_unpaired_${reason}`, { first: letter }))).join(" ");
}

function fillMoney(state) {
  const { lang } = state;
  const own = () => option("", raised(say(lang, "explorer_own")));
  const vintages = Object.entries(content.vintages).map(([key, one]) => option(key, one[lang]));
  const levels = content.levels.map((level) => option(level, raised(say(lang, `level_${level}`))));
  fillSelect("vintage", [own(), ...vintages], state.vintage);
  fillSelect("level", [own(), ...levels], state.level);
  const bases = ["vintage", "nominal"].map((basis) => option(basis, raised(say(lang, `explorer_basis_${basis}`))));
  fillSelect("basis", [own(), ...bases], state.basis);
  fillChoice("timing", state, CHOICES.timing, (value) => `explorer_timing_${value}`);
  for (const field of document.querySelectorAll(".field.money")) field.hidden = !isMoney(state.series) || state.show === "difference";
}

/** The scenarios with their looks: the legend of the chart, and what is switched on and off. */
function fillRuns(state) {
  const list = document.getElementById("runs");
  if (!list.children.length) list.append(...content.runs.map(runItem));
  content.runs.forEach((run, place) => {
    const item = list.children[place];
    const off = state.off.includes(run.letter);
    item.classList.toggle("off", off);
    item.querySelector("input").checked = !off;
    item.querySelector(".title").textContent = lettered(state.lang, run);
    const who = { scenario: run.scenario, id: run.id, n: written(run.replications, 0, state.lang), step: say(state.lang, `step_${run.step}`), seed: run.seed, version: run.version };
    item.querySelector(".who").textContent = alike(run) ? say(state.lang, "explorer_origin_run", who) : "";
  });
}

/** Whether another run has the same title. */
function alike(run) {
  return content.runs.some((other) => other !== run && (other.title.en === run.title.en || other.title.nl === run.title.nl));
}

function runItem(run) {
  const item = made("li");
  const label = made("label");
  const box = made("input");
  box.type = "checkbox";
  box.value = run.letter;
  const name = made("span", undefined, "name");
  name.append(made("span", "", "title"), made("span", "", "who"));
  label.append(box, swatch(run), name);
  item.append(label);
  return item;
}

/** Tells every change of a choice: `change` is called with what changed. */
function listenToControls(change) {
  for (const id of ["show", "series", "by", "measure", "middle", "band", "vintage", "level", "basis", "timing"]) {
    document.getElementById(id).addEventListener("change", (event) => change({ [id]: event.target.value }));
  }
  for (const id of ["from", "to"]) {
    document.getElementById(id).addEventListener("change", (event) => change({ [id]: Number(event.target.value) }));
  }
  document.getElementById("runs").addEventListener("change", () => {
    const boxes = [...document.querySelectorAll("#runs input")];
    change({ off: boxes.filter((box) => !box.checked).map((box) => box.value) });
  });
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => change({ lang: button.dataset.lang }));
  }
  document.getElementById("again").addEventListener("click", () => change({ ...firstState(), lang: document.documentElement.lang }));
  document.getElementById("choices").addEventListener("submit", (event) => event.preventDefault());
}
