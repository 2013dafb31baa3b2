// Words: every text comes from the content, in the language of the moment.

/** A label in a language, with its blanks filled in. */
function say(lang, key, values) {
  const text = content.words[lang][key];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** A day (as 2027-12-31) in words. */
function dayInWords(lang, day) {
  const [year, month, date] = day.split("-").map(Number);
  return say(lang, "day_in_words", { day: date, month: say(lang, `month_${month}`), year });
}

/** A point in time in words: a day, or a year. */
function timeInWords(lang, time) {
  return typeof time === "number" ? String(time) : dayInWords(lang, time);
}

/** A text with a first capital. */
function raised(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The name of a unit. */
function unitName(lang, unit) {
  return content.units[unit].name[lang];
}

/** Name of a scenario after its letter. */
function lettered(lang, run) {
  return `${run.letter} \u00b7 ${run.title[lang]}`;
}
