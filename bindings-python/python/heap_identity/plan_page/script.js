"use strict";
// Without this script the page is whole, only longer: it hides what was not asked for.
(() => {
  const STEP = 100;
  const number = new Intl.NumberFormat("en");
  const byId = (id) => document.getElementById(id);
  const search = byId("search"), found = byId("found"), reset = byId("reset");
  const tiles = [...document.querySelectorAll("button[data-kind]")];
  const tables = [...document.querySelectorAll("section.steps")].map((section) => ({
    section,
    limit: STEP,
    shown: section.querySelector(".shown"),
    pager: section.querySelector(".pager"),
    more: section.querySelector(".more"),
    all: section.querySelector(".all"),
    rows: [...section.querySelectorAll("tr[data-kind]")].map((row) => ({ row, text: null, members: null, narrowed: false })),
  }));

  const textOf = (each) => (each.text ??= each.row.textContent.toLowerCase());

  // A name that is found among the members of a group opens them, and leaves the others out.
  const narrow = (each, query) => {
    const details = each.row.querySelector("details");
    if (!details) return;
    each.members ??= [...details.querySelectorAll("li")].map((item) => ({ item, text: item.textContent.toLowerCase() }));
    const some = query !== "" && each.members.some((member) => member.text.includes(query));
    for (const { item, text } of each.members) item.hidden = some && !text.includes(query);
    if (some || each.narrowed) details.open = some;
    each.narrowed = some;
  };

  const apply = () => {
    const query = search.value.trim().toLowerCase();
    const kinds = new Set(tiles.filter((tile) => tile.ariaPressed === "true").map((tile) => tile.dataset.kind));
    let total = 0, matching = 0;
    for (const table of tables) {
      let hits = 0;
      for (const each of table.rows) {
        const fits = (kinds.size === 0 || kinds.has(each.row.dataset.kind)) && (query === "" || textOf(each).includes(query));
        const visible = fits && hits < table.limit;
        if (each.row.hidden === visible) each.row.hidden = !visible;
        if (visible && (query !== "" || each.narrowed)) narrow(each, query);
        hits += fits;
      }
      const visible = Math.min(hits, table.limit);
      table.section.hidden = hits === 0;
      table.shown.textContent = visible < hits ? `(${number.format(visible)} of ${number.format(hits)})` : `(${number.format(hits)})`;
      table.pager.hidden = visible === hits;
      table.more.textContent = `Show ${number.format(Math.min(STEP, hits - visible))} more`;
      table.all.textContent = `Show all ${number.format(hits)}`;
      total += table.rows.length;
      matching += hits;
    }
    const filtered = query !== "" || kinds.size > 0;
    reset.disabled = !filtered;
    const told = filtered ? `${number.format(matching)} of ${number.format(total)} changes match.` : `${number.format(total)} ${total === 1 ? "change" : "changes"}.`;
    if (found.textContent !== told) found.textContent = told;
  };

  const start = () => {
    for (const table of tables) table.limit = STEP;
    apply();
  };

  if (search) {
    let timer;
    search.closest("search").hidden = false;
    search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(start, 120); });
    search.addEventListener("keydown", (event) => { if (event.key === "Escape") { search.value = ""; start(); } });
    for (const tile of tiles) {
      tile.addEventListener("click", () => { tile.ariaPressed = String(tile.ariaPressed !== "true"); start(); });
    }
    reset.addEventListener("click", () => {
      search.value = "";
      for (const tile of tiles) tile.ariaPressed = "false";
      start();
      search.focus();
    });
    for (const table of tables) {
      // The rows that came are where a reader goes on.
      const grow = (limit) => {
        const first = table.rows.filter(({ row }) => !row.hidden).length;
        table.limit = limit;
        apply();
        const next = table.rows.filter(({ row }) => !row.hidden)[first]?.row;
        if (next) { next.tabIndex = -1; next.focus(); }
      };
      table.more.addEventListener("click", () => grow(table.limit + STEP));
      table.all.addEventListener("click", () => grow(Infinity));
    }
    apply();
  }

  const copy = byId("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", () => navigator.clipboard.writeText(byId("digest").textContent).then(
      () => { byId("copied").textContent = "Copied."; },
      () => { byId("copied").textContent = "Not copied: select it by hand."; },
    ));
  }

  const closed = () => [...document.querySelectorAll("tr:not([hidden]) details:not([open])")];
  let opened = [];
  addEventListener("beforeprint", () => { opened = closed(); for (const details of opened) details.open = true; });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
})();
