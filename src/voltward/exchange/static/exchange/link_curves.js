// The samples of a link over the last day, as stacked curves.
"use strict";

(async () => {
  const root = document.querySelector("[data-link-curves]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("link-words").textContent);
  const state = root.querySelector("[data-state]");
  const curves = root.querySelector("[data-curves]");
  try {
    const body = await Asking.json(root.dataset.linkCurves);
    curves.hidden = body.panels.length === 0;
    state.textContent = body.panels.length === 0 ? words.empty : "";
    if (body.panels.length) Curves.draw(curves, body.range, body.panels);
  } catch (error) {
    state.textContent = `${words.failed}${error.message}`;
  }
})();
