/** How the office is asked: under whose session, and what is done where that has changed. What it works with is handed in. */

import type { Session } from "../road/api";
import type { Came } from "./api";
import type { Answer, Queue } from "./queue";
import type { Shot } from "./shots";

export interface Port {
  change: (how: (queue: Queue) => Queue) => Promise<Queue>;
  session: () => Promise<{ session: Session | null; at: number | null }>;
  post: (address: string, body: object, csrf: string, key: string) => Promise<Came>;
  changeShots: (how: (shots: Shot[]) => Shot[]) => Promise<Shot[]>;
  postPicture: (address: string, jpeg: Blob, csrf: string, key: string) => Promise<Came>;
  now: () => number;
}

export interface Outcome {
  kind: "done" | "unreachable" | "signed out" | "no accounts";
  /** Who is signed in, where that was heard. */
  session: Session | null;
  /** How many got an answer that settles them. */
  settled: number;
  why: string;
  /** So long the server asks to be left alone. */
  waitS: number | null;
  /** How far the phone's clock is ahead of the server's, in ms. */
  aheadMs: number | null;
}

/** Ask who is signed in. The secret against other sites' requests comes with it, and is kept nowhere. */
export async function hear(port: Port, outcome: Outcome): Promise<void> {
  const { session, at } = await port.session();
  outcome.session = session;
  if (at !== null) outcome.aheadMs = port.now() - at;
  if (session === null) outcome.kind = "no accounts";
  else if (session.account === null) outcome.kind = "signed out";
}

/**
 * Ask with the session's secret and, where that has been renewed meanwhile, once more; null where nothing is settled because
 * somebody else is signed in by now, or nobody (`outcome.kind`).
 */
export async function askTwice(port: Port, outcome: Outcome, ask: (csrf: string) => Promise<Answer>): Promise<Answer | null> {
  const before = outcome.session;
  let answer = await ask(before?.csrf ?? "");
  if (answer.kind === "forbidden") {
    await hear(port, outcome);
    if (outcome.kind !== "done" || outcome.session?.account !== before?.account) return null;
    if (outcome.session?.csrf !== before?.csrf) answer = await ask(outcome.session?.csrf ?? "");
    if (answer.kind === "forbidden") answer = { kind: "refused", why: answer.why };
  }
  if (answer.kind === "signed out") {
    outcome.kind = "signed out";
    return null;
  }
  return answer;
}
