// Keys, menus and small comforts of every page. Nothing here is needed to read or to act.
"use strict";

(() => {
  const root = document.documentElement;
  const find = (selector) => document.querySelector(selector);

  const keep = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };

  const switchTheme = () => {
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = theme;
    keep("voltward_theme", theme);
    document.dispatchEvent(new CustomEvent("voltward:theme", { detail: theme }));
  };

  const narrowMenu = () => {
    keep("voltward_menu", root.classList.toggle("vw-narrow") ? "narrow" : "wide");
    dispatchEvent(new Event("resize"));
  };

  const openMenu = (open) => {
    const button = find("[data-menu-open]");
    const menu = find("#menu");
    if (!button || !menu) return;
    const leaves = !open && menu.classList.contains("vw-open") && menu.contains(document.activeElement);
    menu.classList.toggle("vw-open", open);
    button.setAttribute("aria-expanded", String(open));
    if (open) menu.querySelector("a")?.focus();
    if (leaves) button.focus();
  };

  // The menu is longer than many screens: where one is shall be seen in it.
  find("#menu [aria-current]")?.scrollIntoView({ block: "nearest" });

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const word = button.querySelector("span");
    if (!word || !button.dataset.copied) return;
    const before = word.textContent;
    word.textContent = button.dataset.copied;
    setTimeout(() => { word.textContent = before; }, 1500);
  };

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    if (hit("[data-theme-switch]")) switchTheme();
    if (hit("[data-menu-narrow]")) narrowMenu();
    if (hit("[data-keys-open]")) find("#keys")?.showModal();
    if (hit("[data-print]")) print();
    if (hit("[data-copy]")) copy(hit("[data-copy]"));
    const opener = hit("[data-menu-open]");
    if (opener) openMenu(opener.getAttribute("aria-expanded") !== "true");
    else if (!hit("#menu")) openMenu(false);
    for (const drop of document.querySelectorAll("details.vw-drop[open]")) {
      if (!drop.contains(event.target)) drop.open = false;
    }
  });

  const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      find("#search")?.select();
      find("#search")?.focus();
      return;
    }
    if (event.key === "Escape") {
      openMenu(false);
      for (const drop of document.querySelectorAll("details.vw-drop[open]")) {
        drop.open = false;
        drop.querySelector("summary").focus();
      }
      if (document.activeElement?.closest(".vw-search")) document.activeElement.blur();
      return;
    }
    const hits = event.target.closest?.(".vw-search");
    if (hits && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const stops = [find("#search"), ...hits.querySelectorAll(".vw-results a")];
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (next) { event.preventDefault(); next.focus(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") find("#keys")?.showModal();
    if (event.key === "[") narrowMenu();
  });

  // A file above the limit is refused before it travels; the server refuses it anyway.
  document.addEventListener("change", (event) => {
    const input = event.target.closest("input[data-largest-bytes]");
    if (!input) return;
    const large = [...input.files].some((file) => file.size > Number(input.dataset.largestBytes));
    input.setCustomValidity(large ? input.dataset.tooLarge : "");
    input.reportValidity();
  });

  // A page may lie open for hours: the time on paper is that of printing.
  addEventListener("beforeprint", () => {
    for (const place of document.querySelectorAll("[data-printed-at]")) {
      const zone = { timeZone: place.dataset.zone, dateStyle: "short", timeStyle: "medium" };
      place.textContent = new Intl.DateTimeFormat("sv-SE", zone).format(new Date());
    }
  });

  // What a page asks by itself is no touch of a hand: it must not keep a session alive.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.triggeringEvent) event.detail.headers["X-Voltward-Untouched"] = "1";
  });

  // A hand at work on a page that asks the server nothing is told once a minute.
  const touchUrl = document.body.dataset.touch;
  let touchedAt = Date.now();
  const touch = () => {
    if (Date.now() - touchedAt < 60000) return;
    touchedAt = Date.now();
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    fetch(touchUrl, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => {});
  };
  if (touchUrl) {
    document.addEventListener("pointerdown", touch);
    document.addEventListener("keydown", touch);
  }

  // A failed exchange is said where the reader looks, with the number to quote.
  document.addEventListener("htmx:responseError", (event) => {
    const place = find("#messages");
    if (!place) return;
    const number = event.detail.xhr.getResponseHeader("X-Request-Number") || "";
    const note = document.createElement("p");
    note.className = "vw-note vw-note-error";
    note.textContent = `${event.detail.xhr.status} · ${number}`;
    place.replaceChildren(note);
    if (event.detail.xhr.status === 403 || event.detail.xhr.status === 401) location.reload();
  });
})();
