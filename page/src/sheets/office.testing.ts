/** A made-up office for tests. */

import { type Came, Unreachable } from "./api";
import type { Port } from "./asking";
import type { Queue } from "./queue";
import type { Shot } from "./shots";

/** An hour after what the tests write down was pressed. */
export const LATER = Date.parse("2026-05-04T08:00:00Z");
const nameIn = (address: string) => decodeURIComponent(address.split("/")[4] ?? "");

/** A server that writes once under a key, and a network that loses what it is told to lose. */
export class Office {
  written: { key: string; defect: string; number: number; said: string }[] = [];
  account: string | null = "foreman-1";
  csrf = "c1";
  /** What becomes of each POST: sent on and answered, lost on the way there, or lost on the way back. */
  fate: ("there" | "back" | null)[] = [];
  queue: Queue = [];
  shots: Shot[] = [];
  /** What the office says of each picture that comes in; kept where nothing is said. */
  verdicts: ({ status: number; picture?: string } | null)[] = [];
  pictures: { key: string; address: string; size: number }[] = [];
  posts = 0;

  port(now = LATER): Port {
    return {
      now: () => now,
      change: async (how) => (this.queue = how(this.queue)),
      session: async () => ({ session: { account: this.account, role: "foreman", csrf: this.csrf }, at: now - 4000 }),
      post: async (address, body, csrf, key) => {
        this.posts += 1;
        return this.carried(() => this.write(nameIn(address), body as { fact: string; after?: number }, csrf, key));
      },
      changeShots: async (how) => (this.shots = how(this.shots)),
      postPicture: async (address, jpeg, csrf, key) => this.carried(() => this.take(address, jpeg, csrf, key)),
    };
  }

  carried(answer: () => Came): Came {
    const lost = this.fate.shift() ?? null;
    if (lost === "there") throw new Unreachable("gone");
    const came = answer();
    if (lost === "back") throw new Unreachable("gone");
    return came;
  }

  take(address: string, jpeg: Blob, csrf: string, key: string): Came {
    const came = (status: number, json: object) => ({ status, json, retryAfterS: null, at: null });
    if (this.account === null) return came(401, { status: 401 });
    if (csrf !== this.csrf) return came(403, { status: 403, detail: "no" });
    const verdict = this.verdicts.shift() ?? null;
    if (verdict) return came(verdict.status, { ...verdict, detail: "why" });
    let at = this.pictures.findIndex((one) => one.key === key);
    if (at < 0) at = this.pictures.push({ key, address, size: jpeg.size }) - 1;
    return came(201, { defect: nameIn(address), fact: "pictured", number: 500 + at });
  }

  write(defect: string, body: { fact: string; after?: number }, csrf: string, key: string): Came {
    const say = (status: number, more: object) => ({ status, json: { status, detail: "no", ...more }, retryAfterS: null, at: null });
    if (this.account === null) return say(401, {});
    if (csrf !== this.csrf) return say(403, {});
    const said = JSON.stringify(body);
    const before = this.written.find((one) => one.key === key);
    if (before) return before.said === said ? say(201, { status: undefined, defect, fact: body.fact, number: before.number }) : say(422, {});
    const since = this.written.filter((one) => one.defect === defect && one.number > (body.after ?? -1));
    if (since.length > 0) return say(409, { written: since.map((one) => ({ number: one.number, fact: "repaired" })) });
    const number = 100 + this.written.length;
    this.written.push({ key, defect, number, said });
    return say(201, { status: undefined, defect, fact: body.fact, number });
  }
}
