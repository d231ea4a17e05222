/**
 * Pictures that a crew took and the office has not answered yet, as a value. Pure.
 *
 * They stand beside the entries (queue.ts) and never before them: what was done is sent first, and a picture that the office
 * does not take holds nothing back. What is kept of one here goes with the office's answer.
 */

import { type Answer, HELD_MS } from "./queue";

export type Side = "before" | "after";

export interface Shot {
  /** The Idempotency-Key. */
  key: string;
  account: string;
  defect: string;
  /** Where, in words. */
  place: string;
  of: Side;
  /** When it was taken, by the phone's clock. */
  observed: string;
  /** How often it was sent: those that got no answer let others go first. */
  tries: number;
  /** `refused`: the office does not keep it, for good. `held`: it did not take it, for a reason that is not the picture. */
  step: "waiting" | "sent" | "refused" | "held";
  why?: string;
  number?: number;
  /** The picture, small and without EXIF; null once the office has answered. */
  jpeg: Blob | null;
}

/** So long one that was not sent lies on the phone: road users may be on it, as nobody has hidden them yet. */
export const KEPT_MS = 7 * 24 * 3_600_000;
/** So long one that was sent is still listed, without its picture. */
export const LISTED_MS = 36 * 3_600_000;
export const TOO_OLD = "It could not be sent within 7 days, and has been deleted from this phone.";

function isHeldBack(shot: Shot, now: number): boolean {
  const since = now - Date.parse(shot.observed);
  return shot.tries === 0 && since >= 0 && since < HELD_MS;
}

/** In how many ms the next one is let go; null where none is held back. */
export function shotsHeldFor(shots: Shot[], now: number): number | null {
  const left = shots.filter((one) => one.step === "waiting" && isHeldBack(one, now)).map((one) => Date.parse(one.observed) + HELD_MS - now);
  return left.length > 0 ? Math.min(...left) : null;
}

export function nextShot(shots: Shot[], account: string, now: number): Shot | null {
  const mine = shots.filter((one) => one.account === account && one.step === "waiting" && one.jpeg !== null && !isHeldBack(one, now));
  return [...mine].sort((a, b) => a.tries - b.tries || a.observed.localeCompare(b.observed))[0] ?? null;
}

export function shotTried(shots: Shot[], key: string): Shot[] {
  return shots.map((one) => (one.key === key ? { ...one, tries: one.tries + 1 } : one));
}

/** `final`: the answer is about the picture itself, so it would be the same each time. */
export function shotAnswered(shots: Shot[], key: string, answer: Answer, final: boolean): Shot[] {
  return shots.map((one) => {
    if (one.key !== key || one.step !== "waiting") return one;
    if (answer.kind === "sent") return { ...one, step: "sent", number: answer.number, jpeg: null };
    if (answer.kind !== "refused") return one;
    return final ? { ...one, step: "refused", why: answer.why, jpeg: null } : { ...one, step: "held", why: answer.why };
  });
}

export function shotAgain(shots: Shot[], key: string): Shot[] {
  return shots.map((one) => {
    if (one.key !== key || one.step !== "held") return one;
    const { why: _why, ...rest } = one;
    return { ...rest, step: "waiting" };
  });
}

/** Without one: taken back before it was sent, or its refusal was read. What the office may have is not taken back. */
export function shotDropped(shots: Shot[], key: string): Shot[] {
  return shots.filter((one) => one.key !== key || one.step === "sent" || (one.step === "waiting" && one.tries > 0));
}

export function shotsPruned(shots: Shot[], now: number): Shot[] {
  const age = (one: Shot) => now - Date.parse(one.observed);
  return shots
    .filter((one) => one.step !== "sent" || age(one) < LISTED_MS)
    .map((one) => (one.jpeg !== null && age(one) > KEPT_MS ? { ...one, step: "refused", why: TOO_OLD, jpeg: null } : one));
}

/** After signing out: what was answered is forgotten, what was not waits for its account. */
export function shotsAfterSignOut(shots: Shot[]): Shot[] {
  return shots.filter((one) => one.jpeg !== null);
}

export function shotsLeft(shots: Shot[], account: string | null): number {
  return shots.filter((one) => one.account === account && one.jpeg !== null).length;
}

/** Whether a place needs no more picture of that side from here. */
export function isTaken(shots: Shot[], defect: string, of: Side): boolean {
  return shots.some((one) => one.defect === defect && one.of === of && (one.step === "waiting" || one.step === "sent"));
}

export function addressOfShot(one: Shot): string {
  const words = new URLSearchParams({ of: one.of, observed_at: one.observed });
  return `/api/v1/defects/${encodeURIComponent(one.defect)}/pictures?${words}`;
}
