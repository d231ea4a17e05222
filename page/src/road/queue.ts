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

/** A verdict comes back: to the front, so that it is seen next, with the reason if there was one. */
export function returned(queue: Queue, defect: string, why: string | null): Queue {
  const verdict = queue.judged.find((one) => one.defect.defect === defect);
  if (!verdict) return queue;
  return {
    waiting: [verdict.defect, ...queue.waiting],
    at: why === null ? 0 : queue.waiting.length > 0 ? queue.at + 1 : 0,
    judged: queue.judged.filter((one) => one !== verdict),
    wrong: why === null ? queue.wrong : { ...queue.wrong, [defect]: why },
  };
}

/** What "undo" takes back: the last verdict that has not been sent. What is written stays written. */
export function undoable(queue: Queue): Verdict | null {
  return queue.judged.findLast((one) => one.step === "held") ?? null;
}
