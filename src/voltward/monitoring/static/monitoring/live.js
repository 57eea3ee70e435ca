// Live values of one vehicle by server-sent events; the age of the last frame keeps counting.
"use strict";

(() => {
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("live-words").textContent);
  const link = root.querySelector("[data-link]");
  const curves = root.querySelector("[data-curves]");
  let lastFrameAt = Number(root.dataset.collectedAt || 0);
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
    for (const level of document.querySelectorAll("[data-alarm-level]")) level.dataset.alarmLevel = message.alarm_level ?? "";
    if (message.tables) document.dispatchEvent(new CustomEvent("voltward:tables", { detail: message.tables }));
    extend(message);
  }

  function flash(place) {
    place.classList.add("vw-fresh");
    setTimeout(() => place.classList.remove("vw-fresh"), 600);
  }

  // The last hour's curves: filled once, then one point a frame.
  async function begin() {
    if (!curves) return;
    const answer = await fetch(`${curves.dataset.curves}?hours=1`);
    if (!answer.ok) return;
    recent = await answer.json();
    redraw();
  }

  function extend(message) {
    if (!recent || !message.points) return;
    recent.times.push(message.collected_at_ms);
    for (const panel of recent.panels) {
      for (const series of panel.series) series.values.push(message.points[series.field] ?? null);
    }
    const oldest = message.collected_at_ms - 3600e3;
    let drop = 0;
    while (drop < recent.times.length && recent.times[drop] < oldest) drop += 1;
    if (drop) {
      recent.times.splice(0, drop);
      for (const panel of recent.panels) for (const series of panel.series) series.values.splice(0, drop);
    }
    redraw();
  }

  function redraw() {
    const empty = recent.times.length === 0;
    curves.hidden = empty;
    if (!empty) Curves.draw(curves, recent.times, recent.panels);
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
