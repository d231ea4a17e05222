/** Words, shapes and colours of road damage. */

export const KINDS: Record<string, string> = {
  pothole: "pothole",
  alligator_cracking: "alligator cracking",
  longitudinal_transverse_cracking: "long or cross crack",
  block_cracking: "block cracking",
  edge_cracking: "edge cracking",
  patching: "patching",
};

export function kindWord(kind: string | null): string {
  return kind === null || kind === "unknown" ? "felt, kind unknown" : (KINDS[kind] ?? kind.replace(/_/g, " "));
}

export type Shape = "circle" | "net" | "bar" | "square" | "triangle";

export const SHAPES: { shape: Shape; label: string }[] = [
  { shape: "circle", label: "pothole" },
  { shape: "net", label: "alligator or block cracking" },
  { shape: "bar", label: "other cracks" },
  { shape: "square", label: "patching" },
  { shape: "triangle", label: "other, or only felt" },
];

export function shapeOf(kind: string | null): Shape {
  if (kind === "pothole") return "circle";
  if (kind === "alligator_cracking" || kind === "block_cracking") return "net";
  if (kind?.endsWith("cracking")) return "bar";
  return kind === "patching" ? "square" : "triangle";
}

/** How a state is drawn: a colour and, for whoever cannot tell colours, a mark inside. */
export interface Look {
  states: string[];
  label: string;
  colour: string;
  mark: "hollow" | "full" | "dot" | "half" | "tick" | "cross";
}

export const LOOKS: Look[] = [
  { states: ["suspected"], label: "suspected", colour: "--road-suspected", mark: "hollow" },
  { states: ["confirmed", "reopened"], label: "confirmed or reopened", colour: "--road-confirmed", mark: "full" },
  { states: ["ordered"], label: "ordered", colour: "--road-ordered", mark: "dot" },
  {
    states: ["made_safe", "repaired_temporarily"],
    label: "made safe, or repaired for a time",
    colour: "--road-held",
    mark: "half",
  },
  { states: ["repaired", "verified"], label: "repaired, verified", colour: "--road-mended", mark: "tick" },
  { states: ["rejected"], label: "not an issue", colour: "--road-rejected", mark: "cross" },
];

export function lookOf(state: string): number {
  return Math.max(
    0,
    LOOKS.findIndex((look) => look.states.includes(state)),
  );
}

export const STATES = LOOKS.flatMap((look) => look.states);

export function stateWord(state: string): string {
  return state.replace(/_/g, " ");
}

export const OUTCOMES: { key: string; outcome: string; label: string }[] = [
  { key: "1", outcome: "pothole", label: "Pothole" },
  { key: "2", outcome: "pavement_failure", label: "Pavement failure" },
  { key: "3", outcome: "utility_cut", label: "Utility cut" },
  { key: "4", outcome: "other", label: "Other" },
  { key: "5", outcome: "not_an_issue", label: "Not an issue" },
];

const FACTS: Record<string, string> = {
  seen: "Seen by a pass",
  seen_sound: "Seen sound",
  measured: "Measured",
  confirmed: "Confirmed",
  rejected: "Rejected: not an issue",
  ordered: "Ordered",
  made_safe: "Made safe",
  repaired_temporarily: "Repaired for a time",
  repaired: "Repaired",
  verified: "Repair verified",
  reopened: "Reopened",
  closed: "Order closed",
};

export function factWord(fact: string): string {
  return FACTS[fact] ?? fact.replace(/_/g, " ");
}

const DAY_MS = 86_400_000;

export function daysSince(at: string | null, now: number): number | null {
  return at === null ? null : Math.max(0, (now - Date.parse(at)) / DAY_MS);
}

/** "41 minutes", "3 hours", "12 days", "2 years": one unit, the largest that fits. */
export function span(days: number): string {
  const minutes = Math.floor(days * 1440);
  if (minutes < 60) return count(minutes, "minute");
  if (days < 2) return count(Math.floor(days * 24), "hour");
  if (days < 730) return count(Math.floor(days), "day");
  return count(Math.floor(days / 365.25), "year");
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

export function bucketWord(from: number, to: number | null): string {
  const word = (days: number) => (days === 365 ? "a year" : days === 1 ? "a day" : `${days} days`);
  if (to === null) return `over ${word(from)}`;
  if (to === 365) return `${from} days to a year`;
  return from === 0 ? `under ${word(to)}` : `${from} to ${to} days`;
}

/** The steps of the streets' colours: by condition band (1 is best), or by days since last inspected. */
export const BANDS = ["1 best", "2", "3", "4", "5 worst"];
export const AGE_DAYS = [30, 90, 180, 365];
export const AGES = ["under 30 days ago", "30 to 90", "90 to 180", "180 to 365", "over a year ago"];

export function ageStep(days: number): number {
  const step = AGE_DAYS.findIndex((most) => days < most);
  return step === -1 ? AGE_DAYS.length + 1 : step + 1;
}

/** Whether an answer was due before `now` and nobody has given one. */
export function isOverdue(one: { due: string | null; answered: string | null }, now: number): boolean {
  return one.due !== null && one.answered === null && Date.parse(one.due) < now;
}
