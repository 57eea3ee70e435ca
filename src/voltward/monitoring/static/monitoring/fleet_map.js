// The map of the fleet: renews itself, tells what a hexagon or a point holds, and leads to the list.
"use strict";

(() => {
  const root = document.querySelector("[data-fleet-map]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("fleet-map-words").textContent);
  const state = root.querySelector("[data-state]");
  const bar = root.querySelector("[data-layers]");
  const side = { title: root.querySelector("[data-side-title]"), body: root.querySelector("[data-side-body]") };
  const rows = root.querySelector("[data-rows]");
  const drawn = Maps.make(root.querySelector("[data-map]"));
  const EVERY = 5e3;
  const LATE = 30;
  const LISTED = 20;
  let body = null;
  let points = [];
  let chosen = "";
  let exact = null;
  let ahead = 0; // the server's clock minus the browser's
  let asked = 0;

  const layer = () => bar.elements.layer.value;
  const make = (name, text = "", css = "") => {
    const made = document.createElement(name);
    made.textContent = text;
    if (css) made.className = css;
    return made;
  };

  async function load(byItself = false) {
    const ticket = ++asked;
    const query = new URLSearchParams({ zoom: "3", bbox: "" });
    if (drawn) {
      const bounds = drawn.map.getBounds();
      query.set("zoom", drawn.map.getZoom().toFixed(2));
      query.set("bbox", [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((one) => one.toFixed(4)).join(","));
    }
    try {
      const [cells, alarms] = await Promise.all([Asking.json(`${root.dataset.cells}?${query}`, { byItself }), Asking.json(root.dataset.alarms, { byItself })]);
      if (ticket !== asked) return;
      body = cells;
      points = alarms.points;
      ahead = body.now_ms - Date.now();
      show();
    } catch (error) {
      if (ticket === asked) state.textContent = `${words.failed}${error.message}`;
    }
  }

  function show() {
    const { totals } = body;
    const online = totals.driving + totals.charging + totals.parked;
    const numbers = { ...totals, online, all: online + totals.offline, alarms: body.alarmed };
    for (const place of root.querySelectorAll("[data-total]")) place.textContent = numbers[place.dataset.total].toLocaleString("en-US");
    drawn?.hexagons(body.features);
    drawn?.points(bar.elements.alarms.checked ? points.map((one) => ({ ...one, label: `${one.vin} ${one.rule} ${one.level}` })) : [], tellPoint);
    const found = body.features.find(({ properties }) => properties.cell === chosen);
    if (found) tellCell(found.properties);
    list();
    tick();
  }

  function list() {
    const shown = body.features.map(({ properties }) => properties).filter((one) => one[layer()] > 0);
    shown.sort((one, other) => other[layer()] - one[layer()]);
    rows.replaceChildren(...shown.slice(0, LISTED).map((one) => {
      const row = document.createElement("tr");
      const link = make("a", one.cell, "vw-mono");
      link.href = `${root.dataset.list}?hexagon=${one.cell}`;
      const first = document.createElement("td");
      first.append(link);
      const last = document.createElement("td");
      last.append(one.level ? badge(one.level) : "—");
      row.append(first, ...["all", "driving", "charging", "parked", "offline"].map((name) => make("td", one[name].toLocaleString("en-US"), "vw-number")), last);
      return row;
    }));
  }

  const badge = (level) => make("span", level, `vw-level vw-level-${level === 4 ? "thermal" : level}`);

  function facts(pairs) {
    const made = document.createElement("dl");
    for (const [name, value] of pairs) {
      const place = document.createElement("dd");
      place.append(value);
      made.append(make("dt", name), place);
    }
    return made;
  }

  function tellCell(one) {
    chosen = one.cell;
    drawn?.chosen(one.cell);
    side.title.textContent = Asking.fill(words.cell, { cell: one.cell });
    const link = make("a", words.list, "btn");
    link.href = `${root.dataset.list}?hexagon=${one.cell}`;
    const pairs = ["all", "driving", "charging", "parked", "offline"].map((key) => [words.layers[key], Asking.fill(words.vehicles, { count: one[key].toLocaleString("en-US") })]);
    if (one.level) pairs.push([words.level, badge(one.level)]);
    side.body.replaceChildren(facts(pairs), link);
  }

  function tellPoint(one) {
    chosen = "";
    drawn?.chosen("");
    side.title.textContent = "";
    side.title.append(badge(one.level), ` ${one.rule}`);
    const link = make("a", one.vin, "vw-mono");
    link.href = root.dataset.vehicle.replace("VIN", one.vin);
    const said = make("p", words.masked, "vw-hint");
    const parts = [facts([["VIN", link], [words.model, one.model || "—"], [words.state, one.state], [words.opened, Times.full(one.opened_ms)]]), said];
    if ("exact" in root.dataset) {
      const button = make("button", words.exact, "btn");
      button.type = "button";
      button.addEventListener("click", () => place(one, said));
      parts.push(button);
    }
    side.body.replaceChildren(...parts);
  }

  async function place(one, said) {
    const answer = await fetch(root.dataset.place.replace("VIN", one.vin), { method: "POST", headers: { "X-CSRFToken": root.dataset.token, Accept: "application/json" } });
    const kind = answer.headers.get("Content-Type") || "";
    const found = kind.startsWith("application/json") ? await answer.json() : { detail: String(answer.status) };
    if (!answer.ok) { said.textContent = `${words.failed}${found.detail}`; return; }
    said.textContent = Asking.fill(words.place, { at: found.at, latitude: found.latitude_deg, longitude: found.longitude_deg });
    if (!drawn || !found.exact) return;
    exact?.remove();
    exact = new maplibregl.Marker({ element: make("span", "", "vw-map-exact") }).setLngLat(found.drawn).addTo(drawn.map);
    drawn.map.easeTo({ center: found.drawn, zoom: 13, duration: 150 });
  }

  function tick() {
    if (!body) return;
    const seconds = (Date.now() + ahead - body.at_ms) / 1000;
    const parts = [Asking.fill(words.age, { age: Times.age(seconds, words.ages) })];
    if (body.unplaced) parts.push(Asking.fill(words.unplaced, { count: body.unplaced.toLocaleString("en-US") }));
    if (!body.features.length) parts.unshift(words.none);
    state.textContent = seconds > LATE ? `${words.away} ${parts.join(" ")}` : parts.join(" ");
    state.classList.toggle("vw-map-age-late", seconds > LATE);
  }

  bar.addEventListener("change", () => {
    drawn?.layer(layer());
    drawn?.levels(bar.elements.alarms.checked);
    if (body) show();
  });
  bar.addEventListener("submit", (event) => event.preventDefault());
  if (drawn) {
    drawn.map.on("moveend", () => load());
    drawn.map.on("click", "hexagons", (event) => tellCell(event.features[0].properties));
    drawn.map.on("mousemove", "hexagons", () => { drawn.map.getCanvas().style.cursor = "pointer"; });
    drawn.map.on("mouseleave", "hexagons", () => { drawn.map.getCanvas().style.cursor = ""; });
  }
  load();
  setInterval(() => load(true), EVERY);
  setInterval(tick, 1e3);
})();
