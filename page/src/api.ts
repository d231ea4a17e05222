/** What the API answers, as types, and the few ways this page asks it. */

import type { Quality } from "./quality";

export interface City {
  name: string;
  time_zone: string;
  vehicle_classes: string[];
  keep_intervals_days: number;
  keep_health_days: number;
}

export type PointPx = [number, number];

export interface Gate {
  gate: string;
  from_px: PointPx;
  to_px: PointPx;
  name: string;
}

export interface Movement {
  movement: string;
  from_gate: string;
  to_gate: string;
  name: string;
}

export interface Health {
  camera: string;
  at: string;
  state: string;
  reason: string;
}

export interface LastHour {
  start: string;
  end: string;
  count: number;
  observed_s: number;
  basis: string;
}

export interface Camera {
  camera: string;
  name: string;
  calibrated: boolean;
  gates: Gate[];
  movements: Movement[];
  health: Health | null;
  last_hour: LastHour | null;
  position: [number, number] | null;
}

export interface Interval {
  camera: string;
  gate: string | null;
  direction: "forward" | "backward" | null;
  movement: string | null;
  vehicle_class: string;
  start: string;
  duration_s: number;
  observed_s: number;
  count: number;
  mean_speed_kmh: number | null;
  v85_kmh: number | null;
  quality: Quality | null;
  doubts: string[];
}

export interface Check {
  camera: string;
  /** null: the sum over all gates, both ways. */
  gate: string | null;
  direction: string | null;
  vehicle_class: string;
  start: string;
  checker: string;
  checked_s: number;
  agreed: number;
  missed: number;
  extra: number;
  error_percent: number | null;
  error_low_percent: number | null;
  error_high_percent: number | null;
}

export const ALL = "all";
const PAGE = "5000";

export async function getJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(address, { headers: { accept: "application/json" }, signal: signal ?? null });
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as { detail?: string } | null;
    throw new Error(problem?.detail ?? `The server answered ${response.status}.`);
  }
  return (await response.json()) as T;
}

export function getCity(): Promise<City> {
  return getJson<City>("/api/v1/city");
}

interface Feature {
  geometry: { coordinates: [number, number] } | null;
  properties: Omit<Camera, "position">;
}

export async function getCameras(): Promise<Camera[]> {
  const found = await getJson<{ features: Feature[] }>("/api/v1/cameras");
  return found.features.map((feature) => ({
    ...feature.properties,
    position: feature.geometry?.coordinates ?? null,
  }));
}

/** Every interval that fits the filters, slice by slice. */
export async function getIntervals(filters: Record<string, string>): Promise<Interval[]> {
  const rows: Interval[] = [];
  let next: string | null = `/api/v1/intervals?${new URLSearchParams({ ...filters, limit: PAGE })}`;
  while (next !== null) {
    const slice: { intervals: Interval[]; next: string | null } = await getJson(next);
    rows.push(...slice.intervals);
    next = slice.next;
  }
  return rows;
}

export async function getChecks(filters: Record<string, string>): Promise<Check[]> {
  return (await getJson<{ checks: Check[] }>(`/api/v1/checks?${new URLSearchParams(filters)}`)).checks;
}
