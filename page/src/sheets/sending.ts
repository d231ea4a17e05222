/** Sends what waits, in order, until nothing is left or nobody answers. What it works with is handed in. */

import type { Session } from "../road/api";
import { type Came, Unreachable } from "./api";
import { answered, bodyOf, type Entry, nextOf, type Queue, read, tried } from "./queue";

export interface Port {
  change: (how: (queue: Queue) => Queue) => Promise<Queue>;
  session: () => Promise<{ session: Session | null; at: number | null }>;
  post: (address: string, body: object, csrf: string, key: string) => Promise<Came>;
  /** Whether somebody signed out on this phone of whom the server does not know it yet. */
  leaving: () => Promise<boolean>;
  end: (csrf: string) => Promise<void>;
  /** Note that the server knows it now. */
  left: () => Promise<void>;
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

export function addressOf(entry: Entry): string {
  return `/api/v1/defects/${encodeURIComponent(entry.defect)}/facts`;
}

export async function sendAll(port: Port): Promise<Outcome> {
  const outcome: Outcome = { kind: "done", session: null, settled: 0, why: "", waitS: null, aheadMs: null };
  try {
    if (await port.leaving()) await leave(port);
    await hear(port, outcome);
    while (outcome.kind === "done" && !(await port.leaving()) && (await sendNext(port, outcome)));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return { ...outcome, kind: "unreachable", why: error.message };
  }
  return outcome;
}

/** End the session there: whoever signed out without a network must not be signed in again when it is back. */
export async function leave(port: Pick<Port, "session" | "end" | "left">): Promise<void> {
  const { session } = await port.session();
  if (session?.csrf) await port.end(session.csrf);
  await port.left();
}

/** Ask who is signed in. The secret against other sites' requests comes with it, and is kept nowhere. */
async function hear(port: Port, outcome: Outcome): Promise<void> {
  const { session, at } = await port.session();
  outcome.session = session;
  if (at !== null) outcome.aheadMs = port.now() - at;
  if (session === null) outcome.kind = "no accounts";
  else if (session.account === null) outcome.kind = "signed out";
}

/** Send one entry; false where none is to be sent. */
async function sendNext(port: Port, outcome: Outcome): Promise<boolean> {
  const account = outcome.session?.account ?? "";
  let entry: Entry | null = null;
  // Noted before it is sent: should the phone die now, it is known that the server may have it.
  await port.change((queue) => {
    entry = nextOf(queue, account, port.now());
    return entry ? tried(queue, (entry as Entry).key) : queue;
  });
  if (entry === null) return false;
  const mine: Entry = entry;
  let answer = read(await port.post(addressOf(mine), bodyOf(mine), outcome.session?.csrf ?? "", mine.key), mine);
  if (answer.kind === "forbidden") {
    const before = outcome.session?.csrf;
    await hear(port, outcome);
    if (outcome.kind !== "done" || outcome.session?.account !== account) return outcome.kind === "done";
    if (outcome.session.csrf !== before) {
      answer = read(await port.post(addressOf(mine), bodyOf(mine), outcome.session.csrf ?? "", mine.key), mine);
    }
    if (answer.kind === "forbidden") answer = { kind: "refused", why: answer.why };
  }
  if (answer.kind === "signed out") {
    outcome.kind = "signed out";
    return false;
  }
  if (answer.kind === "nothing") {
    outcome.waitS = answer.waitS;
    throw new Unreachable(answer.waitS === null ? "the server gave no answer that settles it" : "the server asks to wait");
  }
  const settles = answer;
  await port.change((queue) => answered(queue, mine.key, settles));
  outcome.settled += 1;
  return true;
}
