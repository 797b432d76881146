// Places that would cover one another on a map stand together under their number; pressing it spreads them.

import L from "leaflet";

import { t } from "./_words.js";

const NEAR = 44; // pixels between pins: closer ones hide one another
const MOST_LISTED = 8;

/** Groups of markers that lie within NEAR of the group's first, at the map's scale. */
function groupsOf(map, markers) {
  const groups = [];
  for (const marker of markers) {
    const at = map.latLngToLayerPoint(marker.getLatLng());
    const near = groups.find((group) => group.at.distanceTo(at) < NEAR);
    if (near) near.markers.push(marker);
    else groups.push({ at, markers: [marker] });
  }
  return groups;
}

function list(markers, describe) {
  const box = document.createElement("div");
  box.className = "map-crowd-list";
  for (const marker of markers.slice(0, MOST_LISTED)) box.append(describe(marker.place));
  if (markers.length > MOST_LISTED) {
    const more = document.createElement("p");
    more.textContent = t("还有 %(n)s 处", { n: markers.length - MOST_LISTED });
    box.append(more);
  }
  return box;
}

function crowd(map, markers, describe) {
  const bounds = L.latLngBounds(markers.map((marker) => marker.getLatLng()));
  const words = t("这里有 %(n)s 处，放大来看", { n: markers.length });
  const number = document.createElement("span");
  number.textContent = markers.length;
  const icon = L.divIcon({ className: "map-crowd", html: number, iconSize: [36, 36] });
  const together = L.marker(bounds.getCenter(), { icon, alt: words, title: words, keyboard: true });
  together.on("add", () => together.getElement().setAttribute("aria-label", words)); // else the bare number is its name
  together.on("click keypress", ({ originalEvent }) => {
    if (originalEvent?.type === "keypress" && originalEvent.key !== "Enter") return;
    const closer = Math.min(map.getBoundsZoom(bounds, false, L.point(40, 40)), map.getMaxZoom());
    if (closer > map.getZoom() && !bounds.getNorthEast().equals(bounds.getSouthWest())) map.setView(bounds.getCenter(), closer);
    else L.popup({ maxHeight: 260 }).setLatLng(bounds.getCenter()).setContent(list(markers, describe)).openOn(map);
  });
  return together;
}

/** Show the markers (each with its `place`) on the map, grouped anew at every scale. */
export function gather(map, markers, describe) {
  const layer = L.layerGroup().addTo(map);
  const draw = () => {
    const held = layer.getLayers().some((shown) => shown.getElement?.() === document.activeElement);
    layer.clearLayers();
    for (const { markers: near } of groupsOf(map, markers)) {
      layer.addLayer(near.length > 1 ? crowd(map, near, describe) : near[0]);
    }
    if (held) map.getContainer().focus({ preventScroll: true }); // what was pressed has been spread
  };
  map.on("zoomend", draw);
  draw();
}
