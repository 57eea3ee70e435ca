// Maps: a background, hexagons coloured by number, points for grave alarms. No script or style inline.
"use strict";

const Maps = (() => {
  // From this number on the next shade; the legend says the same.
  const FROM = [1, 10, 100, 1000, 10000];
  const SHADES = { light: [0.28, 0.43, 0.58, 0.73, 0.88], dark: [0.45, 0.57, 0.69, 0.81, 0.93] };
  const NAMES_UNTIL = 6.5;
  const SMALL = new Set(["120000", "810000", "820000"]); // their names would lie on their neighbours'
  const SMALL_NAMES_FROM = 5;
  const EMPTY = { type: "FeatureCollection", features: [] };
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const box = (text) => { const [west, south, east, north] = text.split(",").map(Number); return [[west, south], [east, north]]; };

  // options: interactive, animate, padding. Null where the browser cannot draw maps.
  function make(element, options = {}) {
    const words = JSON.parse(document.getElementById("map-words").textContent);
    maplibregl.setWorkerUrl(element.dataset.worker);
    let map;
    try {
      map = new maplibregl.Map({
        container: element,
        style: style(element.dataset),
        bounds: box(element.dataset.bounds || "73.5,17.5,135.2,53.6"),
        fitBoundsOptions: { padding: options.padding ?? 12 },
        interactive: options.interactive ?? true,
        attributionControl: false,
        dragRotate: false, pitchWithRotate: false, touchPitch: false, maxPitch: 0,
        renderWorldCopies: false, fadeDuration: 0, maxZoom: 17,
        locale: { "Map.Title": words.title, "NavigationControl.ZoomIn": words.in, "NavigationControl.ZoomOut": words.out, "AttributionControl.ToggleAttribution": words.credit },
      });
    } catch {
      element.classList.add("vw-map-none");
      element.textContent = words.none;
      return null;
    }
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    if (options.interactive !== false) map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    const credit = [element.dataset.credit, element.dataset.tiles ? "" : words.schematic].filter(Boolean).map(escaped);
    map.addControl(new maplibregl.AttributionControl({ compact: false, customAttribution: credit }), "bottom-right");
    const ready = map.once("load").then(() => prepared(map, element));
    const drawn = drawing(map, ready);
    new MutationObserver(() => ready.then(() => { recolour(map); drawn.layer(); })).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
    return { map, ready, ...drawn };
  }

  const escaped = (text) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

  function style({ tiles }) {
    const sources = { hexagons: { type: "geojson", data: EMPTY }, path: { type: "geojson", data: EMPTY } };
    const layers = [{ id: "ground", type: "background", paint: { "background-color": token("--vw-ground") } }];
    if (tiles) {
      sources.tiles = { type: "raster", tiles: [tiles], tileSize: 256, maxzoom: 18 };
      layers.push({ id: "tiles", type: "raster", source: "tiles" });
    } else {
      sources.outline = { type: "geojson", data: EMPTY };
      layers.push({ id: "land", type: "fill", source: "outline", paint: { "fill-color": token("--vw-paper") } });
      layers.push({ id: "borders", type: "line", source: "outline", paint: { "line-color": token("--vw-line-strong"), "line-width": 0.8, "line-opacity": 0.7 } });
    }
    layers.push(
      { id: "hexagons", type: "fill", source: "hexagons", paint: { "fill-color": token("--vw-accent"), "fill-opacity": shade("all") } },
      { id: "edges", type: "line", source: "hexagons", paint: { "line-color": token("--vw-paper"), "line-width": 0.6 } },
      { id: "levels", type: "line", source: "hexagons", filter: [">", ["get", "level"], 0], paint: { "line-color": levels(), "line-width": 2 } },
      { id: "chosen", type: "line", source: "hexagons", filter: ["==", ["get", "cell"], ""], paint: { "line-color": token("--vw-ink"), "line-width": 3 } },
      { id: "path-fill", type: "fill", source: "path", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": token("--vw-accent"), "fill-opacity": ["case", ["get", "now"], 0.75, 0.25] } },
      { id: "path-line", type: "line", source: "path", paint: { "line-color": token("--vw-accent"), "line-width": ["case", ["==", ["geometry-type"], "Polygon"], 1, 3] } },
    );
    return { version: 8, sources, layers };
  }

  const levels = () => ["match", ["get", "level"], 1, token("--vw-level-1"), 2, token("--vw-level-2-fill"), 3, token("--vw-level-3"), token("--vw-thermal")];
  const shade = (layer) => ["step", ["get", layer], 0, ...FROM.flatMap((from, index) => [from, SHADES[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"][index]])];

  async function prepared(map, element) {
    const far = () => {
      element.classList.toggle("vw-map-far", map.getZoom() > NAMES_UNTIL);
      element.classList.toggle("vw-map-wide", map.getZoom() < SMALL_NAMES_FROM);
    };
    map.on("zoom", far);
    far();
    if (!element.dataset.outline) return;
    const outline = await (await fetch(element.dataset.outline)).json();
    map.getSource("outline").setData(outline);
    for (const { properties } of outline.features) {
      const name = document.createElement("span");
      name.className = `vw-map-name${SMALL.has(properties.code) ? " vw-map-name-small" : ""}`;
      name.lang = "zh-hans";
      name.textContent = properties.name;
      new maplibregl.Marker({ element: name }).setLngLat(properties.at).addTo(map);
      name.removeAttribute("role"); // a name is no button
      name.removeAttribute("aria-label");
      name.setAttribute("aria-hidden", "true"); // a background, as the outlines are
    }
  }

  function recolour(map) {
    const set = (layer, what, name) => map.getLayer(layer) && map.setPaintProperty(layer, what, token(name));
    set("ground", "background-color", "--vw-ground");
    set("land", "fill-color", "--vw-paper");
    set("borders", "line-color", "--vw-line-strong");
    set("hexagons", "fill-color", "--vw-accent");
    set("edges", "line-color", "--vw-paper");
    set("chosen", "line-color", "--vw-ink");
    map.setPaintProperty("levels", "line-color", levels());
    set("path-fill", "fill-color", "--vw-accent");
    set("path-line", "line-color", "--vw-accent");
  }

  function drawing(map, ready) {
    const points = new Map();
    let features = [];
    let layer = "all";
    const redraw = () => ready.then(() => {
      map.setPaintProperty("hexagons", "fill-opacity", shade(layer));
      map.getSource("hexagons").setData({ type: "FeatureCollection", features: features.filter(({ properties }) => properties[layer] > 0 || properties.level > 0) });
    });
    return {
      hexagons(found) { features = found; return redraw(); },
      layer(name = layer) { layer = name; return redraw(); },
      levels(shown) { return ready.then(() => map.setLayoutProperty("levels", "visibility", shown ? "visible" : "none")); },
      chosen(cell) { return ready.then(() => map.setFilter("chosen", ["==", ["get", "cell"], cell])); },
      path(found) { return ready.then(() => map.getSource("path").setData({ type: "FeatureCollection", features: found })); },
      // found: [{id, at, level, style, label}], gravest first; act(one): on a click. The gravest is
      // placed last, so that of points at one place it is the one that is seen.
      points(found, act = null) {
        const placed = found.filter((one) => one.at).reverse();
        for (const [id, marker] of points) if (!placed.some((one) => one.id === id)) { marker.remove(); points.delete(id); }
        for (const one of placed) {
          points.get(one.id)?.remove();
          points.set(one.id, new maplibregl.Marker({ element: point(one, act) }).setLngLat(one.at).addTo(map));
        }
      },
    };
  }

  function point(one, act) {
    const holder = document.createElement("div");
    const ring = document.createElement("span");
    ring.className = "vw-map-ring";
    const button = document.createElement(act ? "button" : "span");
    button.className = `vw-map-point vw-map-point-${one.style}`;
    button.textContent = one.level;
    if (act) {
      button.type = "button";
      button.setAttribute("aria-label", one.label);
      button.addEventListener("click", (event) => { event.stopPropagation(); act(one); });
    }
    holder.append(ring, button);
    holder.removeAttribute("role");
    return holder;
  }

  return { make, box };
})();
