/** The road's map: the streets themselves are the ground, and damage stands on them. It asks no other host. */

import {
  type ExpressionSpecification,
  type GeoJSONSource,
  LngLatBounds,
  type LngLatBoundsLike,
  Map as MapLibre,
  Marker,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import type { Feature, FeatureCollection } from "geojson";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { whole } from "../words";
import { type Cell, getCells, getPoints, getStreets, type Plan, type Points, type Streets } from "./api";
import { drawIcon, ICON_PX, iconName } from "./icons";
import type { Colouring } from "./state";
import { pointsOf, wholeTown, widened } from "./town";
import { ageStep, daysSince, LOOKS, lookOf, SHAPES, shapeOf } from "./words";

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const CELLS_ACROSS = 14;
const WAIT_MS = 120;
const CLOSE_ZOOM = 16;
const SIZES: Record<string, number> = { low: 0.8, medium: 1, high: 1.3 };

export interface Shown {
  filters: Record<string, string>;
  colouring: Colouring;
  shade: string;
}

export class RoadMap {
  private readonly map: MapLibre;
  private streets: Streets | null = null;
  /** The town has more streets than come at once: those in sight are asked for as one moves. */
  private isLarge = false;
  private shown: Shown | null = null;
  private points: Points | null = null;
  private markers: Marker[] = [];
  private routes: Marker[] = [];
  private plan: { plan: Plan; crew: number | null } | null = null;
  private chosen: string | null = null;
  private asking: AbortController | null = null;
  private timer = 0;
  private framed = false;
  private readonly loaded: Promise<void>;

  constructor(
    place: HTMLElement,
    private readonly choose: (defect: string) => void,
    private readonly say: (text: string) => void,
    still = false,
  ) {
    setWorkerUrl(workerUrl);
    this.map = new MapLibre({
      container: place,
      style: {
        version: 8,
        sources: Object.fromEntries(
          ["streets", "routes", "points", "chosen"].map((name) => [name, { type: "geojson" as const, data: EMPTY }]),
        ),
        layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef1f0" } }],
      },
      center: [0, 51],
      zoom: 9,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      maxZoom: 20,
    });
    this.map.touchZoomRotate.disableRotation();
    if (!still) this.map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    this.map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.loaded = new Promise((done) => this.map.once("load", () => done()));
    this.loaded.then(() => this.layers());
    this.map.on("moveend", () => this.askSoon());
    this.map.on("click", (click) => {
      const reach = 6;
      const { x, y } = click.point;
      const [found] = this.map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: ["points"] });
      if (found) this.choose(String(found.properties.defect));
    });
    this.map.on("mousemove", (move) => {
      if (!this.map.getLayer("points")) return;
      const over = this.map.queryRenderedFeatures(move.point, { layers: ["points"] }).length > 0;
      this.map.getCanvas().style.cursor = over ? "pointer" : "";
    });
    this.map.getCanvas().setAttribute("aria-label", "Map of streets and road damage; the list has the same");
  }

  remove(): void {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.map.remove();
  }

  async show(shown: Shown): Promise<void> {
    const before = this.shown;
    this.shown = shown;
    await this.loaded;
    if (this.shown !== shown) return;
    if (!this.streets) await this.askStreets();
    const { street } = shown.filters;
    if (street && before?.filters.street !== street && this.chosen === null) await this.overStreet(street);
    if (before?.shade !== shown.shade || before.colouring !== shown.colouring) this.paint();
    this.ask();
  }

  /** Show one defect: a ring around it, and the map over it where it is out of sight. */
  async mark(defect: string | null, position: [number, number] | null, near = false): Promise<void> {
    this.chosen = defect;
    await this.loaded;
    if (this.chosen !== defect) return;
    const features: Feature[] = position
      ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: position } }]
      : [];
    this.source("chosen").setData({ type: "FeatureCollection", features });
    if (!position) return;
    this.framed = true;
    if (near) this.map.jumpTo({ center: position, zoom: 17.5 });
    else if (!this.map.getBounds().contains(position) || this.map.getZoom() < CLOSE_ZOOM - 2) {
      this.map.easeTo({ center: position, zoom: Math.max(this.map.getZoom(), CLOSE_ZOOM), duration: calm() ? 0 : 300 });
    }
  }

  /** Crews' routes: the way from stop to stop as straight lines, and the stops' numbers. */
  async route(plan: Plan | null, crew: number | null): Promise<void> {
    this.plan = plan && { plan, crew };
    await this.loaded;
    for (const marker of this.routes) marker.remove();
    this.routes = [];
    const crews = plan ? plan.crews.filter((one) => crew === null || one.crew === crew) : [];
    this.source("routes").setData({
      type: "FeatureCollection",
      features: crews.map((one) => ({
        type: "Feature",
        properties: { crew: (one.crew - 1) % 4 },
        geometry: {
          type: "LineString",
          coordinates: plan ? [plan.yard, ...one.stops.map((stop) => stop.position), plan.yard] : [],
        },
      })),
    });
    if (!plan) return;
    const box = new LngLatBounds(plan.yard, plan.yard);
    this.routes.push(this.flag(plan.yard, "Y", "yard", 0));
    for (const one of crews) {
      for (const stop of one.stops) {
        box.extend(stop.position);
        this.routes.push(this.flag(stop.position, String(stop.number), `crew ${one.crew}`, one.crew));
      }
    }
    this.framed = true;
    this.map.fitBounds(box, { padding: this.clear(50), maxZoom: CLOSE_ZOOM, animate: false });
  }

  /** Move to a place, as when a stop of a route is chosen. */
  go(position: [number, number]): void {
    this.map.easeTo({ center: position, zoom: Math.max(this.map.getZoom(), CLOSE_ZOOM), duration: calm() ? 0 : 300 });
  }

  private flag(position: [number, number], text: string, said: string, crew: number): Marker {
    const flag = document.createElement("span");
    flag.className = `flag crew-${crew === 0 ? "yard" : (crew - 1) % 4}`;
    flag.textContent = text;
    flag.title = said;
    return new Marker({ element: flag }).setLngLat(position).addTo(this.map);
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  private layers(): void {
    const round = { "line-cap": "round", "line-join": "round" } as const;
    const width = (add: number): ExpressionSpecification => [
      "interpolate", ["exponential", 1.6], ["zoom"],
      10, ["+", 1 + add, ["*", 0.25, ["get", "step"]]],
      14, ["+", 3 + add, ["*", 0.7, ["get", "step"]]],
      18, ["+", 9 + add, ["*", 1.4, ["get", "step"]]],
    ];
    const known: ExpressionSpecification = [">", ["get", "step"], 0];
    this.map.addLayer({ id: "casing", type: "line", source: "streets", layout: round, paint: { "line-width": width(1.6) } });
    this.map.addLayer({ id: "plain", type: "line", source: "streets", filter: ["!", known], paint: { "line-width": width(0), "line-dasharray": [2, 1.4] } });
    this.map.addLayer({ id: "known", type: "line", source: "streets", filter: known, layout: round, paint: { "line-width": width(0) } });
    this.map.addLayer({ id: "routes", type: "line", source: "routes", layout: round, paint: { "line-width": 3 } });
    this.map.addLayer({ id: "chosen", type: "circle", source: "chosen", paint: { "circle-radius": 15, "circle-opacity": 0, "circle-stroke-width": 3.5 } });
    this.map.addLayer({
      id: "points",
      type: "symbol",
      source: "points",
      layout: { "icon-image": ["get", "icon"], "icon-size": ["get", "size"], "icon-allow-overlap": true, "icon-ignore-placement": true },
    });
    this.paint();
  }

  /** Take the colours of the page, which follow the theme, and colour the streets as is wanted. */
  private paint(): void {
    if (!this.map.getLayer("known")) return;
    const shade = this.shown?.shade ?? "light";
    for (const { shape } of SHAPES) {
      for (const look of LOOKS.keys()) {
        const name = iconName(shape, look, shade);
        const image = this.map.hasImage(name) ? null : drawIcon(name);
        if (image) this.map.addImage(name, image, { pixelRatio: ICON_PX / 18 });
      }
    }
    const styles = getComputedStyle(document.documentElement);
    const colour = (name: string) => styles.getPropertyValue(name).trim();
    const step: ExpressionSpecification = ["match", ["get", "step"], 1, colour("--band-1"), 2, colour("--band-2"), 3, colour("--band-3"), 4, colour("--band-4"), colour("--band-5")];
    this.map.setPaintProperty("ground", "background-color", colour("--map-land"));
    this.map.setPaintProperty("casing", "line-color", colour("--street-casing"));
    this.map.setPaintProperty("plain", "line-color", colour("--street-unseen"));
    this.map.setPaintProperty("known", "line-color", step);
    this.map.setPaintProperty("chosen", "circle-stroke-color", colour("--accent"));
    this.map.setPaintProperty("routes", "line-color", ["match", ["get", "crew"], 0, colour("--crew-0"), 1, colour("--crew-1"), 2, colour("--crew-2"), colour("--crew-3")]);
    this.drawStreets();
    this.drawPoints();
  }

  private async askStreets(): Promise<void> {
    // A town's streets come at once; of a city's those in sight, as one moves.
    const got = await getStreets(null).catch((error: Error) => (this.say(error.message), null));
    if (!got) return;
    this.streets = got;
    this.isLarge = got.more;
    this.drawStreets();
    const box = this.framed ? null : await wholeTown(got).catch(() => widened(null, pointsOf(got)));
    if (box && !this.framed) this.map.fitBounds(box, { padding: this.clear(40), maxZoom: CLOSE_ZOOM, animate: false });
    if (this.plan) this.route(this.plan.plan, this.plan.crew);
  }

  /** Over the one street that is shown: its line as far as it is here, and all damage on it. */
  private async overStreet(street: string): Promise<void> {
    const mine = this.streets?.features.filter((one) => one.properties.street_id === street) ?? [];
    const points = await getPoints({ street }).then((got) => got.features.map((one) => one.geometry.coordinates), () => []);
    const box = widened(widened(null, pointsOf({ features: mine })), points);
    if (!box) return;
    this.framed = true;
    // What stood beside the map may just have closed.
    this.map.resize();
    this.map.fitBounds(box as LngLatBoundsLike, { padding: this.clear(40), maxZoom: CLOSE_ZOOM, duration: calm() ? 0 : 300 });
  }

  /** How far from the map's edges something is framed: clear of the legend, where it leaves most of the map free. */
  private clear(edge: number): { top: number; bottom: number; left: number; right: number } {
    const place = this.map.getContainer();
    const legend = place.parentElement?.querySelector<HTMLElement>(".road-legend[open]")?.offsetWidth ?? 0;
    return { top: edge, bottom: edge, left: edge, right: edge + (legend < place.offsetWidth / 3 ? legend : 0) };
  }

  private drawStreets(): void {
    if (!this.streets || !this.shown || !this.map.getLayer("known")) return;
    const now = Date.now();
    const byAge = this.shown.colouring === "inspected";
    this.source("streets").setData({
      type: "FeatureCollection",
      features: this.streets.features.map((street) => {
        const { along_inspected, against_inspected, band } = street.properties;
        const last = [along_inspected, against_inspected].filter((at) => at !== null).sort().at(-1) ?? null;
        const days = daysSince(last, now);
        return { ...street, properties: { step: byAge ? (days === null ? 0 : ageStep(days)) : (band ?? 0) } };
      }),
    });
  }

  private askSoon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), WAIT_MS);
  }

  private async ask(): Promise<void> {
    if (!this.shown || !this.streets) return;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const { within, width } = this.box();
    const filters = { ...this.shown.filters, within };
    try {
      if (this.isLarge) {
        this.streets = await getStreets(within, asking.signal);
        this.drawStreets();
      }
      const points = await getPoints(filters, asking.signal);
      const cells = points.more ? (await getCells({ ...filters, step: String(step(width)) }, asking.signal)).cells : [];
      if (asking.signal.aborted) return;
      this.points = points.more ? { ...points, features: [] } : points;
      this.drawPoints();
      this.drawCells(cells);
      const all = cells.reduce((sum, cell) => sum + cell.count, 0);
      const said = points.more ? `${whole(all)} defects in sight, gathered: zoom in to see each` : `${whole(points.features.length)} in sight`;
      this.say(this.streets.more ? `${said}; not all streets are drawn: zoom in` : said);
    } catch (error) {
      if (!asking.signal.aborted) this.say((error as Error).message);
    }
  }

  private box(): { within: string; width: number } {
    const bounds = this.map.getBounds();
    const clip = (value: number, most: number) => Math.max(-most, Math.min(most, value)).toFixed(6);
    const edges = [clip(bounds.getWest(), 180), clip(bounds.getSouth(), 90), clip(bounds.getEast(), 180), clip(bounds.getNorth(), 90)];
    return { within: edges.join(","), width: bounds.getEast() - bounds.getWest() };
  }

  private drawPoints(): void {
    if (!this.points || !this.shown || !this.map.getLayer("points")) return;
    const shade = this.shown.shade;
    this.source("points").setData({
      type: "FeatureCollection",
      features: this.points.features.map((one) => {
        const { defect, kind, severity, state } = one.properties as Record<string, string | null>;
        const icon = iconName(shapeOf(kind ?? null), lookOf(state ?? ""), shade);
        return { ...one, properties: { defect, icon, size: severity ? (SIZES[severity] ?? 1) : 0.9 } };
      }),
    });
  }

  private drawCells(cells: Cell[]): void {
    for (const marker of this.markers) marker.remove();
    const most = Math.max(1, ...cells.map((cell) => cell.count));
    this.markers = cells.map((cell) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "cell";
      button.textContent = short(cell.count);
      button.title = `${whole(cell.count)} defects, ${whole(cell.waiting)} waiting`;
      button.style.setProperty("--size", `${Math.round(26 + 26 * Math.sqrt(cell.count / most))}px`);
      button.addEventListener("click", () => this.map.easeTo({ center: cell.position, zoom: this.map.getZoom() + 2, duration: calm() ? 0 : 300 }));
      return new Marker({ element: button }).setLngLat(cell.position).addTo(this.map);
    });
  }
}

/** A cell's size: so many cells across, in halves and doubles, so that cells stand still while one moves. */
function step(width: number): number {
  return Math.min(10, Math.max(0.0001, 2 ** Math.round(Math.log2(width / CELLS_ACROSS))));
}

function short(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`;
}

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
