// History of one vehicle: a range and stacked curves. A part that was zoomed into can be read anew, finer.
"use strict";

(() => {
  const root = document.querySelector("[data-history]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("history-words").textContent);
  const curves = root.querySelector("[data-curves]");
  const state = root.querySelector("[data-state]");
  const refine = root.querySelector("[data-refine]");
  const ranges = Ranges.bind(root.querySelector("form"), load);
  let asked = 0;

  async function load(query) {
    const ticket = ++asked;
    refine.hidden = true;
    state.textContent = words.loading;
    curves.setAttribute("aria-busy", "true");
    try {
      const body = await Asking.json(`${root.dataset.history}?${query}`);
      if (ticket === asked) show(body);
    } catch (error) {
      if (ticket === asked) state.textContent = `${words.failed}${error.message}`;
    } finally {
      if (ticket === asked) curves.removeAttribute("aria-busy");
    }
  }

  function show(body) {
    const empty = body.rows === 0;
    root.querySelector("[data-empty]").hidden = !empty;
    const newest = root.querySelector("[data-newest]");
    newest.hidden = !body.newest;
    newest.href = `?${body.newest}`;
    curves.hidden = empty;
    state.textContent = empty ? "" : [
      Asking.fill(words.shown, { rows: body.rows, from: Times.full(body.from), to: Times.full(body.to) }),
      ...(body.bucket_s ? [Asking.fill(words.thinned, { bucket: body.bucket_s })] : []),
      ...(body.conflicts ? [Asking.fill(words.conflicts, { conflicts: body.conflicts })] : []),
    ].join(" · ");
    if (!empty) Curves.draw(curves, extent(body), body.panels, { onZoom: body.bucket_s ? offer : null });
  }

  // From the first to the last value: a day with one busy hour is not drawn as a thin line.
  function extent(body) {
    const times = body.panels.flatMap((panel) => panel.series.flatMap(({ points }) =>
      (points.length ? [points[0][0], points[points.length - 1][0]] : [])));
    const [from, to] = [Math.min(...times), Math.max(...times)];
    return from < to ? [from, to] : [body.from, body.to];
  }

  function offer(from, to, whole) {
    refine.hidden = whole;
    refine.textContent = Asking.fill(words.refine, { from: Times.full(from), to: Times.full(to) });
    refine.onclick = () => ranges.choose(Math.floor(from), Math.ceil(to) + 1000);
  }

  load(ranges.query());
})();
