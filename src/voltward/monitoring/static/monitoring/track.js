// A vehicle's track: hexagons, or after a reason the places as sent, replayed with a slider.
"use strict";

(() => {
  const root = document.querySelector("[data-track]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("track-words").textContent);
  const state = root.querySelector("[data-state]");
  const shown = root.querySelector("[data-shown]");
  const slider = root.querySelector("[data-slider]");
  const reading = root.querySelector("[data-reading]");
  const speed = root.querySelector("[data-speed]");
  const play = root.querySelector("[data-play]");
  const ranges = Ranges.bind(root.querySelector("form.vw-range"), () => load());
  const STEP = 100;
  let drawn = null;
  let steps = []; // of stays {from, to, cell, ring} or points [ms, x, y, speed, soc]
  let isExact = false;
  let car = null;
  let timer = 0;
  let moment = 0;
  let asked = 0;

  async function load(reason = null) {
    const ticket = ++asked;
    stop();
    state.textContent = words.loading;
    try {
      const query = ranges.query();
      const body = reason === null ? await Asking.json(`${root.dataset.track}?${query}`) : await post(`${root.dataset.exact}?${query}`, reason);
      if (ticket === asked) show(body);
    } catch (error) {
      if (ticket === asked) state.textContent = `${words.failed}${error.message}`;
    }
  }

  async function post(address, reason) {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ reason }), headers: { "X-CSRFToken": root.dataset.token, Accept: "application/json" } });
    const kind = answer.headers.get("Content-Type") || "";
    const body = kind.startsWith("application/json") ? await answer.json() : { detail: String(answer.status) };
    if (!answer.ok) throw new Error(body.detail);
    return body;
  }

  function show(body) {
    isExact = body.exact;
    steps = isExact ? body.points : body.stays;
    const empty = steps.length === 0;
    shown.hidden = empty;
    root.querySelector("[data-empty]").hidden = !empty;
    const newest = root.querySelector("[data-newest]");
    newest.hidden = !body.newest;
    newest.href = `?${body.newest || ""}`;
    const said = isExact ? Asking.fill(words.exact, { points: steps.length }) : Asking.fill(words.coarse, { steps: steps.length });
    state.textContent = empty ? "" : [said, ...(body.whole ? [] : [Asking.fill(words.cut, { points: steps.length })])].join(" · ");
    if (empty) return;
    drawn ??= Maps.make(root.querySelector("[data-map]"));
    slider.max = steps.length - 1;
    fit();
    at(steps.length - 1);
  }

  function fit() {
    if (!drawn) return;
    const bounds = new maplibregl.LngLatBounds();
    for (const step of steps) for (const place of isExact ? [[step[1], step[2]]] : step.ring) bounds.extend(place);
    drawn.ready.then(() => drawn.map.fitBounds(bounds, { padding: 40, maxZoom: 15, duration: 0 }));
  }

  const begun = (step) => (isExact ? step[0] : step.from);

  function at(index) {
    slider.value = index;
    moment = begun(steps[index]);
    if (isExact) atPoint(index); else atStay(index);
  }

  function atStay(index) {
    const now = steps[index];
    reading.textContent = Asking.fill(words.stay, { from: Times.full(now.from), to: Times.clock(now.to), cell: now.cell });
    car?.remove();
    car = null;
    const cells = new Map(steps.slice(0, index + 1).map((one) => [one.cell, one.ring]));
    drawn?.path([...cells].map(([cell, ring]) => ({ type: "Feature", properties: { now: cell === now.cell }, geometry: { type: "Polygon", coordinates: [ring] } })));
  }

  function atPoint(index) {
    const [ms, x, y, kmh, soc] = steps[index];
    reading.textContent = Asking.fill(words.point, { at: Times.full(ms), speed: kmh ?? "—", soc: soc ?? "—" });
    if (!drawn) return;
    drawn.path([{ type: "Feature", properties: { now: false }, geometry: { type: "LineString", coordinates: steps.slice(0, index + 1).map((one) => [one[1], one[2]]) } }]);
    if (!car) {
      const element = document.createElement("span");
      element.className = "vw-map-exact";
      car = new maplibregl.Marker({ element });
      car.setLngLat([x, y]).addTo(drawn.map);
    }
    car.setLngLat([x, y]);
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.querySelector("span").textContent = words.play;
  }

  function go() {
    if (Number(slider.value) >= steps.length - 1) at(0);
    play.querySelector("span").textContent = words.pause;
    timer = setInterval(() => {
      const until = moment + STEP * Number(speed.value);
      let index = Number(slider.value);
      while (index < steps.length - 1 && begun(steps[index + 1]) <= until) index += 1;
      if (index !== Number(slider.value)) at(index);
      moment = until;
      if (index >= steps.length - 1) stop();
    }, STEP);
  }

  play.addEventListener("click", () => (timer ? stop() : go()));
  slider.addEventListener("input", () => { stop(); at(Number(slider.value)); });
  root.querySelector("[data-exact-form]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    load(event.target.elements.reason.value);
  });
  load();
})();
