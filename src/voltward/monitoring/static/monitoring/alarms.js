// The alarm centre, live: rows come, change and go without moving what the hand is on.
"use strict";

(() => {
  const root = document.querySelector("[data-desk]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("desk-words").textContent);
  const link = document.querySelector("[data-link]");
  const pane = root.querySelector("[data-pane]");
  const callingNote = document.querySelector("[data-calling]");
  const AGAIN = 3000;
  const LATE = 15000; // the server says every few seconds that it is there
  const COUNTS_EVERY = 3000;
  let source = null;
  let heardAt = Date.now();
  let mark = root.dataset.mark;
  let calling = new Map(); // what must be heard: alarm to its last word
  const asked = new Set(); // alarms whose rows are to be fetched
  const held = new Map(); // rows that wait for the hand to go
  const gone = new Set(); // rows that go when the hand goes
  let fetching = false;
  let countsDue = null;
  let shownId = null;

  const find = (selector) => root.querySelector(selector);
  const body = () => find("table[data-live] tbody");
  const rowOf = (id) => document.getElementById(`alarm-${id}`);
  const rows = () => [...root.querySelectorAll("tr[data-alarm]")];
  const checked = () => [...root.querySelectorAll("tr[data-alarm] input:checked")].map((box) => box.value);
  // The hand is on the table: a pointer over it, a row in focus, or a dialog about its rows.
  const isHeld = () => Boolean(find("table[data-live] tbody:hover") || document.activeElement?.closest("tr[data-alarm]")
    || document.querySelector("dialog[open]"));

  function say(state, text) {
    if (link.dataset.link === state && link.textContent === text) return;
    link.dataset.link = state;
    link.textContent = text;
  }

  // ---- what calls

  function call() {
    const number = calling.size;
    callingNote.hidden = !number;
    const text = Asking.fill(words.sound.calling, { number });
    if (number && callingNote.textContent !== text) callingNote.textContent = text;
    callingNote.classList.toggle("vw-calling-thermal", [...calling.values()].some(({ thermal }) => thermal));
    AlarmSound.call(new Map([...calling].map(([id, { thermal }]) => [id, thermal])));
  }

  function heard(one) {
    if (one.calls) calling.set(one.id, one);
    else calling.delete(one.id);
    call();
  }

  // ---- rows

  function ask(id) {
    asked.add(id);
    if (!fetching) fetchRows();
  }

  async function fetchRows() {
    fetching = true;
    try {
      while (asked.size) {
        const ids = [...asked].slice(0, 100);
        for (const id of ids) asked.delete(id);
        const query = new URLSearchParams(location.search);
        for (const name of ["after", "before", "saved", "export"]) query.delete(name);
        for (const id of ids) query.append("id", id);
        const found = await Asking.json(`${root.dataset.rows}?${query}`);
        for (const one of found.rows) put(one);
        for (const id of found.gone) drop(id);
        countsSoon();
      }
    } catch {
      setTimeout(() => location.reload(), AGAIN * 10); // rows that cannot be read are asked for anew
    } finally {
      fetching = false;
    }
  }

  function made(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html; // rendered by the server, escaped there
    return holder.content.querySelector("tr");
  }

  function put(one) {
    const there = rowOf(one.id);
    gone.delete(one.id);
    if (there) {
      if (Number(there.dataset.change) < one.change) change(there, made(one.html));
      return;
    }
    if (isHeld()) {
      held.set(one.id, one);
      showHeld();
      return;
    }
    insert(one, true);
  }

  // In place: nothing around it moves.
  function change(there, fresh) {
    const box = there.querySelector("input");
    const was = { checked: box.checked, focused: document.activeElement === there, inner: there.contains(document.activeElement) };
    fresh.querySelector("input").checked = was.checked;
    fresh.classList.toggle("vw-looked", there.classList.contains("vw-looked"));
    there.replaceWith(fresh);
    if (was.focused || was.inner) { fresh.tabIndex = -1; fresh.focus({ preventScroll: true }); }
    flash(fresh);
    age();
    if (String(shownId) === fresh.dataset.alarm) refreshPane();
  }

  function insert(one, isNew) {
    const table = body();
    if (!table) return void refreshList();
    if (!find("table[data-first]") && isNew) { held.set(one.id, one); showHeld(); return; }
    const fresh = made(one.html);
    const next = rows().find((row) => Number(row.dataset.urgency) < one.urgency);
    if (next) next.before(fresh);
    else if (find(".vw-paging [rel=next]")) return; // it belongs to a later page
    else table.append(fresh);
    flash(fresh);
    age();
  }

  function flash(row) {
    row.classList.add("vw-fresh");
    setTimeout(() => row.classList.remove("vw-fresh"), 1200);
  }

  function drop(id) {
    held.delete(id);
    const row = rowOf(id);
    if (!row) return showHeld();
    row.classList.add("vw-alarm-gone");
    const box = row.querySelector("input");
    box.checked = false;
    box.disabled = true;
    gone.add(id);
    settle();
  }

  // What waited for the hand to go.
  function settle() {
    if (isHeld()) return showHeld();
    for (const id of gone) rowOf(id)?.remove();
    gone.clear();
    if (find("table[data-first]") || !find("table[data-live]")) {
      for (const one of [...held.values()].sort((a, b) => a.urgency - b.urgency)) insert(one, false);
      held.clear();
    }
    if (body() && !rows().length) refreshList();
    showHeld();
    batch();
  }

  function showHeld() {
    const button = find("[data-new]");
    if (!button) return;
    button.hidden = !held.size;
    button.textContent = Asking.fill(words.new, { number: held.size });
    button.classList.toggle("vw-new-grave", [...held.values()].some(({ urgency }) => urgency >= 3e11));
  }

  function refreshList() {
    htmx.ajax("GET", location.href, { target: "#list", select: "#list", swap: "outerHTML" });
  }

  function countsSoon() {
    countsDue ??= setTimeout(async () => {
      countsDue = null;
      if (find("#facets:hover")) return countsSoon();
      const answer = await fetch(location.href, { headers: { "HX-Request": "true", "X-Voltward-Untouched": "1" } }).catch(() => null);
      if (!answer?.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const selector of ["#facets", ".vw-list-count > span"]) {
        const [old, fresh] = [find(selector), page.querySelector(selector)];
        if (!old || !fresh || old.innerHTML === fresh.innerHTML || old.contains(document.activeElement)) continue;
        old.replaceWith(fresh);
        htmx.process(fresh);
      }
    }, COUNTS_EVERY);
  }

  // ---- the stream

  function open() {
    source?.close();
    source = new EventSource(`${root.dataset.events}?since=${mark}`);
    const on = (name, act) => source.addEventListener(name, (event) => {
      heardAt = Date.now();
      if (event.lastEventId) mark = event.lastEventId;
      say("open", words.open);
      act(JSON.parse(event.data));
    });
    on("begun", () => {});
    on("changed", (one) => {
      heard(one);
      ask(one.id);
    });
    on("alive", (told) => {
      calling = new Map(told.calling.map((one) => [one.id, one]));
      call();
    });
    on("stale", () => refreshList());
    on("trouble", (told) => say("trouble", told.text));
    on("ended", () => { source.close(); source = null; say("trouble", words.ended); });
    source.onerror = () => {
      say("broken", words.broken);
      if (source?.readyState === EventSource.CLOSED) setTimeout(open, AGAIN);
    };
  }

  // A link that says nothing for long is dead, whatever the browser believes.
  setInterval(() => {
    if (!source || Date.now() - heardAt < LATE) return;
    say("broken", words.broken);
    heardAt = Date.now();
    open();
  }, 1000);

  // ---- the pane

  async function look(row) {
    if (!row) return;
    for (const other of root.querySelectorAll(".vw-looked")) other.classList.remove("vw-looked");
    row.classList.add("vw-looked");
    if (String(shownId) === row.dataset.alarm) return;
    shownId = row.dataset.alarm;
    await fillPane();
  }

  async function fillPane() {
    const id = shownId;
    pane.setAttribute("aria-busy", "true");
    const answer = await fetch(root.dataset.preview.replace("/0/", `/${id}/`)).catch(() => null);
    if (id !== shownId) return;
    pane.removeAttribute("aria-busy");
    if (!answer?.ok) {
      pane.textContent = `${words.unread}${answer?.status ?? ""} ${answer?.headers.get("X-Request-Number") ?? ""}`;
      return;
    }
    AlarmPreview.empty(pane);
    pane.innerHTML = await answer.text(); // rendered by the server, escaped there
    root.classList.add("vw-looking");
    age();
    AlarmPreview.fill(pane);
  }

  // The log and state of what is looked at, without drawing its curves anew.
  async function refreshPane() {
    const id = shownId;
    const answer = await fetch(root.dataset.preview.replace("/0/", `/${id}/`)).catch(() => null);
    if (id !== shownId || !answer?.ok || pane.contains(document.activeElement)) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = await answer.text();
    for (const selector of [".vw-pane-head", ".vw-steps"]) {
      const [old, now] = [pane.querySelector(selector), fresh.content.querySelector(selector)];
      if (old && now) old.replaceWith(now);
    }
    age();
  }

  function closePane() {
    AlarmPreview.empty(pane);
    pane.replaceChildren();
    root.classList.remove("vw-looking");
    const row = rowOf(shownId);
    shownId = null;
    row?.classList.remove("vw-looked");
    row?.focus({ preventScroll: true });
  }

  // ---- picking

  function batch() {
    const bar = find("[data-batch]");
    if (!bar) return;
    const number = checked().length;
    bar.hidden = !number;
    find("[data-selected]").textContent = Asking.fill(words.selected, { number });
  }

  function age() {
    for (const place of root.querySelectorAll("[data-since]")) {
      place.textContent = Times.age(Date.now() / 1000 - Number(place.dataset.since), words.age);
    }
  }

  root.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      for (const box of root.querySelectorAll("tr[data-alarm] input:not(:disabled)")) box.checked = event.target.checked;
    }
    if (event.target.matches("input[type=checkbox]")) batch();
  });

  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-pane-close]")) return closePane();
    if (event.target.closest("[data-new]")) return showAll();
    if (event.target.closest("[data-unselect]")) {
      for (const box of root.querySelectorAll("tr[data-alarm] input:checked, [data-all]")) box.checked = false;
      return batch();
    }
    const row = event.target.closest("tr[data-alarm]");
    if (!row || event.target.closest("input, .vw-pick")) return;
    if (event.target.closest("a") && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    look(row);
  });

  function showAll() {
    if (!find("table[data-first]")) return refreshList();
    for (const one of [...held.values()].sort((a, b) => a.urgency - b.urgency)) insert(one, false);
    held.clear();
    showHeld();
  }

  root.addEventListener("focusin", (event) => {
    if (event.target.matches("tr[data-alarm]")) look(event.target);
  });
  root.addEventListener("pointerleave", settle, true);
  root.addEventListener("focusout", () => setTimeout(settle, 0));
  document.addEventListener("close", () => setTimeout(settle, 0), true);
  setInterval(settle, 2000);

  const typing = (element) => element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const KEYS = { c: "claim", i: "incident", x: "close" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "n" && held.size) return showAll();
    if (event.key === "Escape" && shownId && root.classList.contains("vw-looking")) return closePane();
    if (event.key === " " && event.target.matches("tr[data-alarm]")) {
      event.preventDefault();
      event.target.querySelector("input").click();
      return;
    }
    const step = KEYS[event.key];
    const of = checked().length ? checked() : shownId ? [String(shownId)] : [];
    if (step && of.length) { event.preventDefault(); AlarmActs.start(step, of); }
  });

  AlarmActs.listen((text) => {
    if (text) AlarmActs.say(text);
    for (const box of root.querySelectorAll("tr[data-alarm] input:checked, [data-all]")) box.checked = false;
    batch();
    for (const row of rows()) if (row.classList.contains("vw-looked")) ask(Number(row.dataset.alarm));
    if (shownId) refreshPane();
  }, checked);

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "list") return;
    held.clear();
    gone.clear();
    batch();
    age();
    rowOf(shownId)?.classList.add("vw-looked");
  });
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  AlarmSound.begin(document.querySelector("[data-sound]"), words.sound);
  open();
  age();
  setInterval(age, 5000);
})();
