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

/** No answer came, or none of this server's. */
export class NoAnswer extends Error {}

/** Ask, with words of our own where no answer comes: a browser's ("Failed to fetch") tell nobody what is the matter. */
export async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new NoAnswer("The server does not answer; either it is not running, or there is no network.");
  }
}

export async function getJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  const response = await reach(address, { headers: { accept: "application/json" }, signal: signal ?? null });
  const got = (await response.json().catch(() => null)) as (T & { detail?: string }) | null;
  if (signal?.aborted) throw new DOMException("", "AbortError");
  if (!response.ok) throw new Error(got?.detail ?? `The server answered ${response.status}.`);
  if (got === null) throw new NoAnswer("What came is not this server's answer; is there a sign-in page of the network before it?");
  return got;
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
