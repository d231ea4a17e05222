/** Words of the sheets, and what a crew has to bring. Pure. */

import { kindWord } from "../road/words";
import { plural } from "../words";
import type { Route, SheetDefect, SheetStop } from "./api";
import type { Counts, Entry, Queue } from "./queue";

const MENDED = ["repaired", "verified", "rejected"];

export interface Bring {
  kind: string;
  count: number;
  /** Together, of those whose size is known. */
  extent_m2: number;
  /** How many have no size. */
  unsized: number;
  /** The deepest that somebody measured. */
  depth_mm: number | null;
}

/** What there is to mend by kind, the most first: what to load in the morning. What is mended already, or part of another, is left out. */
export function toBring(defects: SheetDefect[]): Bring[] {
  const kinds = new Map<string, Bring>();
  for (const one of defects) {
    if (isSettledThere(one)) continue;
    const kind = kindWord(one.kind ?? null);
    const sum = kinds.get(kind) ?? { kind, count: 0, extent_m2: 0, unsized: 0, depth_mm: null };
    kinds.set(kind, {
      kind,
      count: sum.count + 1,
      extent_m2: sum.extent_m2 + (one.extent_m2 ?? 0),
      unsized: sum.unsized + (one.extent_m2 ? 0 : 1),
      depth_mm: one.depth_mm ? Math.max(sum.depth_mm ?? 0, one.depth_mm) : sum.depth_mm,
    });
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

export function bringWords(one: Bring): string {
  const words = [`${one.count} × ${one.kind}`];
  if (one.extent_m2 > 0) words.push(`${one.extent_m2.toFixed(1)}\u00a0m²`);
  if (one.unsized > 0 && one.extent_m2 > 0) words.push(`${one.unsized} of no known size`);
  if (one.depth_mm !== null) words.push(`up to ${one.depth_mm} mm deep`);
  return words.join(", ");
}

export function isMended(one: SheetDefect): boolean {
  return MENDED.includes(one.state ?? "");
}

/** Whether a crew has nothing to do about it: it is mended, or another defect that it is part of is written about. */
export function isSettledThere(one: SheetDefect): boolean {
  return isMended(one) || Boolean(one.merged_into);
}

/** The addresses of a route's pictures. */
export function picturesOf(route: Route): string[] {
  return route.stops.flatMap((stop) => stop.defects.flatMap((one) => one.pictures.map((picture) => picture.href)));
}

/** What this phone last wrote down of a defect, sent or not. */
export function lastOf(queue: Queue, defect: string): Entry | null {
  return queue.filter((one) => one.defect === defect).at(-1) ?? null;
}

/** Whether an entry asks for nothing more here: sent, or waiting to be. */
export function isSettled(entry: Entry | null): boolean {
  return entry?.step === "sent" || entry?.step === "waiting";
}

/** How many of a stop's defects are dealt with: mended before, or written down here. */
export function doneOf(stop: SheetStop, queue: Queue): number {
  return stop.defects.filter((one) => isSettledThere(one) || isSettled(lastOf(queue, one.defect))).length;
}

/** The first stop at which something is left to do. */
export function nextStop(route: Route, queue: Queue): number | null {
  return route.stops.find((stop) => doneOf(stop, queue) < stop.defects.length)?.number ?? null;
}

/** The line that always stands on top. */
export function statusWords(counts: Counts): string {
  const words = [];
  if (counts.toDecide > 0) words.push(`${counts.toDecide} to decide`);
  if (counts.waiting > 0) words.push(`${counts.waiting} not sent yet`);
  const others = Object.values(counts.others).reduce((sum, one) => sum + one, 0);
  if (others > 0) words.push(`${others} of another account`);
  return words.length > 0 ? words.join(", ") : "All sent";
}

export function contactWords(contact: number | null, now: number): string {
  if (contact === null) return "The office was not reached yet.";
  const minutes = Math.floor((now - contact) / 60_000);
  const clock = clockOf(contact);
  if (minutes < 1) return `Last contact ${clock}.`;
  if (minutes < 60) return `Last contact ${clock}, ${plural(minutes, "minute")} ago.`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `Last contact ${clock}, ${plural(hours, "hour")} ago.` : `Last contact ${plural(Math.floor(hours / 24), "day")} ago.`;
}

/** By the phone's clock and its time zone, as it was pressed. */
export function clockOf(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export function dayWord(day: string, now: number): string {
  if (isToday(day, now)) return "today";
  return new Date(`${day}T12:00:00`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" });
}

export function isToday(day: string, now: number): boolean {
  return new Date(`${day}T12:00:00`).toDateString() === new Date(now).toDateString();
}

/** A key that no other entry has. `randomUUID` is not there on a page without https. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
