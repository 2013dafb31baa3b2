// Numbers: how they come out of the page's content, and how they are rounded and written.

/** The numbers that were kept as differences; null stays null. */
function undone(line) {
  let last = 0;
  return line.map((step) => (step === null ? null : (last += step)));
}

/** The nearest whole number; of two equally near ones the even one, as the reports round. */
function nearest(number) {
  const low = Math.floor(number);
  if (number - low !== 0.5) return Math.round(number);
  return low % 2 === 0 ? low : low + 1;
}

/** The number shown for one that is kept: people in hundreds from a thousand up. */
function shown(kept, unit) {
  const hundreds = unit.hundreds && Math.abs(kept) >= 1000 * unit.per;
  const step = hundreds ? 100 * unit.per : unit.per / 10 ** unit.decimals;
  return (nearest(kept / step) * step) / unit.per;
}

/** A number as a language writes it: 1,234.5 or 1.234,5; a real minus sign. */
function written(number, decimals, lang) {
  const [whole, part] = Math.abs(number).toFixed(decimals).split(".");
  const [thousands, point] = lang === "nl" ? [".", ","] : [",", "."];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
  const sign = number < 0 && Number(`${whole}.${part || 0}`) !== 0 ? "\u2212" : "";
  return sign + grouped + (part ? point + part : "");
}

/** A number that is kept, as a reader sees it. */
function told(kept, unit, lang) {
  return written(shown(kept, unit), unit.decimals, lang);
}
