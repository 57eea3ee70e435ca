// Steps on alarms: buttons open their dialog, forms go by fetch, refusals are said where the hand is.
"use strict";

const AlarmActs = (() => {
  const plain = document.getElementById("act-plain");
  const words = JSON.parse(document.getElementById("desk-words").textContent);
  let chosen = [];
  let done = () => location.reload();

  // What is picked by boxes goes before what is looked at.
  let picked = () => [];

  function ids(button) {
    const own = button?.closest("[data-acts-of]")?.dataset.actsOf;
    return own ? [own] : picked();
  }

  function start(step, of) {
    if (!plain || !of.length) return;
    chosen = of;
    if (step === "claim" || step === "release") {
      send(plain.dataset[step], new FormData(plain), null);
      return;
    }
    const dialog = document.getElementById(`act-${step}`);
    if (!dialog) return;
    dialog.querySelector("form").reset();
    dialog.querySelector("[data-refusal]").textContent = "";
    dialog.showModal();
    dialog.querySelector("select, input:not([type=hidden]), textarea")?.focus();
  }

  async function send(address, data, form) {
    if (!data.has("alarm")) for (const one of chosen) data.append("alarm", one);
    const buttons = form ? [...form.querySelectorAll("button")] : [];
    for (const one of buttons) one.disabled = true;
    try {
      const answer = await fetch(address, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      if (!isJson) throw new Error(`${answer.status} · ${answer.headers.get("X-Request-Number") || ""}`);
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.detail || String(answer.status));
      form?.closest("dialog")?.close();
      done(body.said);
    } catch (error) {
      const place = form?.querySelector("[data-refusal]");
      if (place) place.textContent = error.message;
      else say(`${words.failed || ""}${error.message}`, "error");
    } finally {
      for (const one of buttons) one.disabled = false;
    }
  }

  function say(text, kind = "success") {
    const note = document.createElement("p");
    note.className = `vw-note vw-note-${kind}`;
    note.setAttribute("role", kind === "error" ? "alert" : "status");
    note.textContent = text;
    document.getElementById("messages")?.replaceChildren(note);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) start(button.dataset.act, ids(button));
    if (event.target.closest("[data-act-cancel]")) event.target.closest("dialog").close();
    if (event.target.closest("[data-handover]")) start("handover", ["0"]);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-act-form]");
    if (!form) return;
    event.preventDefault();
    send(form.action, new FormData(form), form);
  });

  return {
    start, say,
    // done(text): after a step; picked(): what the batch buttons are for.
    listen(after, of) { done = after; picked = of; },
  };
})();
