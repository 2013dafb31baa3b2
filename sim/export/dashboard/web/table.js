// Table: what the chart shows, a row a point in time, a column a scenario.

/** Scenarios from which a printed table has smaller letters. */
const MANY = 7;

function fillTable(table, view) {
  const { lang } = view.state;
  table.className = [view.state.by === "month" ? "months" : "years", ...(view.runs.length >= MANY ? ["many"] : [])].join(" ");
  const caption = made("caption", titleOf(view.state));
  const head = made("thead");
  const top = made("tr");
  top.append(headCell(say(lang, view.state.by === "month" ? "explorer_day" : "year"), "col"));
  for (const one of view.runs) top.append(headCell(lettered(lang, one.run), "col"));
  head.append(top);
  const body = made("tbody");
  for (const time of view.times) body.append(tableRow(view, time));
  table.replaceChildren(caption, head, body);
}

function tableRow(view, time) {
  const row = made("tr");
  row.append(headCell(timeInWords(view.state.lang, time), "row"));
  for (const one of view.runs) row.append(valueCell(view, pointOf(view, one, time)));
  return row;
}

function headCell(text, scope) {
  const cell = made("th", raised(text));
  cell.scope = scope;
  return cell;
}

/** A cell: the number, below it its bands, and the budget or the chance of a gap. */
function valueCell(view, point) {
  const { lang } = view.state;
  const cell = made("td");
  if (!point) return cell;
  const number = point.middle === null ? say(lang, "explorer_unknown") : told(point.middle, view.unit, lang);
  cell.append(made("span", number, "middle"));
  const below = [...point.bands.map((band) => [bandInWords(view, band), "band"]), [besideInWords(view, point), "beside"]];
  for (const [text, style] of below) {
    if (text) cell.append(" ", made("span", text, style));
  }
  return cell;
}
