// All cells over time as a heat map; one moment of it as bars; the farthest cells in words.
"use strict";

(() => {
  const root = document.querySelector("[data-cells]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("cells-words").textContent);
  const find = (name) => root.querySelector(`[data-${name}]`);
  const map = find("map");
  const bars = find("bars");
  const cursor = find("cursor");
  const form = root.querySelector("form");
  const { of, subtract } = form.elements;
  const ranges = Ranges.bind(form, load);
  let asked = 0;
  let body = null;
  let chosen = 0; // the column that the bars show
  let slots = []; // what stands side by side: indexes of columns, and null where there is a gap

  async function load(query) {
    const ticket = ++asked;
    find("state").textContent = words.loading;
    map.setAttribute("aria-busy", "true");
    try {
      const found = await Asking.json(`${root.dataset.cells}?${query}`);
      if (ticket !== asked) return;
      body = found;
      show();
    } catch (error) {
      if (ticket === asked) find("state").textContent = `${words.failed}${error.message}`;
    } finally {
      if (ticket === asked) map.removeAttribute("aria-busy");
    }
  }

  function show() {
    const empty = body.times.length === 0;
    find("empty").hidden = !empty;
    find("newest").hidden = !body.newest;
    find("newest").href = `?${body.newest}`;
    find("found").hidden = empty;
    find("state").textContent = empty ? "" : summary();
    if (empty) return;
    slots = withGaps();
    name(find("worst"), words.worst, body.worst);
    name(find("first"), Asking.fill(words.first, { far: body.first.far, unit: body.unit }), body.first.cells);
    cursor.max = body.times.length - 1;
    drawMap();
    choose(body.worst.length ? body.worst[0].column : body.times.length - 1);
  }

  function summary() {
    const sentences = [Asking.fill(words.shown, { rows: body.rows, columns: body.times.length, cells: body.cells })];
    if (body.bucket_s) sentences.push(Asking.fill(words.thinned, { bucket: body.bucket_s }));
    if (body.gaps_after.length) sentences.push(Asking.fill(words.gaps, { gaps: body.gaps_after.length }));
    return sentences.join(" · ");
  }

  // A gap is a few slots wide, so that it is seen in a full map too.
  function withGaps() {
    const wide = Math.max(1, Math.round(body.times.length / 90));
    const after = new Set(body.gaps_after);
    return body.times.flatMap((_, column) => [column, ...(after.has(column) ? Array(wide).fill(null) : [])]);
  }

  const cell = (label) => words.cell[body.of].replace("{number}", label);
  const signed = (number) => (number > 0 ? `+${number}` : String(number).replace("-", "−"));

  function name(line, title, cells) {
    const buttons = cells.map((one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-link";
      button.textContent = Asking.fill(words.one, { cell: cell(one.label), deviation: signed(one.deviation), unit: body.unit, time: Times.full(one.at) });
      button.addEventListener("click", () => choose(one.column));
      return button;
    });
    line.replaceChildren(title, ...buttons);
    line.hidden = !buttons.length;
  }

  function choose(column) {
    chosen = column;
    cursor.value = column;
    cursor.setAttribute("aria-valuetext", Times.full(body.times[column]));
    echarts.getInstanceByDom(map)?.setOption({ series: [{ data: [[0, 0, column]] }] }); // moves the frame
    drawBars(column);
  }

  function put(element, build) {
    const known = Boolean(echarts.getInstanceByDom(element));
    if (known) voltwardCharts.drop(element);
    else Curves.keepSize(element);
    return voltwardCharts.make(element, build);
  }

  function drawMap() {
    map.style.height = `${Math.max(300, Math.min(720, body.cells * 6 + 70))}px`;
    const less = subtract.checked;
    const source = less ? body.deviations : body.values;
    const scale = less ? Heat.deviationScale(body.unit, source) : Heat.valueScale(body.unit, source);
    Heat.legend(find("scale"), scale, body.unit);
    find("scale-title").textContent = Asking.fill(less ? words.scale.deviation : words.scale.value, { unit: body.unit });
    find("signs").hidden = !less;
    const span = body.times[body.times.length - 1] - body.times[0];
    const columns = slots.map((column) => (column === null ? null : source[column]));
    const painted = { width: 0, height: 0, canvas: null };
    const chart = put(map, (looks) => ({
      grid: { left: 52, right: 8, top: 8, bottom: 40 },
      xAxis: { type: "category", data: slots.map((_, index) => index), axisTick: { show: false }, axisPointer: { show: true, type: "line", label: { show: false } },
        axisLabel: { hideOverlap: true, formatter: (_, index) => (slots[index] === null ? "" : Times.axis(body.times[slots[index]], span)) } },
      yAxis: { type: "category", data: body.labels, inverse: true, name: words.axis[body.of], nameLocation: "middle", nameGap: 38,
        axisTick: { show: false }, axisPointer: { show: true, type: "line", label: { show: false } },
        axisLabel: { interval: (index) => index === 0 || (index + 1) % 8 === 0 } },
      series: [{ type: "custom", clip: true, silent: true, data: [[0, 0]],
        renderItem: ({ coordSys: area }) => picture(area, columns, scale, painted, looks) }],
    }));
    listen(chart);
  }

  function picture(area, columns, scale, painted, looks) {
    const dots = window.devicePixelRatio || 1;
    if (painted.width !== area.width || painted.height !== area.height) {
      Object.assign(painted, { width: area.width, height: area.height,
        canvas: Heat.picture(columns, body.cells, scale, area.width * dots, area.height * dots) });
    }
    const step = area.width / slots.length;
    const slot = slots.indexOf(chosen);
    return { type: "group", children: [
      { type: "image", style: { image: painted.canvas, x: area.x, y: area.y, width: area.width, height: area.height } },
      { type: "rect", shape: { x: area.x + slot * step - 0.5, y: area.y, width: Math.max(2, step) + 1, height: area.height },
        style: { fill: "none", stroke: looks.ink, lineWidth: 1 } },
    ] };
  }

  function listen(chart) {
    const at = (event) => {
      if (!chart.containPixel("grid", [event.offsetX, event.offsetY])) return null;
      const [slot, row] = chart.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]);
      return { slot, row, column: slots[slot] };
    };
    chart.getZr().on("mousemove", (event) => {
      const place = at(event);
      find("reading").textContent = place ? reading(place) : "";
    });
    chart.getZr().on("click", (event) => {
      const place = at(event);
      if (place && place.column !== null && place.column !== undefined) choose(place.column);
    });
  }

  function reading({ slot, row, column }) {
    if (column === undefined || row < 0 || row >= body.cells) return "";
    if (column === null) {
      const before = slots.slice(0, slot).findLast((one) => one !== null);
      return Asking.fill(words.gap, { from: Times.full(body.times[before]), to: Times.full(body.times[before + 1]) });
    }
    const value = body.values[column][row];
    if (value === null) return `${Times.full(body.times[column])} · ${cell(body.labels[row])} · ${words.none}`;
    return Asking.fill(words.reading, { time: Times.full(body.times[column]), cell: cell(body.labels[row]),
      value, unit: body.unit, deviation: signed(body.deviations[column][row]) });
  }

  function drawBars(column) {
    const median = body.medians[column];
    const away = body.deviations[column].map((value) => Math.abs(value ?? 0));
    const worst = away.indexOf(Math.max(...away));
    find("moment").textContent = Asking.fill(words.moment, { time: Times.full(body.times[column]) });
    put(bars, (looks) => ({
      grid: { left: 52, right: 8, top: 28, bottom: 44 },
      tooltip: { trigger: "axis", confine: true, transitionDuration: 0,
        formatter: ([row]) => `${cell(row.name)}  ${row.value ?? "—"} ${body.unit}` },
      xAxis: { type: "category", name: words.axis[body.of], nameLocation: "middle", nameGap: 26,
        data: body.labels, axisTick: { show: false }, axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", scale: true, name: body.unit },
      series: [{ type: "bar", barCategoryGap: "20%",
        data: body.values[column].map((value, index) => ({ value, itemStyle: { color: index === worst ? looks.ink : looks.accent } })),
        markLine: { symbol: "none", silent: true, lineStyle: { type: "dashed", color: looks.soft },
          label: { formatter: words.median, position: "insideEndTop", color: looks.soft },
          data: median === null ? [] : [{ yAxis: median }] } }],
    }));
  }

  function redraw() {
    if (!body || !body.times.length) return;
    drawMap();
    choose(chosen);
  }

  cursor.addEventListener("input", () => choose(Number(cursor.value)));
  subtract.addEventListener("change", (event) => { event.stopPropagation(); redraw(); });
  of.addEventListener("change", () => { find("reading").textContent = ""; });
  document.addEventListener("voltward:charts-remade", redraw);
  load(ranges.query());
})();
