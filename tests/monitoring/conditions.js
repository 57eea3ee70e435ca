// What every page must keep to, as a list of complaints: names, labels, headings, tables, contrast.
() => {
  const complaints = [];
  const say = (rule, element) => complaints.push(`${rule}: ${element.outerHTML.slice(0, 120)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const named = (element) => (element.textContent.trim() || element.getAttribute("aria-label") || element.title
    || element.querySelector("img[alt]:not([alt=''])")?.alt || "").trim();

  if (!document.documentElement.lang) say("no language", document.documentElement);
  if (!document.title.trim()) say("no title", document.head);
  if (all("main").length !== 1 || all("h1").length !== 1) say("one main and one h1", document.body);
  for (const element of all("input:not([type=hidden]), select, textarea")) {
    if (!element.labels?.length && !element.getAttribute("aria-label")) say("no label", element);
  }
  for (const element of all("a[href], button, summary").filter(shown)) if (!named(element)) say("no name", element);
  for (const element of all("img")) if (!element.hasAttribute("alt")) say("no alt", element);
  for (const element of all("[role=img]")) if (!element.getAttribute("aria-label")) say("no name", element);
  for (const element of all("th")) if (!element.scope) say("no scope", element);
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) say("tab order", element);
  for (const element of all("[style]").filter((one) => !one.closest("[data-map], [data-bars], [data-curves]"))) {
    if (!element.matches("[data-map], [data-bars], [data-curves]")) say("inline style", element);
  }
  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) complaints.push(`id twice: ${id}`);
  let level = 1;
  for (const heading of all("main :is(h1, h2, h3, h4)")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) say("heading skipped", heading);
    level = own;
  }

  const parts = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      const [, , , opacity = 1] = parts(colour);
      if (opacity > 0.99) return colour;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  for (const element of all("main *").filter(shown)) {
    if (![...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue;
    if (element.closest("option, canvas, svg, .visually-hidden, [aria-busy=true], .vw-fresh")) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.45) say(`contrast ${contrast.toFixed(2)}`, element);
  }
  return complaints;
}
