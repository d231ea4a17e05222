/** What the road half of the API answers, as types, and the ways this page asks and writes. */

import type { FeatureCollection, LineString, Point } from "geojson";
import { getJson, reach } from "../api";

export interface Defect {
  defect: string;
  state: string;
  waiting: boolean;
  kind: string | null;
  severity: string | null;
  street_id: string | null;
  street: string | null;
  way: string | null;
  lane: number | null;
  chainage_m: number | null;
  position: [number, number] | null;
  extent_m2: number | null;
  depth_mm: number | null;
  width_mm: number | null;
  passes: number;
  known_since: string;
  first_seen: string | null;
  last_seen: string | null;
  entries: number;
  order: string | null;
  triage: string | null;
  /** Of which other defect a person said that this is it. */
  merged_into: string | null;
}

export interface Entry {
  number: number;
  fact: string;
  observed: string;
  recorded: string;
  role: string;
  weights: string;
  policy: string;
  told: Record<string, string | number | boolean>;
}

export interface Picture {
  href: string;
  at: string;
  of: "defect" | "before" | "after";
}

export interface WholeDefect extends Defect {
  life: Entry[];
  pictures?: Picture[];
}

export interface Backlog {
  at: string;
  count: number;
  known_since: string | null;
  oldest: Defect | null;
  by_state: Record<string, number>;
  by_kind: Record<string, number>;
  known_for: { from_days: number; to_days: number | null; count: number }[];
}

export interface SegmentFacts {
  street_id: string;
  street: string;
  oneway: string;
  from_m: number;
  to_m: number;
  along_inspected: string | null;
  against_inspected: string | null;
  visual_pci: number | null;
  band: number | null;
  defects: number;
}

export interface Cell {
  position: [number, number];
  count: number;
  waiting: number;
}

export type Streets = FeatureCollection<LineString, SegmentFacts> & { more: boolean };
export type Points = FeatureCollection<Point, { defect: string }> & { more: boolean };

export interface Precision {
  kind: string;
  source: string;
  judged: number;
  real: number;
  precision: number;
  low: number;
  high: number;
  verdicts: Record<string, number>;
}

export interface Stop {
  number: number;
  order: string;
  street: string;
  chainage_m: number;
  position: [number, number];
  arrive: string;
  leave: string;
  minutes: number;
  priority: number;
  defects: string[];
}

export interface Plan {
  day: string;
  begins: string;
  yard: [number, number];
  crews: { crew: number; back: string; stops: Stop[] }[];
  left: { street: string; chainage_m: number; position: [number, number]; priority: number; defects: string[] }[];
}

export interface Orders {
  plan: Plan | null;
  orders: { order: string; defects: number; changed: string }[];
}

export interface WayOfSpending {
  name: string;
  cost: number;
  benefit: number;
  condition: number[];
  poor_share: number;
  floors_missed: number;
}

export interface Choice {
  section: string;
  year: number | null;
  treatment: string;
  cost: number;
  condition_end: number;
  reason: string;
}

export interface Programme {
  version: string;
  first_year: number;
  years: number;
  sections: { section: string; street: string; ward: string; area_m2: number; condition: number }[];
  /** `gap`: the most there is could be so much better (a share); files from before it was written lack it. */
  budgets: { budget: number; gap?: number; stopped?: boolean; ways: WayOfSpending[]; choices: Choice[] }[];
}

export interface Level {
  name: string;
  least_risk: number;
  hours: number;
  clock: "always" | "working";
  cost: number;
  depth_mm: number;
  width_mm: number;
  kinds: string[];
  waiting: number;
}

/** A defect that is known and not mended, and by when the policy asks for an answer; null where it asks for none. */
export interface Waiting {
  defect: string;
  state: string;
  known_since: string;
  level: string;
  due: string | null;
  answered: string | null;
  needs_measuring: boolean;
}

export interface Policy {
  version: string;
  at: string;
  working: { time_zone: string; opens: string; closes: string; weekdays: number[]; holidays: string[] };
  hierarchy: Record<string, number>;
  severity: Record<string, number>;
  traffic: { vehicles_per_day: number; weight: number }[];
  sound_passes: number;
  levels: Level[];
  others: Record<string, number>;
  more: number;
  waiting: Waiting[];
}

export interface Session {
  account: string | null;
  role: string;
  csrf?: string;
  /** The host of a provider at which one can sign in as well; null if there is none. */
  provider?: string | null;
}

const API = "/api/v1";

export const getBacklog = () => getJson<Backlog>(`${API}/backlog`);
export const getDefect = (name: string) => getJson<WholeDefect>(`${API}/defects/${encodeURIComponent(name)}`);
export const getPrecision = () => getJson<{ precision: Precision[] }>(`${API}/precision`).then((got) => got.precision);
export const getOrders = () => getJson<Orders>(`${API}/orders`);
export const getProgramme = () => getJson<{ programme: Programme | null }>(`${API}/programme`).then((got) => got.programme);

export const getPolicy = () => getJson<{ policy: Policy | null }>(`${API}/policy`).then((got) => got.policy);

export function getDefects(filters: Record<string, string>, signal?: AbortSignal) {
  return getJson<{ defects: Defect[]; next: string | null }>(`${API}/defects?${new URLSearchParams(filters)}`, signal);
}

export function getPoints(filters: Record<string, string>, signal?: AbortSignal) {
  return getJson<Points>(`${API}/defects.geojson?${new URLSearchParams(filters)}`, signal);
}

export function getCells(filters: Record<string, string>, signal?: AbortSignal) {
  return getJson<{ cells: Cell[] }>(`${API}/defect-cells?${new URLSearchParams(filters)}`, signal);
}

export function getStreets(within: string | null, signal?: AbortSignal, limit = 5000) {
  return getJson<Streets>(`${API}/streets?limit=${limit}${within ? `&within=${within}` : ""}`, signal);
}

/** Who is signed in. A server without accounts has no such address: then nobody can be. */
export async function getSession(): Promise<Session | null> {
  const response = await reach(`${API}/session`, { headers: { accept: "application/json" } });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as Session;
}

export function signIn(name: string, password: string): Promise<Session> {
  return send<Session>("POST", `${API}/session`, { name, password });
}

/** Where the browser has to go to sign in at the provider. */
export function signInAtProvider(): Promise<{ address: string }> {
  return send<{ address: string }>("POST", `${API}/session/provider`);
}

/** What came of the sign-in at the provider that this browser last tried; null if there is nothing to say. */
export function getSaid(): Promise<string | null> {
  return getJson<{ said: string | null }>(`${API}/session/provider`).then((got) => got.said);
}

export function signOut(csrf: string): Promise<unknown> {
  return send("DELETE", `${API}/session`, undefined, csrf);
}

export function judge(defect: string, outcome: string, csrf: string): Promise<Entry> {
  return send<Entry>("POST", `${API}/defects/${encodeURIComponent(defect)}/triage`, { outcome }, csrf);
}

async function send<T>(method: string, address: string, body?: object, csrf?: string): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body) headers["content-type"] = "application/json";
  if (csrf) headers["X-CSRF-Token"] = csrf;
  // Kept alive, so that a verdict is written though the page is left right after the key.
  const response = await reach(address, { method, headers, body: body ? JSON.stringify(body) : null, keepalive: true });
  const got = (await response.json().catch(() => null)) as (T & { detail?: string }) | null;
  if (!response.ok) throw new Error(got?.detail ?? `The server answered ${response.status}.`);
  return got as T;
}
