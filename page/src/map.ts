/** The map: cameras on a plain ground with a graticule and a scale. It asks no other host for anything. */

import { LngLatBounds, Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import type { FeatureCollection } from "geojson";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Camera } from "./api";
import { gridLines, gridStep } from "./graticule";
import { healthKind, healthWord, whole } from "./words";

const MIN_RADIUS_PX = 8;
const MAX_RADIUS_PX = 26;
const CLOSE_ZOOM = 15;

export class CameraMap {
  private readonly map: MapLibre;
  private readonly markers = new Map<string, Marker>();
  private known = "";

  constructor(
    place: HTMLElement,
    private readonly grid: HTMLElement,
    private readonly choose: (camera: string) => void,
  ) {
    setWorkerUrl(workerUrl);
    this.map = new MapLibre({
      container: place,
      style: {
        version: 8,
        sources: { grid: { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
        layers: [
          { id: "ground", type: "background", paint: { "background-color": "#eef1f0" } },
          { id: "grid", type: "line", source: "grid", paint: { "line-color": "#d5dcdd", "line-width": 1 } },
        ],
      },
      center: [0, 51],
      zoom: 9,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      maxZoom: 19,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    this.map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.map.on("load", () => {
      this.paint();
      this.drawGrid();
    });
    this.map.on("move", () => this.drawGrid());
    this.map.on("resize", () => this.drawGrid());
    this.map.on("moveend", () => this.placeLabels());
  }

  remove(): void {
    this.map.remove();
  }

  show(cameras: Camera[], chosen: string | null): void {
    for (const marker of this.markers.values()) marker.remove();
    this.markers.clear();
    const placed = cameras.filter((camera) => camera.position !== null);
    const most = Math.max(1, ...placed.map((camera) => camera.last_hour?.count ?? 0));
    const weight = (camera: Camera) => (camera.camera === chosen ? most + 1 : (camera.last_hour?.count ?? 0));
    for (const camera of [...placed].sort((a, b) => weight(b) - weight(a))) {
      const marker = new Marker({ element: this.mark(camera, camera.camera === chosen, most) });
      marker.setLngLat(camera.position as [number, number]).addTo(this.map);
      this.markers.set(camera.camera, marker);
    }
    this.frame(placed, chosen);
    this.placeLabels();
  }

  /** Take the colours of the page, which follow the theme. */
  paint(): void {
    if (!this.map.getLayer("ground")) return;
    const colours = getComputedStyle(document.documentElement);
    this.map.setPaintProperty("ground", "background-color", colours.getPropertyValue("--map-land").trim());
    this.map.setPaintProperty("grid", "line-color", colours.getPropertyValue("--map-grid").trim());
  }

  private mark(camera: Camera, chosen: boolean, most: number): HTMLElement {
    const count = camera.last_hour?.count ?? 0;
    const radius = MIN_RADIUS_PX + (MAX_RADIUS_PX - MIN_RADIUS_PX) * Math.sqrt(count / most);
    const button = document.createElement("button");
    button.type = "button";
    button.className = `camera-mark ${healthKind(camera)}${chosen ? " chosen" : ""}`;
    const said = camera.last_hour ? `${whole(count)} in the last hour counted` : "no counts yet";
    const disc = document.createElement("span");
    disc.className = "disc";
    disc.ariaHidden = "true";
    disc.style.width = disc.style.height = disc.style.lineHeight = `${2 * Math.round(radius)}px`;
    disc.style.boxSizing = "content-box";
    if (camera.last_hour && radius > 13) disc.textContent = whole(count);
    const label = document.createElement("span");
    label.className = "label";
    label.textContent = camera.name || camera.camera;
    const more = document.createElement("span");
    more.className = "unseen";
    more.textContent = `: ${said}, ${healthWord(camera)}`;
    button.append(disc, label, more);
    button.addEventListener("click", (click) => {
      click.stopPropagation();
      this.choose(camera.camera);
    });
    return button;
  }

  private frame(placed: Camera[], chosen: string | null): void {
    const points = placed.map((camera) => camera.position as [number, number]);
    const key = JSON.stringify(points);
    const first = points[0];
    if (key !== this.known && first) {
      this.known = key;
      const bounds = points.reduce((box, point) => box.extend(point), new LngLatBounds(first, first));
      this.map.fitBounds(bounds, { padding: 70, maxZoom: CLOSE_ZOOM, animate: false });
    }
    const position = placed.find((camera) => camera.camera === chosen)?.position;
    // After the map has got its new size: the panel takes most of the width.
    if (position) requestAnimationFrame(() => this.map.easeTo({ center: position, duration: calm() ? 0 : 300 }));
  }

  private drawGrid(): void {
    const bounds = this.map.getBounds();
    const box = { west: bounds.getWest(), east: bounds.getEast(), south: bounds.getSouth(), north: bounds.getNorth() };
    const lines = gridLines(box, gridStep(Math.min(box.east - box.west, (box.north - box.south) * 1.6)));
    const source = this.map.getSource("grid");
    if (source && "setData" in source) {
      (source as unknown as { setData: (data: FeatureCollection) => void }).setData({
        type: "FeatureCollection",
        features: lines.map((line) => ({
          type: "Feature",
          properties: {},
          geometry: { type: "LineString", coordinates: line.points },
        })),
      });
    }
    this.grid.replaceChildren(
      ...lines.map((line) => {
        const label = document.createElement("span");
        const at = this.map.project(line.points[0] as [number, number]);
        label.className = line.axis;
        label.textContent = line.label;
        if (line.axis === "lon") label.style.left = `${at.x}px`;
        else label.style.top = `${at.y}px`;
        return label;
      }),
    );
  }

  /** A label moves to another side, or goes where it would cover another; the list still has it. */
  private placeLabels(): void {
    const taken: DOMRect[] = [...this.markers.values()].map((marker) =>
      (marker.getElement().querySelector(".disc") as HTMLElement).getBoundingClientRect(),
    );
    const frame = this.map.getContainer().getBoundingClientRect();
    for (const marker of this.markers.values()) {
      const label = marker.getElement().querySelector(".label") as HTMLElement;
      const place = ["label", "label left", "label below"].find((name) => {
        label.className = name;
        return fits(label.getBoundingClientRect(), taken, frame);
      });
      if (place) taken.push(label.getBoundingClientRect());
      else label.className = "label hidden";
    }
  }
}

function fits(box: DOMRect, taken: DOMRect[], frame: DOMRect): boolean {
  if (box.left < frame.left || box.right > frame.right) return false;
  return !taken.some(
    (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
  );
}

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
