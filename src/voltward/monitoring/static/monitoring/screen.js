// A wall screen: filled from one address every few seconds; says how old its data are; goes on to the next.
"use strict";

(() => {
  const body = document.body;
  const words = JSON.parse(document.getElementById("screen-words").textContent);
  const place = (name) => document.querySelector(`[data-${name}]`);
  const drawn = Maps.make(place("map"), { interactive: false });
  const EVERY = 3e3;
  const LATE = 20; // seconds; the data are made every few
  const DUE = 0.25; // of a clock: its last quarter
  const number = (value, digits = 0) => (value === null || value === undefined ? "—" : value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const DIGITS = { lag_s: 1, timely_pct: 1, fixed_pct: 1 };
  let found = null;
  let ahead = 0; // the server's clock minus the screen's
  let heard = Date.now();
  let works = true;

  const make = (name, text = "", css = "") => {
    const made = document.createElement(name);
    made.textContent = text;
    if (css) made.className = css;
    return made;
  };
  const badge = (one) => make("span", one.level, `vw-level vw-level-${one.style}`);
  const age = (milliseconds) => Times.age(milliseconds / 1000, words.ages);
  // Of clocks: hours and minutes, under an hour minutes alone.
  const span = (milliseconds) => {
    const minutes = Math.floor(milliseconds / 60e3);
    return minutes < 60 || minutes >= 6000 ? age(milliseconds) : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  };
  const now = () => Date.now() + ahead;

  async function load() {
    try {
      found = await Asking.json(body.dataset.screen, { byItself: true });
      ahead = found.now_ms - Date.now();
      heard = Date.now();
      works = true;
      show();
    } catch {
      works = false; // the line at the top says since when
    }
    tick();
  }

  function show() {
    for (const one of document.querySelectorAll("[data-figure]")) one.textContent = number(found.fleet[one.dataset.figure], DIGITS[one.dataset.figure]);
    drawn?.hexagons(found.hexagons);
    drawn?.points(found.points);
    fill("open", found.open, (count, index, list) => {
      const item = list.children[index];
      item.firstElementChild.textContent = number(count);
      item.firstElementChild.classList.toggle("vw-wall-zero", count === 0);
      return item;
    });
    fill("models", found.models, (one) => line(null, one.model || "—", number(one.rate, 1), `${number(one.alarms)} / ${number(one.vehicles)}`));
    fill("rules", found.rules, (one) => line(badge(one), one.rule, number(one.alarms)));
    fill("verdicts", found.verdicts, (one) => line(null, one.verdict, number(one.alarms)));
    fill("ticker", found.ticker, tickerItem, words.quiet);
    const [ticker, again, strip] = [place("ticker"), place("ticker-again"), place("strip")];
    again.replaceChildren(...[...ticker.children].map((one) => one.cloneNode(true)));
    strip.classList.toggle("vw-wall-runs", ticker.scrollWidth > strip.clientWidth);
    bars();
    cases();
  }

  function fill(name, rows, item, none = words.none) {
    const list = place(name);
    if (!list) return;
    const items = rows.map((one, index) => item(one, index, list));
    list.replaceChildren(...(items.length ? items : [make("li", none, "vw-wall-note")]));
  }

  function line(first, text, value, small = "") {
    const item = document.createElement("li");
    const said = make("span", text);
    item.append(first ?? make("span"), said);
    if (small) item.append(make("small", small));
    item.append(make("b", value));
    return item;
  }

  function tickerItem(one) {
    const item = make("li", "", one.open ? "" : "vw-wall-ended");
    item.append(make("span", Times.clock(one.opened_ms).slice(0, 5)), badge(one), make("span", `${one.rule} · ${one.model || "—"} · …${one.vin}`));
    return item;
  }

  function cases() {
    if (!found) return;
    fill("cases", found.cases, (one) => {
      const what = make("span", "", "vw-wall-what");
      what.append(make("span", one.rule), make("small", [one.model, `…${one.vin}`, one.state, one.owner].filter(Boolean).join(" · ")));
      const item = document.createElement("li");
      item.append(badge(one), what, clock(one));
      return item;
    });
  }

  function clock(one) {
    if (one.due_ms === null) return make("b", Asking.fill(words.open_for, { age: span(now() - one.opened_ms) }));
    const left = one.due_ms - now();
    if (left < 0) return make("b", Asking.fill(words.overdue, { age: span(-left) }), "vw-wall-overdue");
    const isDue = left < DUE * (one.due_ms - one.opened_ms);
    return make("b", Asking.fill(words.due, { age: span(left) }), isDue ? "vw-wall-due" : "");
  }

  // Twenty-four columns, the levels stacked, level 1 at the bottom.
  function bars() {
    const chart = place("bars");
    if (!chart) return;
    const [WIDTH, HEIGHT, FOOT] = [576, 176, 24];
    const sums = found.hours.map(({ levels }) => levels.reduce((a, b) => a + b, 0));
    const most = Math.max(...sums, 1);
    const step = WIDTH / found.hours.length;
    const shape = (name, attributes, text = "") => {
      const made = document.createElementNS(chart.namespaceURI, name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = text;
      return made;
    };
    const parts = [shape("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT })];
    found.hours.forEach(({ at, levels }, index) => {
      let y = HEIGHT - FOOT;
      levels.forEach((count, level) => {
        const height = (count / most) * (HEIGHT - FOOT - 8);
        y -= height;
        if (count) parts.push(shape("rect", { class: `vw-bar-${level + 1}`, x: index * step + 3, y, width: step - 6, height }));
      });
      if (index % 6 === 0) parts.push(shape("text", { x: index * step, y: HEIGHT - 4 }, Times.clock(at).slice(0, 5)));
    });
    chart.replaceChildren(...parts);
    place("day").textContent = number(sums.reduce((a, b) => a + b, 0));
  }

  function tick() {
    place("clock").textContent = Times.full(now()).slice(0, 19);
    const said = place("age");
    const silent = (Date.now() - heard) / 1000;
    const behind = found?.data_ms ? (now() - found.data_ms) / 1000 : null;
    const late = (!works && silent > LATE) || (found !== null && (behind === null || behind > LATE));
    document.documentElement.classList.toggle("vw-wall-late", late);
    if (!works && silent > LATE) said.textContent = Asking.fill(words.broken, { age: age(silent * 1000) });
    else if (found === null) said.textContent = "";
    else if (behind === null) said.textContent = words.never;
    else said.textContent = Asking.fill(late ? words.late : words.live, { age: age(behind * 1000) });
  }

  // Only while the platform answers: a page that cannot be read is no replacement for an old one.
  function goOn() {
    if (works) location.assign(body.dataset.following);
    else setTimeout(goOn, EVERY);
  }

  load();
  setInterval(load, EVERY);
  setInterval(() => { tick(); cases(); }, 1e3);
  if (body.dataset.following) setTimeout(goOn, Number(body.dataset.pageS) * 1e3);
})();
