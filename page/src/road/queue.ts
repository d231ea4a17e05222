/** The triage queue as a value: what is shown, what was judged, what came back. Pure. */

import type { Defect } from "./api";

export type Step = "held" | "sent" | "written";

export interface Verdict {
  defect: Defect;
  outcome: string;
  step: Step;
}

export interface Queue {
  waiting: Defect[];
  at: number;
  /** In the order in which they were given. */
  judged: Verdict[];
  /** Why something came back, by the defect's name. */
  wrong: Record<string, string>;
}

export const EMPTY_QUEUE: Queue = { waiting: [], at: 0, judged: [], wrong: {} };

export function current(queue: Queue): Defect | null {
  return queue.waiting[queue.at] ?? null;
}

/** Add what is not there yet, and was not judged. */
export function filled(queue: Queue, more: Defect[]): Queue {
  const known = new Set([...queue.waiting, ...queue.judged.map((one) => one.defect)].map((one) => one.defect));
  return { ...queue, waiting: [...queue.waiting, ...more.filter((one) => !known.has(one.defect))] };
}

export function moved(queue: Queue, by: number): Queue {
  const last = Math.max(0, queue.waiting.length - 1);
  return { ...queue, at: Math.min(last, Math.max(0, queue.at + by)) };
}

/** The verdict on what is shown: it leaves the queue at once, and the next one is shown. */
export function judgedAs(queue: Queue, outcome: string): Queue {
  const defect = current(queue);
  if (!defect) return queue;
  const waiting = queue.waiting.filter((one) => one !== defect);
  const { [defect.defect]: _gone, ...wrong } = queue.wrong;
  const judged: Verdict[] = [...queue.judged, { defect, outcome, step: "held" }];
  return { waiting, judged, wrong, at: Math.min(queue.at, Math.max(0, waiting.length - 1)) };
}

export function stepped(queue: Queue, defect: string, step: Step): Queue {
  return { ...queue, judged: queue.judged.map((one) => (one.defect.defect === defect ? { ...one, step } : one)) };
}

/**
 * A verdict comes back. One that was taken back is shown at once. One that could not be written stands right behind what
 * is shown, with its reason, and behind those that came back before it: it is the next one, and nobody passes it by.
 */
export function returned(queue: Queue, defect: string, why: string | null): Queue {
  const verdict = queue.judged.find((one) => one.defect.defect === defect);
  if (!verdict) return queue;
  const judged = queue.judged.filter((one) => one !== verdict);
  if (why === null) return { ...queue, waiting: [verdict.defect, ...queue.waiting], at: 0, judged };
  let place = queue.at + 1;
  while (queue.wrong[queue.waiting[place]?.defect ?? ""]) place += 1;
  return { ...queue, waiting: queue.waiting.toSpliced(place, 0, verdict.defect), judged, wrong: { ...queue.wrong, [defect]: why } };
}

/** How many came back and were not judged anew. */
export function cameBack(queue: Queue): number {
  return queue.waiting.filter((one) => queue.wrong[one.defect]).length;
}

/** How many verdicts the ledger does not have yet. */
export function onTheirWay(queue: Queue): number {
  return queue.judged.filter((one) => one.step !== "written").length;
}

/** What "undo" takes back: the last verdict that has not been sent. What is written stays written. */
export function undoable(queue: Queue): Verdict | null {
  return queue.judged.findLast((one) => one.step === "held") ?? null;
}
