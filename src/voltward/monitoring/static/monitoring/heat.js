// Paints a matrix as a picture: darker is farther, in one hue, so that it reads in grey as well.
"use strict";

const Heat = (() => {
  // From nothing (the paper) to the most; the dark theme turns it over.
  const SCALES = {
    light: ["#f6f8fc", "#d7e3fb", "#a3c1f7", "#5b8def", "#2452c4", "#0a1c5c"],
    dark: ["#1b2230", "#24406f", "#2f63b8", "#5f97ee", "#a5c8ff", "#eef5ff"],
  };
  const STEPS = 256;
  const NOISE = { mV: 10, "℃": 2 }; // deviations of this size are ordinary: the scale is flat below
  const TICKS = { mV: [0, 10, 30, 100, 300, 1000, 3000], "℃": [0, 2, 5, 10, 20, 50, 100] };

  const theme = () => (document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light");
  const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

  function colours() {
    const stops = SCALES[theme()].map(parts);
    return Array.from({ length: STEPS }, (_, step) => {
      const place = (step / (STEPS - 1)) * (stops.length - 1);
      const [low, high] = [Math.floor(place), Math.min(Math.floor(place) + 1, stops.length - 1)];
      return stops[low].map((part, i) => Math.round(part + (stops[high][i] - part) * (place - low)));
    });
  }

  // How dark a value is, 0 to 1, and whether it lies above the median (then it is hatched).
  function deviationScale(unit, deviations) {
    const noise = NOISE[unit];
    const reach = Math.max(5 * noise, ...deviations.map((column) => column.reduce((most, value) => Math.max(most, Math.abs(value ?? 0)), 0)));
    const whole = Math.log1p(reach / noise);
    return {
      shade: (value) => Math.log1p(Math.abs(value) / noise) / whole,
      hatched: (value) => value > 0,
      ticks: [...TICKS[unit].filter((tick) => tick < reach * 0.8), Math.round(reach)],
      signed: true,
    };
  }

  function valueScale(unit, values) {
    const all = values.flat().filter((value) => value !== null).sort((a, b) => a - b);
    // The outermost half percent must not wash out the rest; values beyond get the end colours.
    const low = all[Math.floor(all.length * 0.005)] ?? 0;
    const high = Math.max(low + 5, all[Math.ceil(all.length * 0.995) - 1] ?? 1);
    return {
      shade: (value) => Math.min(1, Math.max(0, (value - low) / (high - low))),
      hatched: () => false,
      ticks: [0, 1, 2, 3, 4].map((part) => Math.round(low + ((high - low) * part) / 4)),
      signed: false,
    };
  }

  // columns: array of (array of values, or null for a gap); returns a canvas of that many pixels.
  function picture(columns, rows, scale, width, height) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const packed = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    const palette = colours().map(packed);
    const faint = palette[Math.round(STEPS * 0.12)];
    const none = packed(theme() === "dark" ? [58, 66, 82] : [205, 210, 218]);
    columns.forEach((column, at) => {
      if (column === null) return;
      const left = Math.floor((at * canvas.width) / columns.length);
      const right = Math.floor(((at + 1) * canvas.width) / columns.length);
      for (let row = 0; row < rows; row++) {
        const value = column[row] ?? null;
        const ink = value === null ? none : palette[Math.round(scale.shade(value) * (STEPS - 1))];
        const hatched = value !== null && scale.hatched(value) && scale.shade(value) > 0.3;
        const top = Math.floor((row * canvas.height) / rows);
        const bottom = Math.floor(((row + 1) * canvas.height) / rows);
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) {
            pixels[y * canvas.width + x] = hatched && (x + y) % 6 < 2 ? faint : ink;
          }
        }
      }
    });
    context.putImageData(image, 0, 0);
    return canvas;
  }

  // The scale in swatches with their values: left half below the median, right half above.
  function legend(list, scale, unit) {
    list.replaceChildren(...scale.ticks.map((tick) => {
      const entry = document.createElement("li");
      const columns = scale.signed ? [[-tick], [tick]] : [[tick]];
      const swatch = picture(columns, 1, scale, 36, 14);
      swatch.setAttribute("aria-hidden", "true");
      const sign = scale.signed && tick ? "±" : "";
      entry.append(swatch, `${sign}${tick.toLocaleString("en")} ${unit}`);
      return entry;
    }));
  }

  return { deviationScale, valueScale, picture, legend };
})();
