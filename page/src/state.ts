/** What is on the screen, kept in the address after the #, so that a link shows the same thing to somebody else. */

import { ACCEPTED } from "./quality";

export type Line =
  | { kind: "movements" }
  | { kind: "movement"; id: string }
  | { kind: "gate"; id: string; direction: "forward" | "backward" | "both" };

export interface View {
  camera: string | null;
  period: string;
  since: string | null;
  until: string | null;
  line: Line | null;
  vehicleClass: string;
  /** Which qualities are shown: a key of ACCEPTED. */
  accepted: string;
}

export const PERIODS: Record<string, { label: string; hours: number }> = {
  "1h": { label: "Last hour", hours: 1 },
  "3h": { label: "Last 3 hours", hours: 3 },
  "12h": { label: "Last 12 hours", hours: 12 },
  "24h": { label: "Last 24 hours", hours: 24 },
  "7d": { label: "Last 7 days", hours: 168 },
};
export const CUSTOM = "custom";

export const EMPTY_VIEW: View = {
  camera: null,
  period: "24h",
  since: null,
  until: null,
  line: null,
  vehicleClass: "all",
  accepted: "any",
};

export function lineToText(line: Line): string {
  if (line.kind === "movements") return "movements";
  if (line.kind === "movement") return `movement:${line.id}`;
  return `gate:${line.direction}:${line.id}`;
}

export function lineFromText(text: string): Line | null {
  if (text === "movements") return { kind: "movements" };
  if (text.startsWith("movement:")) return { kind: "movement", id: text.slice(9) };
  const gate = /^gate:(forward|backward|both):(.+)$/.exec(text);
  if (!gate) return null;
  return { kind: "gate", direction: gate[1] as "forward" | "backward" | "both", id: gate[2] as string };
}

export function viewFromHash(hash: string): View {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const since = validTime(given.get("since"));
  const until = validTime(given.get("until"));
  const period = given.get("period") ?? EMPTY_VIEW.period;
  const custom = period === CUSTOM && since !== null && until !== null && since < until;
  return {
    camera: given.get("camera") || null,
    period: custom ? CUSTOM : period in PERIODS ? period : EMPTY_VIEW.period,
    since: custom ? since : null,
    until: custom ? until : null,
    line: lineFromText(given.get("line") ?? ""),
    vehicleClass: given.get("class") || "all",
    accepted: (given.get("quality") ?? "any") in ACCEPTED ? (given.get("quality") ?? "any") : "any",
  };
}

export function hashOf(view: View): string {
  const params = new URLSearchParams();
  if (view.camera) params.set("camera", view.camera);
  if (view.period !== EMPTY_VIEW.period) params.set("period", view.period);
  if (view.since && view.until) {
    params.set("since", view.since);
    params.set("until", view.until);
  }
  if (view.line) params.set("line", lineToText(view.line));
  if (view.vehicleClass !== "all") params.set("class", view.vehicleClass);
  if (view.accepted !== EMPTY_VIEW.accepted) params.set("quality", view.accepted);
  const text = params.toString();
  return text ? `#${text}` : "#";
}

function validTime(text: string | null): string | null {
  if (!text) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
