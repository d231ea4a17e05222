/** Sends one picture that waits. It comes after the entries, and its refusal settles nothing but itself. */

import { type Came, Unreachable } from "./api";
import { askTwice, type Outcome, type Port } from "./asking";
import { read } from "./queue";
import { addressOfShot, nextShot, type Shot, shotAnswered, shotTried } from "./shots";

/** Send one; false where none is to be sent. */
export async function sendNextShot(port: Port, outcome: Outcome): Promise<boolean> {
  const account = outcome.session?.account ?? "";
  let shot: Shot | null = null;
  await port.changeShots((shots) => {
    shot = nextShot(shots, account, port.now());
    return shot ? shotTried(shots, (shot as Shot).key) : shots;
  });
  if (shot === null) return false;
  const mine = shot as Shot & { jpeg: Blob };
  let came: Came | null = null;
  const answer = await askTwice(port, outcome, async (csrf) => {
    came = await port.postPicture(addressOfShot(mine), mine.jpeg, csrf, mine.key);
    return read(came, { defect: mine.defect, fact: "pictured" });
  });
  if (answer === null) return outcome.kind === "done";
  if (answer.kind === "nothing") {
    outcome.waitS = answer.waitS;
    throw new Unreachable(answer.waitS === null ? "the server gave no answer that settles it" : "the server asks to wait");
  }
  await port.changeShots((shots) => shotAnswered(shots, mine.key, answer, isFinal(came)));
  outcome.settled += 1;
  return true;
}

/** Whether a refusal is about the picture itself: the API then says why beside its sentence. */
function isFinal(came: Came | null): boolean {
  return typeof (came?.json as { picture?: unknown } | null)?.picture === "string";
}
