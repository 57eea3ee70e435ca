// Live values of one vehicle by server-sent events; the age of the last frame keeps counting.
"use strict";

(() => {
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("live-words").textContent);
  const link = root.querySelector("[data-link]");
  const curves = root.querySelector("[data-curves]");
  let lastFrameAt = Number(root.dataset.collectedAt || 0);
  const tables = root.querySelector("[data-tables]");
  const HOUR = 3600e3;
  const GAP = 120e3;
  let recent = null;

  function apply(message) {
    lastFrameAt = message.collected_at_ms;
    for (const [field, text] of Object.entries(message.texts)) {
      for (const place of document.querySelectorAll(`[data-field="${field}"]`)) {
        const changed = place.textContent !== text.value;
        place.textContent = text.value;
        place.classList.toggle("vw-missing", Boolean(text.reason));
        place.title = text.reason || "";
        if (changed) flash(place);
      }
    }
    tables.innerHTML = message.tables; // rendered by the server, escaped there
    extend(message);
  }

  function flash(place) {
    place.classList.add("vw-fresh");
    setTimeout(() => place.classList.remove("vw-fresh"), 600);
  }

  // The last hour's curves: filled once, then one point a frame.
  async function begin() {
    const answer = await fetch(curves.dataset.curves);
    if (!answer.ok) return;
    recent = await answer.json();
    redraw();
  }

  function extend(message) {
    if (!recent) return;
    const oldest = message.collected_at_ms - HOUR;
    for (const panel of recent.panels) {
      for (const series of panel.series) {
        const last = series.points[series.points.length - 1];
        if (last && last[0] >= message.collected_at_ms) continue;
        if (last && message.collected_at_ms - last[0] > GAP) series.points.push([last[0] + 1, null]);
        series.points.push([message.collected_at_ms, message.points[series.field] ?? null]);
        while (series.points.length && series.points[0][0] < oldest) series.points.shift();
      }
    }
    redraw();
  }

  function redraw() {
    const empty = recent.panels.every((panel) => panel.series.every((series) => !series.points.length));
    curves.hidden = empty;
    if (empty) return;
    const last = Math.max(...recent.panels.flatMap((panel) => panel.series.map((series) => series.points.at(-1)?.[0] ?? 0)));
    Curves.draw(curves, [last - HOUR, last], recent.panels);
  }

  function tick() {
    for (const place of document.querySelectorAll("[data-age]")) {
      place.textContent = lastFrameAt ? Times.age((Date.now() - lastFrameAt) / 1000, words.age) : words.never;
    }
  }

  const source = new EventSource(root.dataset.live);
  source.addEventListener("state", (event) => { link.dataset.link = "open"; link.textContent = words.open; apply(JSON.parse(event.data)); tick(); });
  source.addEventListener("alive", () => { link.dataset.link = "open"; link.textContent = words.open; });
  source.addEventListener("trouble", (event) => { link.dataset.link = "trouble"; link.textContent = JSON.parse(event.data).text; });
  source.onerror = () => { link.dataset.link = "broken"; link.textContent = words.broken; };
  addEventListener("pagehide", () => source.close());
  begin();
  tick();
  setInterval(tick, 1000);
})();
