/** Sends what waits, in order, until nothing is left or nobody answers. What it works with is handed in. */

import { askTwice, hear, type Outcome, type Port } from "./asking";
import { Unreachable } from "./api";
import { answered, bodyOf, type Entry, nextOf, read, tried } from "./queue";
import { sendNextShot } from "./sending-shots";

export function addressOf(entry: Entry): string {
  return `/api/v1/defects/${encodeURIComponent(entry.defect)}/facts`;
}

export async function sendAll(port: Port): Promise<Outcome> {
  const outcome: Outcome = { kind: "done", session: null, settled: 0, why: "", waitS: null, aheadMs: null };
  try {
    await hear(port, outcome);
    // What was done comes first, also what is pressed while a picture is on its way.
    while (outcome.kind === "done" && ((await sendNext(port, outcome)) || (outcome.kind === "done" && (await sendNextShot(port, outcome)))));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return { ...outcome, kind: "unreachable", why: error.message };
  }
  return outcome;
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
  const answer = await askTwice(port, outcome, async (csrf) => read(await port.post(addressOf(mine), bodyOf(mine), csrf, mine.key), mine));
  if (answer === null) return outcome.kind === "done";
  if (answer.kind === "nothing") {
    outcome.waitS = answer.waitS;
    throw new Unreachable(answer.waitS === null ? "the server gave no answer that settles it" : "the server asks to wait");
  }
  const settles = answer;
  await port.change((queue) => answered(queue, mine.key, settles));
  outcome.settled += 1;
  return true;
}
