// History of one vehicle: a range, stacked curves, cells below. Zooming in asks for finer data.
"use strict";

(() => {
  const root = document.querySelector("[data-history]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("history-words").textContent);
  const curves = root.querySelector("[data-curves]");
  const state = root.querySelector("[data-state]");
  const form = root.querySelector("form");
  let asked = 0;
  let zoomTimer = null;

  async function load(query) {
    const ticket = ++asked;
    state.textContent = words.loading;
    curves.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${root.dataset.history}?${query}`, { headers: { Accept: "application/json" } });
      const body = await answer.json();
      if (ticket !== asked) return;
      if (!answer.ok) throw new Error(body.detail || answer.statusText);
      show(body);
    } catch (error) {
      if (ticket === asked) state.textContent = `${words.failed} ${error.message}`;
    } finally {
      if (ticket === asked) curves.removeAttribute("aria-busy");
    }
  }

  function show(body) {
    const empty = body.rows === 0;
    root.querySelector("[data-empty]").hidden = !empty;
    curves.hidden = empty;
    state.textContent = empty ? "" : [
      words.shown.replace("{rows}", body.rows).replace("{from}", Times.full(body.from)).replace("{to}", Times.full(body.to)),
      ...(body.bucket_s ? [words.thinned.replace("{bucket}", body.bucket_s)] : []),
      ...(body.conflicts ? [words.conflicts.replace("{conflicts}", body.conflicts)] : []),
    ].join(" · ");
    if (!empty) Curves.draw(curves, extent(body), body.panels, { onZoom: body.bucket_s ? finer : null });
  }

  // From the first to the last value: a day with one busy hour is not drawn as a thin line.
  function extent(body) {
    let from = Infinity;
    let to = -Infinity;
    for (const panel of body.panels) for (const series of panel.series) {
      if (!series.points.length) continue;
      from = Math.min(from, series.points[0][0]);
      to = Math.max(to, series.points[series.points.length - 1][0]);
    }
    return from < to ? [from, to] : [body.from, body.to];
  }

  // After a zoom the same range is asked again at full resolution, unless it already is.
  function finer(from, to) {
    clearTimeout(zoomTimer);
    zoomTimer = setTimeout(() => {
      const query = new URLSearchParams({ from: Math.floor(from), to: Math.ceil(to) });
      root.dataset.zoom = query.toString();
      root.querySelector("[data-refine]").hidden = false;
    }, 200);
  }

  root.querySelector("[data-refine]").addEventListener("click", (event) => {
    event.currentTarget.hidden = true;
    load(root.dataset.zoom);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    root.querySelector("[data-refine]").hidden = true;
    const query = new URLSearchParams(new FormData(form));
    history.replaceState(null, "", `?${query}`);
    load(query);
  });
  form.addEventListener("change", () => form.requestSubmit());
  load(new URLSearchParams(new FormData(form)));
})();
