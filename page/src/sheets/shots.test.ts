import { describe, expect, it } from "vitest";
import { LATER, Office } from "./office.testing";
import { HELD_MS, noted } from "./queue";
import { sendAll } from "./sending";
import {
  addressOfShot, isTaken, KEPT_MS, nextShot, type Shot, shotAgain, shotAnswered, shotDropped, shotsAfterSignOut, shotsHeldFor, shotsLeft,
  shotsPruned, shotTried, TOO_OLD,
} from "./shots";
import { smaller } from "./shrink";
import { statusWords } from "./words";

const START = LATER - 3_600_000;
const JPEG = new Blob(["jpeg"], { type: "image/jpeg" });
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

function shot(key: string, more: Partial<Shot> = {}): Shot {
  return {
    key, account: "foreman-1", defect: `d-${key}`, place: "Mill Lane, 10 m", of: "before", observed: at(0), tries: 0, step: "waiting", jpeg: JPEG,
    ...more,
  };
}
const entry = (key: string) => ({
  key, account: "foreman-1", defect: `d-${key}`, place: "Mill Lane, 10 m", fact: "repaired" as const, material: null, order: "o", observed: at(0),
  after: 7,
});
const refused = { kind: "refused" as const, why: "somebody is on it" };

describe("pictures that wait", () => {
  it("are held back for a while, then sent in the order in which they were taken, and those without an answer last", () => {
    const shots = [shot("b", { observed: at(2) }), shot("a")];
    expect(nextShot(shots, "foreman-1", START + HELD_MS - 1)).toBeNull();
    expect(shotsHeldFor(shots, START)).toBe(HELD_MS);
    expect(nextShot(shots, "foreman-1", LATER)?.key).toBe("a");
    expect(nextShot(shotTried(shots, "a"), "foreman-1", LATER)?.key).toBe("b");
    expect(nextShot(shots, "foreman-2", LATER)).toBeNull();
  });
  it("are put down once the office has answered, whatever it said of them", () => {
    const sent = shotAnswered([shot("a")], "a", { kind: "sent", number: 9 }, false);
    const gone = shotAnswered([shot("a")], "a", refused, true);
    expect([sent, gone].map(([one]) => [one?.step, one?.jpeg])).toEqual([["sent", null], ["refused", null]]);
    expect(shotsLeft([...sent, ...gone], "foreman-1")).toBe(0);
  });
  it("stay where the refusal is not about them, and go again", () => {
    const held = shotAnswered([shot("a")], "a", refused, false);
    expect(held.map((one) => [one.step, one.jpeg])).toEqual([["held", JPEG]]);
    expect(nextShot(held, "foreman-1", LATER)).toBeNull();
    expect(shotsLeft(held, "foreman-1")).toBe(1);
    expect(nextShot(shotAgain(held, "a"), "foreman-1", LATER)?.key).toBe("a");
    expect(shotDropped(held, "a")).toEqual([]);
  });
  it("are taken back until they were sent, and not after", () => {
    expect(shotDropped([shot("a")], "a")).toEqual([]);
    expect(shotDropped(shotTried([shot("a")], "a"), "a")).toHaveLength(1);
  });
  it("do not lie on a phone for more than a week, and that is told", () => {
    const old = shotsPruned([shot("a"), shot("b", { observed: at(3 * 86_400) })], START + KEPT_MS + 1);
    expect(old.map((one) => [one.step, one.jpeg, one.why])).toEqual([["refused", null, TOO_OLD], ["waiting", JPEG, undefined]]);
    expect(shotsPruned([shot("a", { step: "sent", jpeg: null })], START + KEPT_MS)).toEqual([]);
  });
  it("wait for their account when somebody signs out", () => {
    const shots = [shot("a"), shot("b", { step: "sent", jpeg: null }), shot("c", { step: "refused", jpeg: null })];
    expect(shotsAfterSignOut(shots).map((one) => one.key)).toEqual(["a"]);
  });
  it("are one of each side of a place", () => {
    expect(isTaken([shot("a")], "d-a", "before")).toBe(true);
    expect(isTaken([shot("a")], "d-a", "after")).toBe(false);
    expect(isTaken([shot("a", { step: "refused", jpeg: null })], "d-a", "before")).toBe(false);
  });
  it("are counted on the line on top", () => {
    const none = { waiting: 0, toDecide: 0, others: {} };
    expect([0, 1, 2].map((count) => statusWords(none, count))).toEqual(["All sent", "1 picture not sent yet", "2 pictures not sent yet"]);
  });
});

describe("sending pictures", () => {
  const office = (...shots: Shot[]) => Object.assign(new Office(), { shots });
  it("keeps each once, whatever is lost on the way there and back, and no copy here", async () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const one = office(shot("a"), shot("b", { defect: "d-a", of: "after" }), shot("c"));
      one.queue = noted(noted([], entry("x")), entry("y"));
      let state = seed + 1;
      const chance = () => (state = (state * 48271) % 2147483647) / 2147483647;
      one.fate = Array.from({ length: 12 }, () => (chance() < 0.3 ? "there" : chance() < 0.5 ? "back" : null));
      for (let tries = 0; tries < 40 && one.shots.some((each) => each.step !== "sent"); tries += 1) await sendAll(one.port());
      expect(one.shots.map((each) => [each.step, each.jpeg])).toEqual(Array(3).fill(["sent", null]));
      expect(one.pictures.map((each) => each.key).sort()).toEqual(["a", "b", "c"]);
      expect(one.queue.map((each) => each.step)).toEqual(["sent", "sent"]);
    }
  });
  it("sends what was done first, also what is pressed meanwhile", async () => {
    const one = office(shot("a"), shot("b"));
    one.queue = noted([], entry("x"));
    const order: string[] = [];
    const port = one.port();
    const { post, postPicture } = port;
    port.post = (address, body, csrf, key) => (order.push(key), post(address, body, csrf, key));
    port.postPicture = async (address, jpeg, csrf, key) => {
      order.push(key);
      if (key === "a") one.queue = noted(one.queue, entry("y"));
      return postPicture(address, jpeg, csrf, key);
    };
    await sendAll(port);
    expect(order).toEqual(["x", "a", "y", "b"]);
  });
  it("is not held up by one that the office does not keep, or not now", async () => {
    const one = office(shot("a"), shot("b"), shot("c"), shot("d"));
    one.queue = noted([], entry("x"));
    one.verdicts = [{ status: 422, picture: "still_found" }, { status: 404 }, { status: 503 }];
    expect((await sendAll(one.port())).kind).toBe("unreachable");
    expect(one.queue.map((each) => each.step)).toEqual(["sent"]);
    expect(one.shots.map((each) => each.step)).toEqual(["refused", "held", "waiting", "waiting"]);
    expect(one.shots.map((each) => each.jpeg)).toEqual([null, JPEG, JPEG, JPEG]);
    await sendAll(one.port());
    expect(one.pictures.map((each) => each.key)).toEqual(["d", "c"]);
  });
  it("goes on where the session was begun anew in another tab, and stops where nobody is signed in", async () => {
    const one = office(shot("a"));
    const port = one.port();
    const first = port.session;
    port.session = async () => {
      const heard = await first();
      one.csrf = "c2";
      return heard;
    };
    expect(await sendAll(port)).toMatchObject({ kind: "done", settled: 1 });
    const other = office(shot("a"));
    other.account = null;
    expect((await sendAll(other.port())).kind).toBe("signed out");
    expect(other.shots[0]).toMatchObject({ step: "waiting", tries: 0, jpeg: JPEG });
  });
  it("says of which side and when, in the address", () => {
    const address = new URL(addressOfShot(shot("a b", { of: "after" })), "http://x");
    expect(address.pathname).toBe("/api/v1/defects/d-a%20b/pictures");
    expect(Object.fromEntries(address.searchParams)).toEqual({ of: "after", observed_at: at(0) });
  });
});

describe("making a picture small", () => {
  it("keeps its shape, and makes none larger", () => {
    expect(smaller(4000, 3000)).toEqual([1280, 960]);
    expect(smaller(3000, 4000)).toEqual([960, 1280]);
    expect(smaller(640, 480)).toEqual([640, 480]);
    expect(smaller(10_000, 2)).toEqual([1280, 1]);
  });
});
