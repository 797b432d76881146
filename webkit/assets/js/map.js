// Maps beside lists, and a map to choose a place. Without tiles they show boundaries and places only.

import L from "leaflet";

import { gather } from "./_crowd.js";
import { announce } from "./_say.js";
import { t } from "./_words.js";

const CHINA = [[17, 72], [54, 136]];

// the names of areas hang below them, above the line about the boundaries, and may be wider; in large type they take two lines
const LARGE = document.documentElement.classList.contains("large-type");
const FRAME = { paddingTopLeft: [40, 28], paddingBottomRight: [40, LARGE ? 84 : 52], animate: false };

const CROWDED = 12; // from here on areas are named by their group, each by itself only under the pointer

function pin(kind = "place") {
  return L.divIcon({ className: `map-pin map-pin-${kind}`, iconSize: [30, 38], iconAnchor: [15, 36], popupAnchor: [0, -32] });
}

function create(box) {
  box.hidden = false;
  const [lat, lon] = (box.dataset.center ?? "39.9,116.65").split(",").map(Number);
  const map = L.map(box, {
    center: [lat, lon],
    zoom: 12,
    minZoom: 8,
    maxZoom: 18,
    maxBounds: CHINA,
    zoomSnap: box.dataset.tiles ? 1 : 0.25, // drawings fill the frame at any scale, tiles only at whole ones
    zoomControl: false,
    scrollWheelZoom: false, // the page scrolls; the wheel zooms once the map is in use
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  L.control.zoom({ zoomInTitle: t("放大"), zoomOutTitle: t("缩小") }).addTo(map);
  map.attributionControl.setPrefix(false);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { maxZoom: 18 }).addTo(map);
  return map;
}

function describe({ title, url, note }) {
  const node = document.createElement("div");
  const head = document.createElement(url ? "a" : "strong");
  head.textContent = title;
  if (url) head.href = url;
  node.append(head);
  if (note) {
    const line = document.createElement("p");
    line.textContent = note;
    node.append(line);
  }
  return node;
}

function label(map, bounds, words) {
  // the name hangs from the lower edge, clear of the places
  return L.tooltip({ permanent: true, direction: "bottom", className: "map-label" })
    .setLatLng([bounds.getSouth(), bounds.getCenter().lng])
    .setContent(document.createTextNode(words))
    .addTo(map);
}

/** Name what lies together once; the answer leaves out, at the map's scale, what would cover a place or another name. */
function nameGroups(map, layer) {
  const groups = new Map();
  layer.eachLayer((area) => {
    const { group } = area.feature.properties ?? {};
    if (group) groups.set(group, (groups.get(group) ?? L.latLngBounds([])).extend(area.getBounds()));
  });
  const labels = [...groups].map(([group, bounds]) => label(map, bounds, group).getElement());
  const settle = () => {
    const shown = [...map.getPane("markerPane").children].map((node) => node.getBoundingClientRect());
    for (const node of labels) {
      node.classList.remove("map-label-covered");
      const a = node.getBoundingClientRect();
      const covered = shown.some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom);
      node.classList.toggle("map-label-covered", covered);
      if (!covered) shown.push(a);
    }
  };
  return settle;
}

function drawBoundaries(map, features, interactive = true) {
  return L.geoJSON(features, {
    interactive,
    style: ({ properties }) => ({
      className: "map-area",
      color: "#23588c",
      weight: 2,
      fillColor: "#2c7a4b",
      fillOpacity: 0.1,
      dashArray: properties?.schematic ? "6 6" : null,
    }),
    onEachFeature: (feature, layer) => {
      const { title = "", schematic, url } = feature.properties ?? {};
      const name = schematic ? t("%(title)s（示意）", { title }) : title;
      if (features.length < CROWDED) {
        label(map, layer.getBounds(), name);
      } else if (interactive) {
        layer.bindTooltip(document.createTextNode(name), { sticky: true });
      }
      if (url) layer.bindPopup(() => describe({ title, url }));
    },
  }).addTo(map);
}

function markersOf(places) {
  return places.map((place) => {
    const marker = L.marker([place.lat, place.lon], { icon: pin(place.kind), alt: place.title, title: place.title, keyboard: true });
    marker.place = place;
    return marker.bindPopup(() => describe(place));
  });
}

async function show(box) {
  const given = JSON.parse(box.querySelector("script[type='application/json']")?.textContent ?? "{}");
  const map = create(box);
  const answer = box.dataset.url && (await fetch(box.dataset.url, { headers: { Accept: "application/json" } }));
  const { places = [], boundaries = [] } = answer?.ok ? await answer.json() : given;
  const markers = markersOf(places);
  const areas = drawBoundaries(map, boundaries);
  const settle = boundaries.length < CROWDED ? () => {} : nameGroups(map, areas);
  const bounds = L.featureGroup([areas, ...markers]).getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { ...FRAME, maxZoom: 15 });
  gather(map, markers, describe);
  map.on("zoomend", settle); // after the places have been gathered anew
  settle();
  if (boundaries.some(({ properties }) => properties?.schematic)) {
    map.attributionControl.addAttribution(t("虚线边界为示意"));
  }
}

/** Whether a point lies in a ring of GeoJSON positions: how often a line to the east crosses it. */
function inRing({ lat, lng }, ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[x1, y1], [x2, y2]] = [ring[i], ring[j]];
    if (y1 > lat !== y2 > lat && lng < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

function areaAt(point, features) {
  const holds = ({ geometry: { type, coordinates } }) =>
    (type === "Polygon" ? [coordinates] : coordinates).some(
      ([outer, ...holes]) => inRing(point, outer) && !holes.some((hole) => inRing(point, hole)),
    );
  return features.find(holds)?.properties.title;
}

function pick(box) {
  const latitude = document.querySelector(box.dataset.lat);
  const longitude = document.querySelector(box.dataset.lon);
  if (!latitude || !longitude) return;
  const help = document.createElement("p");
  help.className = "help";
  help.id = `${latitude.id}-map-help`;
  help.textContent = t("点一下地图标出位置；用键盘时，方向键移动地图，回车把位置定在中心。");
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "btn btn-secondary btn-small";
  clear.textContent = t("清除位置");
  box.before(help);
  box.after(clear);
  box.setAttribute("aria-describedby", help.id);

  const { boundaries = [] } = JSON.parse(box.querySelector("script[type='application/json']")?.textContent ?? "{}");
  const map = create(box);
  const outline = drawBoundaries(map, boundaries, false).getBounds();
  if (outline.isValid()) map.fitBounds(outline, FRAME);
  const where = document.createElement("p");
  where.className = "help map-where";
  clear.after(where);
  const describePoint = (point) => {
    if (!point) return t("还没有选定位置。");
    const at = `${point.lat.toFixed(5)}, ${point.lng.toFixed(5)}`;
    const area = areaAt(point, boundaries);
    if (area) return t("选定的位置：%(at)s，在%(area)s内。", { at, area });
    return boundaries.length ? t("选定的位置：%(at)s，不在图上的范围内。", { at }) : t("选定的位置：%(at)s。", { at });
  };
  let marker;
  const mark = (point) => {
    where.textContent = describePoint(point);
    if (!point) {
      marker?.remove();
      marker = undefined;
    } else if (marker) {
      marker.setLatLng(point);
    } else {
      marker = L.marker(point, { icon: pin("chosen"), draggable: true, title: t("选定的位置") }).addTo(map);
      marker.on("dragend", () => choose(marker.getLatLng()));
    }
  };
  const choose = (point) => {
    mark(point);
    latitude.value = point ? point.lat.toFixed(6) : "";
    longitude.value = point ? point.lng.toFixed(6) : "";
    for (const field of [latitude, longitude]) field.dispatchEvent(new Event("input", { bubbles: true }));
    announce(point ? where.textContent : t("位置已清除。"));
  };
  const typed = () => {
    const lat = Number.parseFloat(latitude.value);
    const lon = Number.parseFloat(longitude.value);
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180) {
      mark(L.latLng(lat, lon));
      map.panTo([lat, lon]);
    } else mark(null);
  };
  map.on("click", ({ latlng }) => choose(latlng));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== box) return;
    event.preventDefault(); // not the form
    choose(map.getCenter());
  });
  clear.addEventListener("click", () => choose(null));
  latitude.addEventListener("change", typed);
  longitude.addEventListener("change", typed);
  typed();
}

for (const box of document.querySelectorAll("[data-map]")) show(box);
for (const box of document.querySelectorAll("[data-map-picker]")) pick(box);
