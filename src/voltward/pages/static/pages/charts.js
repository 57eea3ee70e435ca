// Charts in the platform's looks: one accent, greys for context, dashed limits, shared crosshair.
"use strict";

window.voltwardCharts = (() => {
  const charts = new Map();

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const looks = () => ({
    ink: token("--vw-ink"),
    soft: token("--vw-ink-soft"),
    line: token("--vw-line"),
    paper: token("--vw-paper"),
    accent: token("--vw-accent"),
    context: token("--vw-chart-context"),
    limit: token("--vw-chart-limit"),
  });

  const axis = (colours) => ({
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.soft, fontSize: 11 },
    nameTextStyle: { color: colours.soft, fontSize: 11 },
    splitLine: { lineStyle: { color: colours.line } },
  });

  const theme = () => {
    const colours = looks();
    const axes = Object.fromEntries(
      ["categoryAxis", "valueAxis", "timeAxis", "logAxis"].map((name) => [name, axis(colours)]),
    );
    return {
      color: [colours.accent, colours.context, colours.soft, colours.ink],
      backgroundColor: "transparent",
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      line: { symbol: "none", lineStyle: { width: 1.5 }, connectNulls: false },
      legend: { textStyle: { color: colours.soft }, icon: "roundRect", itemWidth: 12, itemHeight: 3 },
      tooltip: {
        renderMode: "richText", // the HTML tooltip needs inline styles, which the page forbids
        backgroundColor: colours.paper,
        borderColor: colours.line,
        textStyle: { color: colours.ink, fontSize: 12 },
        axisPointer: { lineStyle: { color: colours.soft }, crossStyle: { color: colours.soft } },
      },
      ...axes,
    };
  };

  // `build(looks)` returns the option; it is called again when the theme changes.
  const make = (element, build, { group } = {}) => {
    const chart = window.echarts.init(element, theme(), { renderer: "canvas" });
    if (group) {
      chart.group = group;
      window.echarts.connect(group);
    }
    const option = typeof build === "function" ? build(looks()) : build;
    chart.setOption({ animation: false, ...option });
    charts.set(element, { chart, build, group });
    return chart;
  };

  const drop = (element) => {
    charts.get(element)?.chart.dispose();
    charts.delete(element);
  };

  addEventListener("resize", () => {
    for (const { chart } of charts.values()) chart.resize();
  });

  document.addEventListener("voltward:theme", () => {
    for (const [element, { build, group }] of [...charts]) {
      drop(element);
      make(element, build, { group });
    }
    document.dispatchEvent(new CustomEvent("voltward:charts-remade"));
  });

  // Pages swapped by htmx leave no dead charts behind.
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (charts.has(event.target)) drop(event.target);
  });

  return { make, drop, looks };
})();
