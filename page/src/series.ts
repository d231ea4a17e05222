/** From the API's rows to what is drawn: bins, totals, the peak hour. Pure. */

import { ALL, type Camera, type Interval } from "./api";
import { accepts, doubtsOf, type Quality, worst } from "./quality";
import type { Line } from "./state";

export interface Bin {
  startMs: number;
  durationS: number;
  /** Seconds really watched; 0 where there is no record at all. */
  observedS: number;
  /** null where nothing was watched (not the same as 0), and where it was left out for its quality. */
  total: number | null;
  byClass: Map<string, number>;
  meanKmh: number | null;
  v85Kmh: number | null;
  /** That of its worst row; null where it has not been judged, or nothing was watched. */
  quality: Quality | null;
  doubts: string[];
  leftOut: boolean;
}

export interface PeakHour {
  startMs: number;
  count: number;
  /** Peak hour factor (HCM): hour / (4 x its busiest quarter); null unless the bins are quarters. */
  phf: number | null;
}

export const HOUR_MS = 3_600_000;

export function onLine(row: Interval, line: Line): boolean {
  if (line.kind === "movements") return row.movement !== null;
  if (line.kind === "movement") return row.movement === line.id;
  return row.gate === line.id && (line.direction === "both" || row.direction === line.direction);
}

/** Whether a line is the sum of several, each with a v85 of its own. */
export function isSummed(line: Line): boolean {
  return line.kind === "movements" || (line.kind === "gate" && line.direction === "both");
}

/**
 * Bins in order without holes: a time without a record is a bin that nobody watched, and a class without a row in a
 * watched bin was seen 0 times. A v85 is only there on a line that is no sum: v85s cannot be added up. A bin with a
 * row that is not of an `accepted` quality is left out whole: a sum without a part of it would be wrong.
 */
export function binsOf(rows: Interval[], line: Line, vehicleClass: string = ALL, accepted = "any"): Bin[] {
  const wanted = rows.filter((row) => onLine(row, line));
  if (wanted.length === 0) return [];
  const byStart = new Map<number, Interval[]>();
  for (const row of wanted) {
    const startMs = Date.parse(row.start);
    const group = byStart.get(startMs);
    if (group) group.push(row);
    else byStart.set(startMs, [row]);
  }
  const starts = [...byStart.keys()].sort((a, b) => a - b);
  const stepS = Math.min(...wanted.map((row) => row.duration_s));
  const bins: Bin[] = [];
  let at = starts[0] as number;
  for (const startMs of starts) {
    for (; at + stepS * 1000 <= startMs; at += stepS * 1000) bins.push(unwatched(at, stepS));
    const bin = withQuality(oneBin(startMs, byStart.get(startMs) as Interval[], vehicleClass, isSummed(line)), byStart.get(startMs) as Interval[], accepted);
    bins.push(bin);
    at = startMs + bin.durationS * 1000;
  }
  return bins;
}

function unwatched(startMs: number, durationS: number): Bin {
  return { startMs, durationS, observedS: 0, total: null, byClass: new Map(), meanKmh: null, v85Kmh: null, ...UNJUDGED };
}

const UNJUDGED = { quality: null, doubts: [], leftOut: false };

function withQuality(bin: Bin, rows: Interval[], accepted: string): Bin {
  const known = { ...bin, quality: worst(rows), doubts: doubtsOf(rows) };
  if (rows.every((row) => accepts(accepted, row.quality))) return known;
  return { ...known, total: null, byClass: new Map(), meanKmh: null, v85Kmh: null, leftOut: true };
}

function oneBin(startMs: number, rows: Interval[], vehicleClass: string, summed: boolean): Bin {
  const sums = rows.filter((row) => row.vehicle_class === vehicleClass);
  const byClass = new Map<string, number>();
  for (const row of rows) {
    if (row.vehicle_class === ALL || (vehicleClass !== ALL && row.vehicle_class !== vehicleClass)) continue;
    byClass.set(row.vehicle_class, (byClass.get(row.vehicle_class) ?? 0) + row.count);
  }
  const fast = sums.filter((row) => row.mean_speed_kmh !== null && row.count > 0);
  const weight = fast.reduce((sum, row) => sum + row.count, 0);
  const only = fast.length === 1 && !summed ? fast[0] : undefined;
  return {
    startMs,
    durationS: Math.max(...rows.map((row) => row.duration_s)),
    observedS: Math.max(...rows.map((row) => row.observed_s)),
    total: sums.reduce((sum, row) => sum + row.count, 0),
    byClass,
    meanKmh: weight ? fast.reduce((sum, row) => sum + row.count * (row.mean_speed_kmh as number), 0) / weight : null,
    v85Kmh: only?.v85_kmh ?? null,
    ...UNJUDGED,
  };
}

/** The classes that occur, in the order of stacking. */
export function classesIn(bins: Bin[], order: string[]): string[] {
  const seen = new Set(bins.flatMap((bin) => [...bin.byClass.keys()]));
  const known = order.filter((name) => seen.has(name));
  return [...known, ...[...seen].filter((name) => !known.includes(name)).sort()];
}

export function totalOf(bins: Bin[]): number {
  return bins.reduce((sum, bin) => sum + (bin.total ?? 0), 0);
}

/** The share of the time from the first bin to the last that was watched, 0..1. */
export function watchedShare(bins: Bin[]): number {
  const all = bins.reduce((sum, bin) => sum + bin.durationS, 0);
  return all ? bins.reduce((sum, bin) => sum + bin.observedS, 0) / all : 0;
}

export function meanSpeed(bins: Bin[]): number | null {
  const known = bins.filter((bin) => bin.meanKmh !== null && bin.total);
  const weight = known.reduce((sum, bin) => sum + (bin.total as number), 0);
  return weight ? known.reduce((sum, bin) => sum + (bin.total as number) * (bin.meanKmh as number), 0) / weight : null;
}

/** The busiest 60 minutes in which every bin was watched for at least 95 %; null where there is no such hour. */
export function peakHour(bins: Bin[]): PeakHour | null {
  let best: PeakHour | null = null;
  for (let first = 0; first < bins.length; first += 1) {
    const start = (bins[first] as Bin).startMs;
    const inside = bins.slice(first).filter((bin) => bin.startMs < start + HOUR_MS);
    const seconds = inside.reduce((sum, bin) => sum + bin.durationS, 0);
    if (seconds !== 3600 || inside.some((bin) => bin.leftOut || bin.observedS < 0.95 * bin.durationS)) continue;
    const count = totalOf(inside);
    if (best !== null && count <= best.count) continue;
    const quarters = inside.every((bin) => bin.durationS === 900);
    const busiest = Math.max(...inside.map((bin) => bin.total ?? 0));
    best = { startMs: start, count, phf: quarters && busiest > 0 ? count / (4 * busiest) : null };
  }
  return best;
}

/** Sums per gate and direction, and per movement, over the rows of one class. */
export function totalsByLine(rows: Interval[], vehicleClass: string, accepted = "any"): Map<string, number> {
  const totals = new Map<string, number>();
  for (const row of rows) {
    if (row.vehicle_class !== vehicleClass || !accepts(accepted, row.quality)) continue;
    const key = row.movement !== null ? `movement:${row.movement}` : `gate:${row.direction}:${row.gate}`;
    totals.set(key, (totals.get(key) ?? 0) + row.count);
  }
  return totals;
}

/** The line to show when none was chosen: all movements of a junction, or the first gate, both ways. */
export function defaultLine(camera: Camera): Line | null {
  if (camera.movements.length > 0) return { kind: "movements" };
  const gate = camera.gates[0];
  return gate ? { kind: "gate", id: gate.gate, direction: "both" } : null;
}

/** Whether the chosen line still exists on this camera. */
export function lineExists(camera: Camera, line: Line): boolean {
  if (line.kind === "movements") return camera.movements.length > 0;
  if (line.kind === "movement") return camera.movements.some((movement) => movement.movement === line.id);
  return camera.gates.some((gate) => gate.gate === line.id);
}

/** Round steps for an axis from 0: 1, 2 or 5 times a power of ten. */
export function niceTicks(max: number, wanted = 4): number[] {
  if (max <= 0) return [0];
  const raw = max / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max([1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw) ?? power * 10, Number.MIN_VALUE);
  const ticks: number[] = [];
  for (let value = 0; value <= max + step * 0.999; value += step) ticks.push(Number(value.toPrecision(12)));
  return ticks;
}

/** How many of the bins that were watched are of each quality; "unjudged" are those nobody judged. */
export function qualityShares(bins: Bin[]): Map<Quality | "unjudged", number> {
  const watched = bins.filter((bin) => bin.observedS > 0);
  const shares = new Map<Quality | "unjudged", number>();
  for (const bin of watched) {
    const key = bin.quality ?? "unjudged";
    shares.set(key, (shares.get(key) ?? 0) + 1 / watched.length);
  }
  return shares;
}
