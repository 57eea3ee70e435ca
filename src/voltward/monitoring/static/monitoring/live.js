// Live values of one vehicle by server-sent events; the age of the last frame keeps counting.
"use strict";

(() => {
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("live-words").textContent);
  const link = root.querySelector("[data-link]");
  const curves = root.querySelector("[data-curves]");
  const tables = root.querySelector("[data-tables]");
  const HOUR = 3600e3;
  const SHORTEST = 300e3;
  const GAP = 120e3;
  const AGAIN = 3e3;
  let lastFrameAt = Number(root.dataset.collectedAt || 0);
  let ahead = Number(root.dataset.now) - Date.now(); // the server's clock minus the browser's
  let recent = null;
  let source = null;

  function say(state, text) {
    if (link.dataset.link === state && link.textContent === text) return;
    link.dataset.link = state;
    link.textContent = text;
  }

  function apply(message) {
    lastFrameAt = message.collected_at_ms;
    for (const [field, text] of Object.entries(message.texts)) {
      for (const place of root.querySelectorAll(`[data-field="${field}"]`)) write(place, text);
    }
    root.querySelector("[data-never]")?.remove();
    tables.innerHTML = message.tables; // rendered by the server, escaped there
    extend(message);
  }

  function header(online) {
    const dot = document.querySelector("[data-online] > *");
    if (!dot || !online) return;
    dot.className = `vw-dot vw-dot-${online.state}`;
    dot.textContent = online.text;
  }

  function write(place, text) {
    const changed = place.textContent !== text.value;
    place.textContent = text.value;
    place.className = text.level ? `vw-level vw-level-${text.level}` : text.reason ? "vw-missing" : "";
    place.title = text.reason || "";
    if (!changed) return;
    place.classList.add("vw-fresh");
    setTimeout(() => place.classList.remove("vw-fresh"), 600);
  }

  // The last hour's curves: filled once, then one point a frame.
  async function begin() {
    try {
      recent = await Asking.json(curves.dataset.curves);
      redraw();
    } catch {
      recent = null; // the bar above says what is wrong; the next opening of the stream tries again
    }
  }

  function extend(message) {
    if (!recent) return;
    const oldest = message.collected_at_ms - HOUR;
    for (const series of recent.panels.flatMap((panel) => panel.series)) {
      const last = series.points[series.points.length - 1];
      if (last && last[0] >= message.collected_at_ms) continue;
      if (last && message.collected_at_ms - last[0] > GAP) series.points.push([last[0] + 1, null]);
      series.points.push([message.collected_at_ms, message.points[series.field] ?? null]);
      while (series.points.length && series.points[0][0] < oldest) series.points.shift();
    }
    redraw();
  }

  function redraw() {
    const times = recent.panels.flatMap((panel) => panel.series.flatMap(({ points }) => (points.length ? [points[0][0], points.at(-1)[0]] : [])));
    curves.parentElement.hidden = times.length === 0;
    if (!times.length) return;
    // As much of the hour as there is: a car that has just woken up is not a stroke at the edge.
    const last = Math.max(...times);
    Curves.draw(curves, [Math.max(last - HOUR, Math.min(last - SHORTEST, ...times)), last], recent.panels);
  }

  function tick() {
    const seconds = (Date.now() + ahead - lastFrameAt) / 1000;
    for (const place of root.querySelectorAll("[data-age]")) {
      place.textContent = lastFrameAt ? Times.age(seconds, words.age) : words.never;
    }
  }

  function open() {
    source = new EventSource(root.dataset.live);
    const on = (name, act) => source.addEventListener(name, (event) => {
      const message = JSON.parse(event.data);
      if (message.now_ms) ahead = message.now_ms - Date.now();
      header(message.online);
      act(message);
      tick();
    });
    on("state", (message) => { say("open", words.open); apply(message); if (!recent) begin(); });
    on("alive", () => say("open", words.open));
    on("trouble", (message) => say("trouble", message.text));
    on("ended", () => { source.close(); say("trouble", words.ended); });
    source.onerror = () => {
      say("broken", words.broken);
      // The browser tries again by itself, but not after an answer that was no stream.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN);
    };
  }

  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
  begin();
  tick();
  setInterval(tick, 1000);
})();
