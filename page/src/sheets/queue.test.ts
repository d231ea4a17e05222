import { describe, expect, it } from "vitest";
import { type Came, Unreachable } from "./api";
import {
  again, afterSignOut, answered, backOffMs, bodyOf, closedAs, countsOf, dropped, type Entry, HELD_MS, heldFor, isUndoable, nextOf, noted, onNewest,
  pruned, type Queue, read, tried,
} from "./queue";
import { type Port, sendAll } from "./sending";
import { doneOf, nextStop, statusWords, toBring } from "./words";

const START = Date.parse("2026-05-04T07:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const LATER = START + 3_600_000;

function entry(key: string, more: Partial<Entry> = {}): Omit<Entry, "turn" | "tried" | "step"> {
  return {
    key, account: "foreman-1", defect: `d-${key}`, place: "Mill Lane, 10 m", fact: "repaired", material: "hot asphalt",
    order: "2026-05-04-01", observed: at(0), after: 7, ...more,
  };
}
const queueOf = (...entries: Omit<Entry, "turn" | "tried" | "step">[]) => entries.reduce(noted, [] as Queue);
const step = (queue: Queue, key: string) => queue.find((one) => one.key === key)?.step;

describe("the queue", () => {
  it("holds an entry for a while, then sends in the order of pressing", () => {
    const queue = queueOf(entry("a"), entry("b", { observed: at(1) }));
    expect(nextOf(queue, "foreman-1", START + HELD_MS - 1)).toBeNull();
    expect(heldFor(queue, START)).toBe(HELD_MS);
    expect(nextOf(queue, "foreman-1", START + HELD_MS)?.key).toBe("a");
    expect(nextOf([...queue].reverse(), "foreman-1", LATER)?.key).toBe("a");
  });
  it("holds nothing back for ever when the phone's clock was put back", () => {
    expect(nextOf(queueOf(entry("a")), "foreman-1", START - 86_400_000)?.key).toBe("a");
  });
  it("sends nothing under another account", () => {
    const queue = queueOf(entry("a", { account: "foreman-2" }), entry("b"));
    expect(nextOf(queue, "foreman-1", LATER)?.key).toBe("b");
    expect(nextOf(queue, "foreman-3", LATER)).toBeNull();
    expect(countsOf(queue, "foreman-1")).toEqual({ waiting: 1, toDecide: 0, others: { "foreman-2": 1 } });
    expect(statusWords(countsOf(queue, "foreman-1"))).toBe("1 not sent yet, 1 of another account");
  });
  it("stops at a conflict about the same defect, and goes on with others", () => {
    let queue = queueOf(entry("a", { defect: "d" }), entry("b", { defect: "d", fact: "repaired" }), entry("c"));
    queue = answered(queue, "a", { kind: "overtaken", written: [{ number: 9, fact: "repaired", observed_at: at(0), role: "foreman" }] });
    expect(nextOf(queue, "foreman-1", LATER)?.key).toBe("c");
    expect(nextOf(dropped(queue, "a"), "foreman-1", LATER)?.key).toBe("b");
  });
  it("tells the second entry about a defect of the number of the first", () => {
    const queue = queueOf(entry("a", { defect: "d" }), entry("b", { defect: "d" }), entry("c", { defect: "e" }));
    const after = answered(tried(queue, "a"), "a", { kind: "sent", number: 12 });
    expect(after.map((one) => one.after)).toEqual([7, 12, 7]);
  });
  it("does not change what has been sent already, for its key stands for what it said", () => {
    const queue = tried(queueOf(entry("a", { defect: "d" }), entry("b", { defect: "d" })), "b");
    expect(answered(queue, "a", { kind: "sent", number: 12 })[1]?.after).toBe(7);
  });
  it("goes on top of what others wrote under a new key, with the newest number that was shown", () => {
    const written = [9, 11].map((number) => ({ number, fact: "repaired", observed_at: at(0), role: "foreman" }));
    const queue = onNewest(answered(tried(queueOf(entry("a")), "a"), "a", { kind: "overtaken", written }), "a", "new");
    expect(queue.map(({ key, step: word, after }) => [key, word, after])).toEqual([["new", "waiting", 11]]);
    expect(queue[0]).not.toHaveProperty("written");
    expect(bodyOf(queue[0] as Entry)).toMatchObject({ after: 11, observed_at: at(0) });
  });
  it("has no place on top of what closes a defect, until somebody reopens it", () => {
    const wrote = (...facts: string[]) => {
      const written = facts.map((fact, n) => ({ number: 9 + n, fact, observed_at: at(0), role: "foreman" }));
      return closedAs({ ...(queueOf(entry("a"))[0] as Entry), step: "overtaken", written });
    };
    expect(wrote("repaired")).toBe("repaired");
    expect(wrote("made_safe", "repaired", "seen_sound", "verified")).toBe("repaired, and seen to be so");
    expect(wrote("rejected", "measured")).toBe("not an issue");
    expect([wrote("made_safe"), wrote("repaired", "reopened"), wrote("rejected", "confirmed"), wrote("closed")]).toEqual([null, null, null, null]);
  });
  it("takes back what was not sent, and nothing that the server may have", () => {
    const queue = queueOf(entry("a"), entry("b"));
    const half = tried(queue, "a");
    expect(half.map(isUndoable)).toEqual([false, true]);
    expect(dropped(dropped(half, "a"), "b").map((one) => one.key)).toEqual(["a"]);
    expect(dropped(answered(half, "a", { kind: "refused", why: "no" }), "a").map((one) => one.key)).toEqual(["b"]);
  });
  it("keeps a refused one with its reason until somebody decides", () => {
    const queue = answered(queueOf(entry("a")), "a", { kind: "refused", why: "the clock" });
    expect(nextOf(queue, "foreman-1", LATER)).toBeNull();
    expect(pruned(queue, LATER + 1e10)).toHaveLength(1);
    expect(nextOf(again(queue, "a"), "foreman-1", LATER)?.key).toBe("a");
  });
  it("forgets at signing out what was sent, and keeps what was not", () => {
    const queue = answered(queueOf(entry("a"), entry("b")), "a", { kind: "sent", number: 8 });
    expect(afterSignOut(queue).map((one) => one.key)).toEqual(["b"]);
  });
});

describe("what an answer means", () => {
  const one = queueOf(entry("a"))[0] as Entry;
  const came = (status: number, json: unknown): Came => ({ status, json, retryAfterS: null, at: null });
  const problem = (status: number, more = {}) => came(status, { title: "x", status, detail: "why", ...more });
  it("is sent only where the entry came back", () => {
    expect(read(came(201, { defect: "d-a", fact: "repaired", number: 4 }), one)).toEqual({ kind: "sent", number: 4 });
    for (const other of [came(201, { defect: "d-b", fact: "repaired", number: 4 }), came(200, null), came(201, null), came(200, { ok: true })]) {
      expect(read(other, one).kind).toBe("nothing");
    }
  });
  it("is the API's word only where it says its own status", () => {
    expect(read(problem(401), one).kind).toBe("signed out");
    expect(read(came(401, null), one).kind).toBe("nothing");
    expect(read(came(403, { error: "portal" }), one).kind).toBe("nothing");
    expect(read(problem(409, { written: [{ number: 9 }] }), one).kind).toBe("overtaken");
    expect(read(problem(409), one)).toEqual({ kind: "refused", why: "why" });
    expect([404, 422].map((status) => read(problem(status), one).kind)).toEqual(["refused", "refused"]);
    expect([429, 500, 503].map((status) => read(problem(status), one).kind)).toEqual(["nothing", "nothing", "nothing"]);
  });
  it("waits longer each time, and never too long", () => {
    expect([1, 2, 3, 20].map((tries) => backOffMs(tries, 0.5))).toEqual([2000, 4000, 8000, 120_000]);
  });
});

/** A server that writes once under a key, and a network that loses what it is told to lose. */
class Office {
  written: { key: string; defect: string; number: number; said: string }[] = [];
  account: string | null = "foreman-1";
  csrf = "c1";
  /** What becomes of each POST: sent on and answered, lost on the way there, or lost on the way back. */
  fate: ("there" | "back" | null)[] = [];
  queue: Queue = [];
  posts = 0;
  leaving = false;
  gone = false;

  port(now = LATER): Port {
    return {
      now: () => now,
      change: async (how) => (this.queue = how(this.queue)),
      leaving: async () => this.leaving,
      end: async (csrf) => {
        if (this.gone) throw new Unreachable("gone");
        if (csrf === this.csrf) this.account = null;
      },
      left: async () => {
        this.leaving = false;
      },
      session: async () => ({ session: { account: this.account, role: "foreman", csrf: this.csrf }, at: now - 4000 }),
      post: async (address, body, csrf, key) => {
        this.posts += 1;
        const lost = this.fate.shift() ?? null;
        if (lost === "there") throw new Unreachable("gone");
        const came = this.write(decodeURIComponent(address.split("/")[4] ?? ""), body as { fact: string; after?: number }, csrf, key);
        if (lost === "back") throw new Unreachable("gone");
        return came;
      },
    };
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

describe("sending", () => {
  it("writes each once, whatever is lost on the way there and back", async () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const office = new Office();
      office.queue = queueOf(entry("a", { defect: "d" }), entry("b", { defect: "d", fact: "made_safe" }), entry("c"), entry("e"));
      let state = seed + 1;
      const chance = () => (state = (state * 48271) % 2147483647) / 2147483647;
      office.fate = Array.from({ length: 12 }, () => (chance() < 0.3 ? "there" : chance() < 0.5 ? "back" : null));
      for (let tries = 0; tries < 40 && office.queue.some((one) => one.step !== "sent"); tries += 1) await sendAll(office.port());
      expect(office.queue.map((one) => one.step)).toEqual(["sent", "sent", "sent", "sent"]);
      expect(office.written.map((one) => one.key).sort()).toEqual(["a", "b", "c", "e"]);
      expect(office.written.filter((one) => one.defect === "d").map((one) => one.key)).toEqual(["a", "b"]);
    }
  });
  it("stops when nobody is signed in, and goes on after", async () => {
    const office = new Office();
    office.queue = queueOf(entry("a"), entry("b"));
    office.account = null;
    expect((await sendAll(office.port())).kind).toBe("signed out");
    expect(office.queue.map((one) => one.step)).toEqual(["waiting", "waiting"]);
    office.account = "foreman-2";
    expect(await sendAll(office.port())).toMatchObject({ kind: "done", settled: 0 });
    expect(office.posts).toBe(0);
    office.account = "foreman-1";
    expect(await sendAll(office.port())).toMatchObject({ kind: "done", settled: 2, aheadMs: 4000 });
  });
  it("ends the session of whoever signed out without a network before anything is sent, and sends nothing", async () => {
    const office = new Office();
    office.queue = queueOf(entry("a"), entry("b", { account: "foreman-2" }));
    office.leaving = true;
    office.gone = true;
    expect((await sendAll(office.port())).kind).toBe("unreachable");
    expect([office.leaving, office.account, office.posts]).toEqual([true, "foreman-1", 0]);
    office.gone = false;
    expect((await sendAll(office.port())).kind).toBe("signed out");
    expect([office.leaving, office.account, office.posts]).toEqual([false, null, 0]);
  });
  it("stops where somebody signs out meanwhile", async () => {
    const office = new Office();
    office.queue = queueOf(entry("a"), entry("b"));
    const port = office.port();
    const first = port.post;
    port.post = (...asked) => {
      office.leaving = true;
      return first(...asked);
    };
    await sendAll(port);
    expect(office.queue.map((one) => one.step)).toEqual(["sent", "waiting"]);
  });
  it("is not stopped by a session that was begun anew in another tab", async () => {
    const office = new Office();
    office.queue = queueOf(entry("a"));
    const port = office.port();
    const first = port.session;
    port.session = async () => {
      const heard = await first();
      office.csrf = "c2";
      return heard;
    };
    expect(await sendAll(port)).toMatchObject({ kind: "done", settled: 1 });
    expect(step(office.queue, "a")).toBe("sent");
  });
  it("leaves an entry tried but waiting where no answer came", async () => {
    const office = new Office();
    office.queue = queueOf(entry("a"));
    office.fate = ["back"];
    expect((await sendAll(office.port())).kind).toBe("unreachable");
    expect(office.queue.map((one) => [one.step, one.tried])).toEqual([["waiting", true]]);
    expect(office.written).toHaveLength(1);
  });
});

describe("what a crew is told", () => {
  const defects = [
    { defect: "a", newest: 1, pictures: [], kind: "pothole", extent_m2: 0.5, depth_mm: 40 },
    { defect: "b", newest: 1, pictures: [], kind: "pothole", extent_m2: null },
    { defect: "c", newest: 1, pictures: [], kind: null, extent_m2: 2, state: "repaired" },
  ];
  const stop = { number: 1, order: "o", street: "s", chainage_m: 1, position: [0, 0] as [number, number], arrive: "", leave: "", minutes: 1, priority: 1, defects };
  it("adds up what is left to mend", () => {
    const merged = { defect: "d", newest: 1, pictures: [], kind: "pothole", extent_m2: 9, state: "ordered", merged_into: "a" };
    expect(toBring([...defects, merged])).toEqual([{ kind: "pothole", count: 2, extent_m2: 0.5, unsized: 1, depth_mm: 40 }]);
  });
  it("knows where one is", () => {
    const route = { day: "", begins: "", crew: 1, back: "", stops: [stop, { ...stop, number: 2 }] };
    expect(doneOf(stop, [])).toBe(1);
    expect(doneOf({ ...stop, defects: defects.map((one) => ({ ...one, merged_into: "x" })) }, [])).toBe(3);
    expect(nextStop(route, [])).toBe(1);
    const both = queueOf(entry("x", { defect: "a" }), entry("y", { defect: "b" }));
    expect(nextStop(route, both)).toBeNull();
    expect(nextStop(route, answered(both, "y", { kind: "refused", why: "no" }))).toBe(1);
  });
});
