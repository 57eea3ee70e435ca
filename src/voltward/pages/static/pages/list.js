// Keys of a list: j and k walk its rows, Enter opens one, / goes to the filter. And a chip
// takes along what is typed in the filter, also what the list has not yet been asked for.
"use strict";

(() => {
  const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr")];
  const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

  const walk = (step) => {
    const all = rows();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement?.closest("table[data-rows] tbody tr"));
    const row = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step];
    if (!row) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
    else if (event.key === "Enter" && event.target.matches("table[data-rows] tbody tr")) {
      event.target.querySelector("a")?.click();
    } else if (event.key === "/") {
      const field = document.querySelector("#filter input:not([type=hidden]), #filter select");
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select?.();
    }
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.closest(".vw-facets")) return;
    const asked = new URL(event.detail.path, location.href);
    for (const field of document.querySelectorAll("#filter .vw-field [name]")) {
      asked.searchParams.set(field.name, field.value);
    }
    event.detail.path = asked.pathname + asked.search;
  });
})();
