// The page of the what-if: the sliders are in the address, the server answers for each position.
"use strict";

const NARROW = matchMedia("(max-width: 30rem)");
const PAUSE = 60;
const ASK_AGAIN = 500;
const visitor = crypto.getRandomValues(new Uint32Array(4)).reduce((text, one) => text + one.toString(36), "");

let content;
let state = { lang: "nl", values: {} };
let waiting = null;
let timer = 0;
let wrongInAddress = "";
let newestJob = "";

function find(id) {
  return document.getElementById(id);
}

function say(key, blanks = {}) {
  return content.words[state.lang][key].replace(/{(\w+)}/g, (_, name) => blanks[name]);
}

function made(tag, text = "", properties = {}) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  return element;
}

function number(value) {
  return new Intl.NumberFormat(state.lang).format(value);
}

// -- the address ------------------------------------------------------------------------------

/** The sliders that were moved and the language, as in the address. */
function query() {
  const found = new URLSearchParams();
  for (const { name, start } of content.sliders) {
    const value = state.values[name];
    if (value !== undefined && value !== start) found.set(name, value);
  }
  found.set("lang", state.lang);
  return found;
}

/** Reads the address; what is wrong in it is told, and the rest is used. */
function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const wrong = [];
  state = { lang: ["nl", "en"].includes(given.get("lang")) ? given.get("lang") : content.lang, values: {} };
  for (const slider of content.sliders) {
    const text = given.get(slider.name);
    if (text === null) continue;
    const value = onStep(slider, text);
    if (value === null) wrong.push(`${slider.label[state.lang]}: ${rangeOf(slider)}`);
    else state.values[slider.name] = value;
  }
  return wrong;
}

function onStep({ low, high, step }, text) {
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value >= low && value <= high)) return null;
  return Math.min(Math.max(Math.round(value / step) * step, low), high);
}

function rangeOf({ low, high }) {
  return say("serve_range", { low: number(low), high: number(high) });
}

// -- the sliders ------------------------------------------------------------------------------

function valueOf(slider) {
  return state.values[slider.name] ?? slider.start;
}

function valueText(slider) {
  const value = valueOf(slider);
  if (value === slider.start) return slider.own[state.lang];
  return slider.unit[state.lang].replace("{value}", number(value));
}

function makeSlider(slider) {
  const box = made("div", "", { id: `box-${slider.name}`, class: "slider", role: "group", "aria-labelledby": `name-${slider.name}` });
  const label = made("span", "", { id: `name-${slider.name}` });
  const shown = made("output", "", { id: `value-${slider.name}`, class: "value", for: slider.name, "aria-live": "off" });
  const pair = made("div", "", { class: "pair" });
  const limits = { min: slider.low, max: slider.high, step: slider.step };
  const range = made("input", "", { type: "range", id: slider.name, ...limits });
  const field = made("input", "", { type: "number", id: `field-${slider.name}`, inputmode: "decimal", ...limits,
    "aria-describedby": `wrong-${slider.name}` });
  const wrong = made("p", "", { id: `wrong-${slider.name}`, class: "wrong", role: "alert" });
  range.addEventListener("input", () => move(slider, Number(range.value)));
  field.addEventListener("change", () => {
    const value = onStep(slider, field.value);
    field.setAttribute("aria-invalid", value === null);
    wrong.textContent = value === null ? rangeOf(slider) : "";
    if (value !== null) move(slider, value);
  });
  pair.append(range, field);
  box.append(label, ": ", shown, pair, wrong);
  return box;
}

function showSlider(slider) {
  const value = valueOf(slider);
  const range = find(slider.name), field = find(`field-${slider.name}`);
  const label = slider.label[state.lang];
  find(`name-${slider.name}`).textContent = label;
  find(`value-${slider.name}`).textContent = valueText(slider);
  find(`box-${slider.name}`).classList.toggle("moved", value !== slider.start);
  range.value = value;
  range.setAttribute("aria-label", label);
  range.setAttribute("aria-valuetext", valueText(slider));
  field.value = value === slider.start ? Math.round(slider.exact) : value;
  field.setAttribute("aria-label", say("serve_number", { label }));
  field.setAttribute("aria-invalid", false);
  find(`wrong-${slider.name}`).textContent = "";
}

function move(slider, value) {
  wrongInAddress = "";
  state.values[slider.name] = value;
  showSlider(slider);
  remember();
  ask(PAUSE);
}

function remember() {
  history.replaceState(null, "", `#${query()}`);
}

// -- the answer -------------------------------------------------------------------------------

/** Asks the server for the present position after a pause; a newer position ends the question. */
function ask(pause) {
  clearTimeout(timer);
  waiting?.abort();
  find("status").textContent = say("whatif_busy");
  for (const figure of document.querySelectorAll("figure")) figure.classList.add("waits");
  timer = setTimeout(async () => {
    const mine = (waiting = new AbortController());
    const asked = query();
    try {
      const answer = await fetchAnswer(`result.json?${asked}&visitor=${visitor}`, mine.signal);
      const found = await answer.json();
      if (mine === waiting) await show(found, mine.signal);
    } catch (error) {
      if (mine === waiting && error.name !== "AbortError") failed(error);
    }
  }, pause);
}

/** The answer of the server; an error carries what is wrong, in the language of the page. */
async function fetchAnswer(address, signal) {
  let answer;
  try {
    answer = await fetch(address, { signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(say("serve_offline"));
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({ problems: [] }));
  throw new Error(told.problems.join("\n") || say("serve_failed", { status: answer.status }));
}

function failed(error) {
  find("status").textContent = "";
  showProblem(error.message);
}

function showProblem(text) {
  find("problem").textContent = text;
  find("problem").hidden = !text;
  if (text) find("problem").scrollIntoView({ block: "nearest" });
}

/** Shows an answer: its texts at once, then each chart that changed when it is there. */
async function show(found, signal) {
  for (const id of ["headline", "enough", "moves", "settled"]) find(id).textContent = found[id];
  fillTable(found.table);
  for (const one of document.querySelectorAll("figure"))
    if (!found.charts.some((chart) => `figure-${chart.name}` === one.id)) one.remove();
  for (const chart of found.charts) {
    await showChart(chart, signal);
    if (signal.aborted) return;
  }
  find("status").textContent = "";
  showProblem(wrongInAddress);
}

async function showChart({ name, title, alt, address }, signal) {
  const figure = find(`figure-${name}`) ?? makeFigure(name);
  const wanted = NARROW.matches ? `${address}&size=column` : address;
  if (figure.dataset.address !== wanted) {
    const image = made("img", "", { alt, src: wanted });
    try {
      await image.decode();
    } catch {
      throw new Error(say("serve_failed", { status: title }));
    }
    if (signal.aborted) return;
    figure.querySelector("img").replaceWith(image);
    figure.dataset.address = wanted;
  }
  for (const button of figure.querySelectorAll("button"))
    button.setAttribute("aria-label", say("serve_download_chart", { name: title, ending: button.textContent }));
  figure.hidden = false;
  figure.classList.remove("waits");
}

function makeFigure(name) {
  const figure = made("figure", "", { id: `figure-${name}`, hidden: "" });
  const buttons = made("p", "", { class: "buttons" });
  for (const ending of ["png", "svg"]) {
    const button = made("button", ending.toUpperCase(), { type: "button" });
    button.addEventListener("click", () => download(button, `chart/${name}.${ending}`, `what-if-${name}.${ending}`));
    buttons.append(button);
  }
  figure.append(made("img", "", { alt: "" }), buttons);
  find("charts").append(figure);
  return figure;
}

function fillTable({ caption, heads, rows }) {
  const head = made("thead"), body = made("tbody"), line = made("tr");
  line.append(...heads.map((text) => made("th", text, { scope: "col" })));
  head.append(line);
  for (const [year, ...cells] of rows) {
    const row = made("tr");
    row.append(made("th", year, { scope: "row" }), ...cells.map((text) => made("td", text)));
    body.append(row);
  }
  find("table").replaceChildren(made("caption", caption), head, body);
}

// -- files ------------------------------------------------------------------------------------

/** Fetches a file of the present position and hands it to the browser; says how far it is. */
async function download(button, address, name) {
  const asked = query();
  const job = `${visitor}${Date.now().toString(36)}`.slice(0, 40);
  const told = find("made");
  newestJob = job;
  const isMemo = address.startsWith("memo");
  button.disabled = true;
  told.textContent = isMemo ? say("serve_memo_waits") : say("serve_making", { name });
  const watch = isMemo ? setInterval(() => tellProgress(job, told), ASK_AGAIN) : 0;
  try {
    const answer = await fetchAnswer(`${address}?${asked}&job=${job}`);
    const link = made("a", "", { href: URL.createObjectURL(await answer.blob()), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    newestJob = "";
    told.textContent = say("serve_made", { name });
    showProblem(wrongInAddress);
  } catch (error) {
    newestJob = "";
    told.textContent = "";
    showProblem(error.message);
  } finally {
    clearInterval(watch);
    button.disabled = false;
  }
}

async function tellProgress(job, told) {
  const answer = await fetch(`progress.json?job=${job}`).catch(() => null);
  if (!answer?.ok) return;
  const { done, total } = await answer.json();
  if (total && job === newestJob) told.textContent = say("serve_memo_runs", { done: number(done), total: number(total) });
}

function showFiles() {
  const buttons = [["serve_patch", "patch.yaml", "what-if.yaml"]];
  for (const form of content.forms) buttons.push([`serve_memo_${form}`, `memo.${form}`, `what-if-memo.${form}`]);
  find("files").replaceChildren(...buttons.map(([key, address, name]) => {
    const button = made("button", say(key), { type: "button" });
    button.addEventListener("click", () => download(button, address, name));
    return button;
  }));
}

// -- the page ---------------------------------------------------------------------------------

function showWords() {
  const title = say("serve_title", { title: content.title[state.lang] });
  document.documentElement.lang = state.lang;
  document.title = title;
  find("title").textContent = title;
  find("languages").setAttribute("aria-label", say("serve_language"));
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const button of document.querySelectorAll("[data-lang]"))
    button.setAttribute("aria-pressed", button.dataset.lang === state.lang);
  find("made").textContent = "";
  for (const slider of content.sliders) showSlider(slider);
  showFiles();
}

function fromAddress() {
  const wrong = readAddress();
  showWords();
  wrongInAddress = wrong.length ? [say("serve_wrong_link"), ...wrong].join("\n") : "";
  showProblem(wrongInAddress);
  ask(0);
}

async function begin() {
  const answer = await fetch("start.json");
  content = await answer.json();
  find("sliders").append(...content.sliders.map(makeSlider));
  find("sliders").addEventListener("submit", (event) => event.preventDefault());
  fromAddress();
  window.addEventListener("hashchange", fromAddress);
  NARROW.addEventListener("change", () => ask(0));
  find("reset").addEventListener("click", () => {
    state.values = {};
    for (const slider of content.sliders) showSlider(slider);
    remember();
    ask(0);
  });
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => {
      state.lang = button.dataset.lang;
      remember();
      showWords();
      ask(0);
    });
  }
}

begin();
