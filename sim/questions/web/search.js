// Search of the list of questions: a row stays where it has all words asked for, whatever its case
// and accents. Without scripts the field is hidden and the list is whole.
(function () {
  "use strict";
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const parties = [...document.querySelectorAll("main h2")].map((head) => {
    let table = head.nextElementSibling;
    while (table && table.tagName !== "TABLE") table = table.nextElementSibling;
    const rows = [...table.querySelectorAll("tbody tr")];
    return { head, table, rows: rows.map((row) => ({ row, text: plain(`${head.textContent} ${row.textContent}`) })) };
  });
  const all = parties.reduce((sum, party) => sum + party.rows.length, 0);
  const form = document.querySelector("form");
  const field = form.querySelector("input");
  const status = form.querySelector("[role=status]");

  function search() {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { head, table, rows } of parties) {
      let here = 0;
      for (const { row, text } of rows) {
        // A number asked for is that of a question, not a part of another number.
        const fits = words.every((word) => /^\d{1,2}$/.test(word) ? row.cells[0].textContent === word : text.includes(word));
        row.hidden = !fits;
        here += fits;
      }
      head.hidden = table.hidden = here === 0;
      found += here;
    }
    status.textContent = words.length ? status.dataset.found.replace("{n}", found).replace("{of}", all) : "";
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", search);
  search();
})();
