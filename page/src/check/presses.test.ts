import { describe, expect, it } from "vitest";
import type { Gate } from "../api";
import { classOf, countedMinutes, isLit, type Press, shapeAt, shapesOf, undone, waysOf, withPress } from "./presses";

const GATES: Gate[] = ["a", "b"].map((gate) => ({ gate, from_px: [0, 0], to_px: [1, 0], name: "" }));
const PRESS: Press = { minute: 0, at_s: 1.23456, gate: "a", direction: "forward", vehicle_class: "car" };

describe("keys", () => {
  it("has one for each gate and way, and no two alike", () => {
    const keys = waysOf(GATES).map((way) => way.key);
    expect(new Set(keys).size).toBe(4);
    expect(keys.every((key) => /^[a-z]$/.test(key))).toBe(true);
  });
  it("takes digits for classes", () => {
    expect(classOf("2", ["car", "bus"])).toBe("bus");
    expect(classOf("3", ["car", "bus"])).toBeNull();
    expect(classOf("f", ["car", "bus"])).toBeNull();
  });
});

describe("presses", () => {
  it("undoes the last one of the minute that is shown, and no other's", () => {
    const presses = withPress(withPress([], PRESS), { ...PRESS, minute: 1 });
    expect(undone(presses, 0)).toEqual([{ ...PRESS, minute: 1, at_s: 1.23 }]);
    expect(undone(presses, 2)).toBe(presses);
  });
  it("counts a minute once it was watched to its end", () => {
    expect(countedMinutes([60.1, 30], [60, 60, 60])).toEqual([0]);
  });
});

describe("shapes", () => {
  it("shows the newest that is not after the time", () => {
    const shapes = shapesOf([
      [-1, btoa("\u0080")],
      [0.5, btoa("\u0001")],
    ]);
    expect(shapeAt(shapes, -2)).toBeNull();
    expect(shapeAt(shapes, 0.4)?.at_s).toBe(-1);
    expect(shapeAt(shapes, 9)?.at_s).toBe(0.5);
  });
  it("reads cells from the highest bit on", () => {
    const cells = Uint8Array.from([0b1000_0001]);
    expect([0, 1, 7, 8].map((number) => isLit(cells, number))).toEqual([true, false, true, false]);
  });
});
