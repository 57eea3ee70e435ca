// What stands beside an alarm's numbers: curves with the limit, the cells that stray, the change in words.
"use strict";

const AlarmPreview = (() => {
  const words = JSON.parse(document.getElementById("desk-words").textContent);
  const FAR_MV = 100; // far enough to be told; a help for the eye, no judgement
  const NAMED = 4;
  const signed = (number) => (number > 0 ? `+${number}` : String(number).replace("-", "−"));

  async function fill(root) {
    const place = root.querySelector("[data-alarm-curves]");
    if (!place) return;
    const said = place.querySelector("[data-said]");
    said.textContent = words.loading;
    try {
      const body = await Asking.json(place.dataset.alarmCurves);
      if (!place.isConnected) return;
      said.textContent = body.rows ? "" : words.no_rows;
      if (body.rows) {
        Curves.draw(place.querySelector("[data-curves]"), [body.from, body.to], body.panels);
        changed(root.querySelector("[data-change]"), body.panels);
        await cells(place, body);
      }
      place.querySelector("[data-curves]").hidden = !body.rows;
    } catch (error) {
      said.textContent = `${words.unread}${error.message}`;
    } finally {
      place.removeAttribute("aria-busy");
    }
  }

  // 最高温度 29 → 109 ℃: from the first value to the one farthest from it.
  function changed(list, panels) {
    list.replaceChildren(...panels.flatMap((panel) => panel.change
      .filter(({ first, far }) => first !== far)
      .slice(0, 2)
      .map(({ name, first, far }) => {
        const line = document.createElement("li");
        const value = document.createElement("b");
        value.textContent = `${first} → ${far}`;
        line.append(name, " ", value, ` ${panel.unit}`);
        return line;
      })));
  }

  async function cells(place, body) {
    const query = new URLSearchParams({ of: "cells", range: "free", start: Times.field(body.from), end: Times.field(body.to) });
    const found = await Asking.json(`${place.dataset.cells}?${query}`);
    if (!place.isConnected || !found.times.length) return;
    const strayed = found.labels.map((label, cell) => ({ label, deviation: found.deviations.reduce(
      (most, column) => (Math.abs(column[cell] ?? 0) > Math.abs(most) ? column[cell] : most), 0) }));
    // Those that fell first: a cell that collapses lifts others in the picture.
    const far = strayed.filter(({ deviation }) => Math.abs(deviation) > FAR_MV)
      .sort((one, other) => one.deviation - other.deviation).slice(0, NAMED);
    const line = place.querySelector("[data-outliers]");
    line.hidden = !far.length;
    line.textContent = Asking.fill(words.cells, {
      cells: far.map((one) => Asking.fill(words.cell, { label: one.label, deviation: signed(one.deviation), unit: found.unit })).join("；"),
    });
    if (far.length) strip(place.querySelector("[data-bars]"), strayed, new Set(far.map(({ label }) => label)));
  }

  // One bar a cell: how far it strayed from the median at its worst in these ten minutes.
  function strip(element, strayed, far) {
    element.hidden = false;
    const build = (looks) => ({
      grid: { left: 64, right: 18, top: 6, bottom: 20 },
      xAxis: { type: "category", data: strayed.map(({ label }) => label), axisTick: { show: false }, axisLabel: { hideOverlap: true, fontSize: 10 } },
      yAxis: { type: "value", splitNumber: 1, axisLabel: { fontSize: 10, formatter: signed } },
      series: [{ type: "bar", silent: true, barCategoryGap: "15%", data: strayed.map(({ label, deviation }) => ({
        value: deviation, itemStyle: { color: far.has(label) ? looks.ink : looks.context } })) }],
    });
    voltwardCharts.make(element, build);
  }

  // Charts of a pane that is shown no more.
  function empty(root) {
    for (const element of root.querySelectorAll("[data-curves], [data-bars]")) voltwardCharts.drop(element);
  }

  const page = document.querySelector(".vw-alarm-page");
  if (page) fill(page);
  return { fill, empty };
})();
