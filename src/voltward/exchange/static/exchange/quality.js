// The trend of data quality: pass rate on the left, missing-data rate with its good line on the right.
"use strict";

(() => {
  const element = document.querySelector("[data-quality-trend]");
  if (!element) return;
  const trend = JSON.parse(document.getElementById("quality-trend").textContent);

  window.voltwardCharts.make(element, (looks) => ({
    grid: { left: 48, right: 48, top: 32, bottom: 28 },
    legend: { top: 0 },
    tooltip: { trigger: "axis" },
    xAxis: { type: "category", data: trend.days },
    yAxis: [
      { type: "value", name: trend.words.pass, max: 100, scale: true },
      { type: "value", name: trend.words.missing, min: 0, splitLine: { show: false } },
    ],
    series: trend.series.map((one) => ({
      name: one.name,
      type: "line",
      yAxisIndex: one.axis,
      symbol: trend.days.length > 1 ? "none" : "circle",
      data: one.values,
      ...(one.axis === 1 && {
        markLine: {
          symbol: "none",
          lineStyle: { color: looks.limit, type: "dashed" },
          label: { formatter: trend.words.good, color: looks.soft },
          data: [{ yAxis: trend.good }],
        },
      }),
    })),
  }));
})();
