/**
 * What a crew wrote down and has not been written into the ledger yet, as a value. Pure.
 *
 * Beside road/queue.ts, which holds verdicts for some seconds in one tab, this one outlives the tab and the day: more than
 * one entry about a defect, each sent under a key of its own until the server has said what became of it.
 */

export type Fact = "made_safe" | "repaired_temporarily" | "repaired";

export const FACTS: { fact: Fact; label: string; materials: string[] }[] = [
  { fact: "made_safe", label: "Made safe", materials: ["cones", "barrier", "plate", "cold asphalt"] },
  { fact: "repaired_temporarily", label: "Repaired for a time", materials: ["cold asphalt", "gravel", "spray patching", "crack sealant"] },
  { fact: "repaired", label: "Repaired", materials: ["hot asphalt", "cold asphalt", "spray patching", "crack sealant", "concrete"] },
];

/** An entry of the ledger that somebody else wrote, as a 409 tells it. */
export interface Written {
  number: number;
  fact: string;
  observed_at: string;
  role: string;
}

export interface Entry {
  /** The Idempotency-Key: the same as long as the same is sent. */
  key: string;
  /** Entries are sent in the order of their turns. */
  turn: number;
  /** Under which account it was written down, and under which alone it is sent. */
  account: string;
  defect: string;
  /** Where, in words: it is shown though another route has come since. */
  place: string;
  fact: Fact;
  material: string | null;
  order: string;
  /** When it was pressed, by the phone's clock. */
  observed: string;
  /** The number of the newest entry that had been seen then. */
  after: number | null;
  /** It was sent once at least: the server may have it though no answer came. */
  tried: boolean;
  step: "waiting" | "overtaken" | "refused" | "sent";
  written?: Written[];
  why?: string;
  number?: number;
}

export type Queue = Entry[];

export type Answer =
  | { kind: "sent"; number: number }
  | { kind: "overtaken"; written: Written[] }
  | { kind: "refused"; why: string }
  | { kind: "signed out" }
  | { kind: "forbidden"; why: string }
  | { kind: "nothing"; waitS: number | null };

/** So long an entry is held before it is sent at the earliest, so that it can be taken back. */
export const HELD_MS = 6000;
/** So long one that was sent is still shown. */
export const SHOWN_MS = 36 * 3_600_000;

export function factLabel(fact: Fact): string {
  return FACTS.find((one) => one.fact === fact)?.label ?? fact;
}

export function noted(queue: Queue, entry: Omit<Entry, "turn" | "tried" | "step">): Queue {
  const turn = 1 + Math.max(0, ...queue.map((one) => one.turn));
  return [...queue, { ...entry, turn, tried: false, step: "waiting" }];
}

/** What the API is sent of an entry: the same each time, or its key would not do. */
export function bodyOf(entry: Entry): object {
  const told: Record<string, string> = { order_id: entry.order };
  if (entry.material !== null) told.material = entry.material;
  return { fact: entry.fact, told, observed_at: entry.observed, ...(entry.after === null ? {} : { after: entry.after }) };
}

function isHeld(entry: Entry, now: number): boolean {
  const since = now - Date.parse(entry.observed);
  return !entry.tried && since >= 0 && since < HELD_MS;
}

/** What is sent next: the first of this account that waits, and stands behind nothing unsettled about the same defect. */
export function nextOf(queue: Queue, account: string, now: number): Entry | null {
  const unsettled = new Set<string>();
  for (const entry of inOrder(queue)) {
    if (entry.step === "sent") continue;
    if (entry.account === account && entry.step === "waiting" && !unsettled.has(entry.defect) && !isHeld(entry, now)) return entry;
    unsettled.add(entry.defect);
  }
  return null;
}

/** In how many ms the next one is let go; null where none is held. */
export function heldFor(queue: Queue, now: number): number | null {
  const left = queue.filter((one) => one.step === "waiting" && isHeld(one, now)).map((one) => Date.parse(one.observed) + HELD_MS - now);
  return left.length > 0 ? Math.min(...left) : null;
}

export function tried(queue: Queue, key: string): Queue {
  return queue.map((one) => (one.key === key ? { ...one, tried: true } : one));
}

export function answered(queue: Queue, key: string, answer: Answer): Queue {
  const entry = queue.find((one) => one.key === key);
  if (!entry || entry.step === "sent") return queue;
  if (answer.kind === "overtaken") return changed(queue, key, { step: "overtaken", written: answer.written });
  if (answer.kind === "refused") return changed(queue, key, { step: "refused", why: answer.why });
  if (answer.kind !== "sent") return queue;
  const mine = changed(queue, key, { step: "sent", number: answer.number });
  // What was written down after it, on this phone, had seen it. One that was sent already has to stay as it was sent.
  return mine.map((one) =>
    one.defect === entry.defect && one.turn > entry.turn && one.step === "waiting" && !one.tried && sawAsMuch(one, entry)
      ? { ...one, after: answer.number }
      : one,
  );
}

/** Whether `later` had seen no less of the defect's life than `entry`, and nothing beyond what `entry` was written on. */
function sawAsMuch(later: Entry, entry: Entry): boolean {
  return later.after !== null && entry.after !== null && later.after <= entry.after;
}

/** Whether it can still be taken back: not once it may have been written. */
export function isUndoable(entry: Entry): boolean {
  return entry.step === "waiting" && !entry.tried;
}

export function dropped(queue: Queue, key: string): Queue {
  return queue.filter((one) => one.key !== key || (one.step === "waiting" && one.tried) || one.step === "sent");
}

/** What a crew's word cannot follow: only a look at the place opens it again. */
const CLOSING: Record<string, string> = { repaired: "repaired", verified: "repaired, and seen to be so", rejected: "not an issue" };
const CHANGING = ["confirmed", "ordered", "made_safe", "repaired_temporarily", "reopened", ...Object.keys(CLOSING)];

/** As what the office has it already, where nothing of ours can be written on top of what others wrote; else null. */
export function closedAs(entry: Entry): string | null {
  const last = (entry.written ?? []).findLast((one) => CHANGING.includes(one.fact));
  return (last && CLOSING[last.fact]) ?? null;
}

/** Sent on top of what others wrote, which has been shown: under a new key, as it says something else. */
export function onNewest(queue: Queue, key: string, newKey: string): Queue {
  return queue.map((one) => {
    if (one.key !== key || one.step !== "overtaken") return one;
    const { written = [], ...rest } = one;
    return { ...rest, key: newKey, step: "waiting", after: Math.max(...written.map((each) => each.number)) };
  });
}

export function again(queue: Queue, key: string): Queue {
  return queue.map((one) => {
    if (one.key !== key || one.step !== "refused") return one;
    const { why: _why, ...rest } = one;
    return { ...rest, step: "waiting" };
  });
}

/** Without what has been sent and shown long enough. */
export function pruned(queue: Queue, now: number): Queue {
  return queue.filter((one) => one.step !== "sent" || now - Date.parse(one.observed) < SHOWN_MS);
}

/** After signing out: what was sent is forgotten, what was not is kept until its account comes again. */
export function afterSignOut(queue: Queue): Queue {
  return queue.filter((one) => one.step !== "sent");
}

export interface Counts {
  waiting: number;
  toDecide: number;
  /** Of other accounts, by name. */
  others: Record<string, number>;
}

export function countsOf(queue: Queue, account: string | null): Counts {
  const counts: Counts = { waiting: 0, toDecide: 0, others: {} };
  for (const one of queue) {
    if (one.step === "sent") continue;
    if (one.account !== account) counts.others[one.account] = (counts.others[one.account] ?? 0) + 1;
    else if (one.step === "waiting") counts.waiting += 1;
    else counts.toDecide += 1;
  }
  return counts;
}

/** What an answer means. Only what is surely the API's word settles an entry: anything else is asked again. */
export function read(came: { status: number; json: unknown; retryAfterS: number | null }, entry: Entry): Answer {
  const json = came.json as Record<string, unknown> | null;
  const nothing: Answer = { kind: "nothing", waitS: came.retryAfterS };
  if (json === null || typeof json !== "object") return nothing;
  if (came.status === 201) {
    const ours = json.defect === entry.defect && json.fact === entry.fact && typeof json.number === "number";
    return ours ? { kind: "sent", number: json.number as number } : nothing;
  }
  // RFC 9457: the API's own problems say their status.
  if (json.status !== came.status) return nothing;
  const why = String(json.detail ?? `The server answered ${came.status}.`);
  if (came.status === 401) return { kind: "signed out" };
  if (came.status === 403) return { kind: "forbidden", why };
  if (came.status === 429 || came.status >= 500) return nothing;
  const written = json.written as Written[] | undefined;
  if (came.status === 409 && Array.isArray(written) && written.length > 0) return { kind: "overtaken", written };
  return { kind: "refused", why };
}

/** How long to wait after so many tries in vain (1, 2 …): 2 s, doubled up to two minutes; `chance` 0 to 1 spreads phones. */
export function backOffMs(tries: number, chance: number): number {
  return Math.min(120_000, 2000 * 2 ** Math.max(0, tries - 1)) * (0.75 + chance / 2);
}

function changed(queue: Queue, key: string, by: Partial<Entry>): Queue {
  return queue.map((one) => (one.key === key ? { ...one, ...by } : one));
}

function inOrder(queue: Queue): Queue {
  return [...queue].sort((a, b) => a.turn - b.turn);
}
