// All cells over time as a heat map; a click on a column shows every cell at that moment.
"use strict";

(() => {
  const root = document.querySelector("[data-cells]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("cells-words").textContent);
  const map = root.querySelector("[data-map]");
  const bars = root.querySelector("[data-bars]");
  const state = root.querySelector("[data-state]");
  const subtract = root.querySelector("[name=subtract]");
  const form = root.querySelector("form");
  // One hue from light to dark: reads in grey as well.
  const SCALE = ["#f8fafc", "#dbeafe", "#93c5fd", "#3b82f6", "#1e40af", "#0b1f5c"];
  let body = null;

  async function load() {
    state.textContent = words.loading;
    try {
      const answer = await fetch(`${root.dataset.cells}?${new URLSearchParams(new FormData(form))}`);
      body = await answer.json();
      if (!answer.ok) throw new Error(body.detail || answer.statusText);
      show();
    } catch (error) {
      state.textContent = `${words.failed} ${error.message}`;
    }
  }

  function show() {
    const empty = body.times.length === 0;
    root.querySelector("[data-empty]").hidden = !empty;
    map.hidden = bars.hidden = empty;
    root.querySelector("[data-moment]").textContent = "";
    state.textContent = empty ? "" : words.shown
      .replace("{rows}", body.rows).replace("{columns}", body.times.length).replace("{cells}", body.cells);
    if (empty) return;
    const less = subtract.checked;
    const source = less ? body.deviations : body.values;
    const points = [];
    const all = [];
    source.forEach((column, x) => column.forEach((value, y) => {
      if (value === null) return;
      points.push([x, y, value]);
      all.push(value);
    }));
    all.sort((a, b) => a - b);
    // The outermost half percent must not wash out the rest; values beyond get the end colours.
    const low = all[Math.floor(all.length * 0.005)] ?? 0;
    const high = all[Math.ceil(all.length * 0.995) - 1] ?? 0;
    const reach = Math.max(Math.abs(low), Math.abs(high), body.of === "cells" ? 5 : 2);
    drawMap(points, less ? -reach : low, less ? reach : Math.max(high, low + 1), less);
    drawBars(body.times.length - 1);
  }

  function put(element, build) {
    const chart = echarts.getInstanceByDom(element);
    if (chart) {
      voltwardCharts.drop(element);
    } else {
      Curves.keepSize(element);
    }
    return voltwardCharts.make(element, build);
  }

  function drawMap(points, low, high, less) {
    map.style.height = `${Math.max(320, Math.min(760, body.cells * 6 + 110))}px`;
    const span = body.times[body.times.length - 1] - body.times[0];
    const chart = put(map, (looks) => ({
      grid: { left: 64, right: 92, top: 14, bottom: 58 },
      tooltip: { confine: true, transitionDuration: 0, formatter: ({ value }) => [
        Times.full(body.times[value[0]]),
        `${words.cell[body.of].replace("{number}", body.labels[value[1]])}  ${body.values[value[0]][value[1]]} ${body.unit}`,
        ...(less ? [`${words.deviation}  ${value[2] > 0 ? "+" : ""}${value[2]} ${body.unit}`] : []),
      ].join("\n") },
      xAxis: { type: "category", data: body.times, axisTick: { show: false },
        axisLabel: { hideOverlap: true, formatter: (value) => Times.axis(Number(value), span) } },
      yAxis: { type: "category", data: body.labels, inverse: true,
        name: words.axis[body.of], nameLocation: "middle", nameGap: 44, axisTick: { show: false },
        axisLabel: { interval: (index) => index === 0 || (index + 1) % 8 === 0 } },
      visualMap: { min: low, max: high, calculable: true, right: 4, top: "middle", itemHeight: 180, precision: 0,
        text: [less ? words.above : body.unit, less ? words.below : ""], textStyle: { color: looks.soft }, inRange: { color: SCALE } },
      series: [{ type: "heatmap", data: points, progressive: 20000, emphasis: { disabled: true } }],
    }));
    chart.on("click", ({ value }) => drawBars(value[0]));
  }

  function drawBars(column) {
    const median = body.medians[column];
    const values = body.values[column];
    root.querySelector("[data-moment]").textContent = words.moment.replace("{time}", Times.full(body.times[column]));
    const deviations = body.deviations[column].map((value) => Math.abs(value ?? 0));
    const worst = deviations.indexOf(Math.max(...deviations));
    put(bars, (looks) => ({
      grid: { left: 64, right: 18, top: 28, bottom: 44 },
      tooltip: { trigger: "axis", confine: true, transitionDuration: 0,
        formatter: ([row]) => `${words.cell[body.of].replace("{number}", row.name)}  ${row.value ?? "—"} ${body.unit}` },
      xAxis: { type: "category", name: words.axis[body.of], nameLocation: "middle", nameGap: 26,
        data: body.labels, axisTick: { show: false } },
      yAxis: { type: "value", scale: true, name: body.unit },
      series: [{ type: "bar", barCategoryGap: "20%",
        data: values.map((value, index) => ({ value, itemStyle: { color: index === worst ? looks.ink : looks.accent } })),
        markLine: { symbol: "none", silent: true, lineStyle: { type: "dashed", color: looks.soft },
          label: { formatter: words.median, position: "insideEndTop", color: looks.soft },
          data: median === null ? [] : [{ yAxis: median }] } }],
    }));
  }

  subtract.addEventListener("change", () => body && show());
  form.addEventListener("submit", (event) => { event.preventDefault(); history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`); load(); });
  form.addEventListener("change", (event) => { if (event.target !== subtract) form.requestSubmit(); });
  document.addEventListener("voltward:charts-remade", () => body && body.times.length && show());
  load();
})();
