// Stacked curves that share one time axis and one crosshair. Gaps in the data stay gaps.
"use strict";

const Curves = (() => {
  const ROW_HEIGHT = 118;
  const TOP = 26;
  const BELOW = 52; // axis labels and the slider
  // With a finger the page is scrolled; the slider below zooms.
  const POINTER = matchMedia("(pointer: fine)").matches;

  const drawn = new Map();

  // range: [from, to] in ms; panels: [{title, unit, step, series: [{name, points: [[ms, value]]}], limits: [{name, value}]}]
  // onZoom(from, to, isWhole): called when the shown part has changed.
  function draw(element, range, panels, { onZoom = null } = {}) {
    element.style.height = `${TOP + panels.length * ROW_HEIGHT + BELOW}px`;
    const isNew = !drawn.has(element);
    drawn.set(element, { range, panels, onZoom });
    const build = (looks) => option(looks, drawn.get(element));
    const chart = echarts.getInstanceByDom(element);
    if (chart) {
      chart.setOption({ animation: false, ...build(voltwardCharts.looks()) }, { notMerge: true });
    } else {
      voltwardCharts.make(element, build);
    }
    if (isNew) {
      keepSize(element);
      // The chart would take every turn of the wheel: without Ctrl the page is scrolled.
      element.addEventListener("wheel", (event) => event.ctrlKey || event.stopPropagation(), { capture: true, passive: true });
    }
    listen(element);
  }

  function listen(element) {
    const chart = echarts.getInstanceByDom(element);
    const { range, onZoom } = drawn.get(element);
    chart.off("datazoom");
    if (!onZoom) return;
    chart.on("datazoom", () => {
      const zoom = chart.getOption().dataZoom[0];
      const [from, to] = [Math.max(range[0], zoom.startValue), Math.min(range[1], zoom.endValue)];
      onZoom(from, to, to - from > 0.98 * (range[1] - range[0]));
    });
  }

  document.addEventListener("voltward:charts-remade", () => {
    for (const element of drawn.keys()) listen(element);
  });

  function option(looks, { range, panels }) {
    const span = range[1] - range[0];
    const inks = [looks.accent, looks.soft, looks.ink];
    const strokes = ["solid", "dashed", "dotted"];
    const all = panels.map((_, index) => index);
    return {
      axisPointer: { link: [{ xAxisIndex: "all" }], label: { backgroundColor: looks.ink, color: looks.paper } },
      tooltip: { trigger: "axis", confine: true, transitionDuration: 0, formatter: (rows) => tooltip(rows, panels) },
      dataZoom: [
        ...(POINTER ? [{ type: "inside", xAxisIndex: all, filterMode: "none", zoomOnMouseWheel: "ctrl",
          moveOnMouseWheel: false, preventDefaultMouseMove: false }] : []),
        { type: "slider", xAxisIndex: all, filterMode: "none", height: 22, bottom: 8, brushSelect: false,
          labelFormatter: (value) => Times.full(value), textStyle: { color: looks.soft } },
      ],
      grid: all.map((index) => ({ left: 64, right: 18, top: TOP + index * ROW_HEIGHT, height: ROW_HEIGHT - 34 })),
      title: panels.map((panel, index) => ({
        text: `${panel.title}  ${panel.unit}`, left: 62, top: TOP + index * ROW_HEIGHT - 22, padding: 0,
        textStyle: { fontSize: 12, fontWeight: 500, color: looks.ink },
      })),
      legend: panels.flatMap((panel, index) => (panel.series.length < 2 ? [] : [{
        right: 18, top: TOP + index * ROW_HEIGHT - 24, padding: 0, icon: "path://M0,0H16V2H0Z", itemWidth: 16, itemHeight: 2,
        textStyle: { color: looks.soft, fontSize: 11 }, data: panel.series.map((series) => series.name),
      }])),
      xAxis: all.map((index) => ({
        type: "time", gridIndex: index, min: range[0], max: range[1],
        axisTick: { show: false }, splitLine: { show: false },
        axisLabel: { show: index === panels.length - 1, formatter: (value) => Times.axis(value, span), hideOverlap: true },
        axisPointer: { label: { formatter: ({ value }) => Times.full(value) } },
      })),
      yAxis: panels.map((panel, index) => ({
        type: "value", gridIndex: index, scale: true, splitNumber: 2, axisLabel: { hideOverlap: true },
        minInterval: panel.step ? 1 : 0,
      })),
      series: panels.flatMap((panel, index) => panel.series.map((series, order) => ({
        type: "line", name: series.name, xAxisIndex: index, yAxisIndex: index,
        showSymbol: false, connectNulls: false, step: panel.step ? "end" : false,
        lineStyle: { width: 1.3, color: inks[order % 3], type: strokes[order % 3] },
        itemStyle: { color: inks[order % 3] },
        data: series.points,
        markLine: order === 0 && panel.limits && panel.limits.length ? {
          symbol: "none", silent: true,
          lineStyle: { type: "dashed", color: looks.limit, width: 1 },
          label: { formatter: "{b}", position: "insideEndTop", color: looks.soft },
          data: panel.limits.map((limit) => ({ name: limit.name, yAxis: limit.value })),
        } : undefined,
      }))),
    };
  }

  function tooltip(rows, panels) {
    if (!rows.length) return "";
    const units = new Map(panels.flatMap((panel) => panel.series.map((series) => [series.name, panel.unit])));
    const lines = rows
      .filter((row) => row.value[1] !== null && row.value[1] !== undefined)
      .map((row) => `${row.seriesName}  ${row.value[1]} ${units.get(row.seriesName) || ""}`);
    return [Times.full(rows[0].value[0]), ...lines].join("\n");
  }

  function keepSize(element) {
    new ResizeObserver(() => echarts.getInstanceByDom(element)?.resize()).observe(element);
  }

  return { draw, keepSize };
})();
