// The range form: a named range or two instants; choosing one clears the other.
"use strict";

const Ranges = (() => {
  // changed(query): called instead of sending the form; without it the form is sent.
  function bind(form, changed = null) {
    const { range, start, end } = form.elements;
    const query = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));

    form.addEventListener("change", (event) => {
      if (event.target === start || event.target === end) {
        range.value = "free";
        if (!start.value) return;
      } else if (event.target === range) {
        if (range.value === "free") { start.focus(); return; }
        start.value = end.value = "";
      }
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      if (!changed) return;
      event.preventDefault();
      history.replaceState(null, "", `?${query()}`);
      changed(query());
    });
    return {
      query,
      choose(from, to) {
        range.value = "free";
        [start.value, end.value] = [Times.field(from), Times.field(to)];
        form.requestSubmit();
      },
    };
  }

  for (const form of document.querySelectorAll("form[data-range]")) bind(form);
  return { bind };
})();
