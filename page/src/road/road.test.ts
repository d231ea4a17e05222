import { describe, expect, it } from "vitest";
import type { Defect, Entry } from "./api";
import { gathered } from "./life";
import { cameBack, current, EMPTY_QUEUE, filled, judgedAs, moved, onTheirWay, returned, stepped, undoable } from "./queue";
import { EMPTY, hashOf, viewOf } from "./state";
import { ageStep, bucketWord, isOverdue, LOOKS, lookOf, span, STATES } from "./words";

const defect = (name: string) => ({ defect: name, state: "suspected" }) as Defect;
const three = filled(EMPTY_QUEUE, ["a", "b", "c"].map(defect));

describe("the triage queue", () => {
  it("shows the next one at once when one is judged", () => {
    const after = judgedAs(three, "pothole");
    expect(current(after)?.defect).toBe("b");
    expect(after.judged.map((one) => [one.defect.defect, one.outcome, one.step])).toEqual([["a", "pothole", "held"]]);
  });
  it("loses nothing: what fails comes back with its reason, and the one on the screen stays there", () => {
    const failed = returned(stepped(judgedAs(three, "other"), "a", "sent"), "a", "locked");
    expect(failed.waiting.map((one) => one.defect)).toEqual(["b", "a", "c"]);
    expect(current(failed)?.defect).toBe("b");
    expect(failed.wrong).toEqual({ a: "locked" });
    expect(failed.judged).toEqual([]);
  });
  it("shows next what came back, in the order in which it did, whether one judges or goes on", () => {
    const five = filled(three, ["d", "e"].map(defect));
    const judged = judgedAs(judgedAs(five, "other"), "pothole");
    const failed = returned(returned(judged, "a", "away"), "b", "away");
    expect(failed.waiting.map((one) => one.defect)).toEqual(["c", "a", "b", "d", "e"]);
    expect(cameBack(failed)).toBe(2);
    expect(current(moved(failed, 1))?.defect).toBe("a");
    expect(current(judgedAs(failed, "other"))?.defect).toBe("a");
    expect(cameBack(judgedAs(moved(failed, 1), "other"))).toBe(1);
  });
  it("shows at once what came back where nothing else is left", () => {
    const last = judgedAs(filled(EMPTY_QUEUE, [defect("a")]), "other");
    expect(onTheirWay(last)).toBe(1);
    expect(current(returned(last, "a", "away"))?.defect).toBe("a");
  });
  it("takes back what is held, and nothing that was sent", () => {
    const judged = judgedAs(judgedAs(three, "pothole"), "other");
    expect(undoable(judged)?.defect.defect).toBe("b");
    expect(undoable(stepped(judged, "b", "sent"))?.defect.defect).toBe("a");
    expect(undoable(stepped(stepped(judged, "b", "sent"), "a", "written"))).toBeNull();
    expect(current(returned(judged, "b", null))?.defect).toBe("b");
  });
  it("does not take in again what was judged", () => {
    expect(filled(judgedAs(three, "other"), ["a", "d"].map(defect)).waiting.map((one) => one.defect)).toEqual(["b", "c", "d"]);
  });
  it("stays within its ends, also when it is empty", () => {
    expect(moved(three, 9).at).toBe(2);
    expect(moved(three, -9).at).toBe(0);
    expect(current(moved(judgedAs(filled(EMPTY_QUEUE, [defect("a")]), "other"), 1))).toBeNull();
  });
});

describe("the view in the address", () => {
  it("comes back as it went", () => {
    const view = { ...EMPTY, tab: "triage" as const, defect: "a/b", kind: "pothole", waiting: "", colouring: "inspected" as const, crew: "2", budget: "15000" };
    expect(viewOf(hashOf(view))).toEqual(view);
    expect(hashOf(EMPTY)).toBe("#");
    expect(viewOf("#tab=nonsense").tab).toBe("map");
  });
});

describe("words", () => {
  it("calls overdue what was due and has no answer, to the moment", () => {
    const due = "2026-05-04T12:00:00Z";
    const at = Date.parse(due);
    expect(isOverdue({ due, answered: null }, at + 1)).toBe(true);
    expect(isOverdue({ due, answered: null }, at)).toBe(false);
    expect(isOverdue({ due, answered: "2026-05-04T11:00:00Z" }, at + 1)).toBe(false);
    expect(isOverdue({ due: null, answered: null }, at + 1)).toBe(false);
  });
  it("tells a time by its largest unit", () => {
    expect([0, 1 / 24, 1.5, 3, 800].map(span)).toEqual(["0 minutes", "1 hour", "36 hours", "3 days", "2 years"]);
    expect([bucketWord(0, 1), bucketWord(7, 28), bucketWord(365, null)]).toEqual(["under a day", "7 to 28 days", "over a year"]);
    expect([0, 30, 89, 400].map(ageStep)).toEqual([1, 2, 2, 5]);
  });
  it("draws each state in one way, and no two ways alike without their colour", () => {
    expect(new Set(STATES).size).toBe(9);
    expect(STATES.every((state) => LOOKS[lookOf(state)]?.states.includes(state))).toBe(true);
    expect(new Set(LOOKS.map((look) => look.mark)).size).toBe(LOOKS.length);
  });
  it("gathers sightings that follow one another, the newest first", () => {
    const life = ["seen", "seen", "confirmed", "seen"].map((fact, number) => ({ fact, number }) as Entry);
    expect(gathered(life).map((group) => group.map((one) => one.number))).toEqual([[3], [2], [1, 0]]);
  });
});
