// Main: one state; whenever it changes everything is shown anew, and the change is told.

const WIDE = "(min-width: 56.01rem)";

function find(id) {
  return document.getElementById(id);
}

/** Texts that are always the same in a language, the title of the page and its language. */
function showWords(lang) {
  document.documentElement.lang = lang;
  document.title = say(lang, "explorer_title");
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(lang, element.dataset.say);
  find("languages").setAttribute("aria-label", say(lang, "explorer_language"));
  find("choices").setAttribute("aria-label", say(lang, "explorer_choices"));
}

/** Everything below the controls. */
function showView(view, chart) {
  find("view-title").textContent = titleOf(view.state);
  find("view-text").textContent = viewInWords(view);
  fillTable(find("table"), view);
  find("notes").replaceChildren(...notesOf(view).map((text) => made("li", text)));
  hintAtMore();
  fillOrigin(find("origin"), view.state.lang);
  const empty = view.times.length === 0;
  find("nothing").hidden = !empty;
  find("chart").hidden = empty;
  find("download").disabled = empty;
  describeReader(find("chart"), view);
  if (!empty) drawView(view, chart);
}

/** Says that the table has more columns where they do not fit. */
function hintAtMore() {
  const box = find("table-box");
  find("more-columns").hidden = box.scrollWidth <= box.clientWidth + 1;
}

/** Draws anew at the size of the window, and of the paper when it is printed. */
function listenToSize(seen, chart) {
  const again = (size) => seen().times.length && drawView(seen(), chart, size);
  new ResizeObserver(() => matchMedia("print").matches || again()).observe(find("chart"));
  new ResizeObserver(hintAtMore).observe(find("table-box"));
  document.fonts.ready.then(() => again());
  window.addEventListener("beforeprint", () => again(PAPER));
  window.addEventListener("afterprint", () => again({ width: "auto", height: "auto" }));
}

function start() {
  const chart = echarts.init(find("chart"), null, { renderer: "svg" });
  let state = fromHash(location.hash);
  let view = viewOf(state);
  const show = () => {
    view = viewOf(state);
    showWords(state.lang);
    fillControls(state);
    showView(view, chart);
  };
  const change = (changes) => {
    state = changed(state, changes);
    history.replaceState(null, "", `#${toHash(state)}`);
    show();
    find("status").textContent = viewInWords(view);
  };
  find("more").open = matchMedia(WIDE).matches;
  show();
  listenToControls(change);
  listenToKeys(find("chart"), () => view, chart);
  listenToSize(() => view, chart);
  find("download").addEventListener("click", () => download(view));
  window.addEventListener("hashchange", () => {
    state = fromHash(location.hash);
    show();
  });
}

try {
  start();
} catch (error) {
  const lang = document.documentElement.lang;
  find("problem").textContent = say(lang, "explorer_failed", { why: String(error) });
  find("problem").hidden = false;
}
