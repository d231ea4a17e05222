import { describe, expect, it } from "vitest";
import type { Camera, Interval } from "./api";
import { type Bin, binsOf, classesIn, defaultLine, meanSpeed, niceTicks, peakHour, qualityShares, totalOf, totalsByLine, watchedShare } from "./series";
import type { Line } from "./state";

const START = Date.parse("2026-05-05T08:00:00Z");
const GATE: Line = { kind: "gate", id: "a", direction: "both" };

function row(minute: number, change: Partial<Interval> = {}): Interval {
  return {
    camera: "c",
    gate: "a",
    direction: "forward",
    movement: null,
    vehicle_class: "all",
    start: new Date(START + minute * 60_000).toISOString(),
    duration_s: 900,
    observed_s: 900,
    count: 1,
    mean_speed_kmh: null,
    v85_kmh: null,
    quality: "good",
    doubts: [],
    ...change,
  };
}

function quarters(counts: (number | null)[]): Bin[] {
  return counts.map((total, index) => ({
    startMs: START + index * 900_000,
    durationS: 900,
    observedS: total === null ? 0 : 900,
    total,
    byClass: new Map(),
    meanKmh: null,
    v85Kmh: null,
    quality: null,
    doubts: [],
    leftOut: false,
  }));
}

describe("bins", () => {
  it("tells a time that nobody watched from a watched time in which nothing passed", () => {
    const bins = binsOf([row(0, { count: 0 }), row(45, { count: 3 })], GATE);
    expect(bins.map((bin) => bin.total)).toEqual([0, null, null, 3]);
    expect(bins.map((bin) => bin.observedS)).toEqual([900, 0, 0, 900]);
  });
  it("adds both ways of a gate, and every class on its own", () => {
    const bins = binsOf(
      [row(0, { count: 5 }), row(0, { count: 4, vehicle_class: "car" }), row(0, { count: 2, direction: "backward" })],
      GATE,
    );
    expect(bins[0]?.total).toBe(7);
    expect(bins[0]?.byClass.get("car")).toBe(4);
    expect(totalOf(binsOf([row(0), row(0, { direction: "backward" })], { ...GATE, direction: "forward" } as Line))).toBe(1);
  });
  it("knows that a class without a row in a watched bin was seen 0 times", () => {
    const bins = binsOf([row(0, { count: 5 }), row(15), row(15, { vehicle_class: "bus" })], GATE, "bus");
    expect(bins.map((bin) => bin.total)).toEqual([0, 1]);
  });
  it("leaves out a bin whole where a part of it is not of the quality asked for, and says why", () => {
    const rows = [row(0, { count: 5 }), row(0, { direction: "backward", quality: "doubtful", doubts: ["stuck"] }), row(15)];
    const [first, second] = binsOf(rows, GATE, "all", "usable") as [Bin, Bin];
    expect([first.total, first.leftOut, first.observedS, first.doubts]).toEqual([null, true, 900, ["stuck"]]);
    expect([second.total, second.leftOut]).toEqual([1, false]);
    expect(binsOf(rows, GATE).map((bin) => bin.total)).toEqual([6, 1]);
    expect(totalsByLine(rows, "all", "usable").get("gate:backward:a")).toBeUndefined();
    expect([...qualityShares(binsOf(rows, GATE))]).toEqual([["doubtful", 0.5], ["good", 0.5]]);
  });
  it("weighs mean speeds by count, and never adds up v85s", () => {
    const fast = { count: 1, mean_speed_kmh: 60, v85_kmh: 70 };
    const slow = { count: 3, mean_speed_kmh: 20, v85_kmh: 30, direction: "backward" as const };
    const both = binsOf([row(0, fast), row(0, slow)], GATE);
    expect(both[0]?.meanKmh).toBe(30);
    expect(both[0]?.v85Kmh).toBeNull();
    expect(meanSpeed(both)).toBe(30);
    expect(binsOf([row(0, fast)], { ...GATE, direction: "forward" } as Line)[0]?.v85Kmh).toBe(70);
    // Nor is the one line that had traffic taken for the sum of all.
    expect(binsOf([row(0, fast)], GATE)[0]?.v85Kmh).toBeNull();
    const moved = { ...fast, gate: null, direction: null, movement: "x" };
    expect(binsOf([row(0, moved)], { kind: "movements" })[0]?.v85Kmh).toBeNull();
    expect(binsOf([row(0, moved)], { kind: "movement", id: "x" })[0]?.v85Kmh).toBe(70);
  });
  it("says how much was watched", () => {
    expect(watchedShare(binsOf([row(0, { observed_s: 450 }), row(30)], GATE))).toBe(0.5);
    expect(watchedShare([])).toBe(0);
  });
  it("orders classes as they are stacked, strangers last", () => {
    const rows = ["zebra", "bus", "car"].map((vehicle_class) => row(0, { vehicle_class }));
    expect(classesIn(binsOf(rows, GATE), ["car", "bus"])).toEqual(["car", "bus", "zebra"]);
  });
});

describe("peak hour", () => {
  it("is the busiest 60 minutes, with its factor", () => {
    const peak = peakHour(quarters([1, 10, 20, 10, 10, 1]));
    expect(peak).toEqual({ startMs: START + 900_000, count: 50, phf: 50 / 80 });
  });
  it("never holds a time that nobody watched", () => {
    expect(peakHour(quarters([9, 9, null, 9, 1, 1, 1]))?.count).toBe(12);
    expect(peakHour(quarters([9, 9, 9]))).toBeNull();
  });
});

describe("totals", () => {
  it("are per gate and way, and per movement", () => {
    const totals = totalsByLine(
      [row(0), row(15), row(0, { gate: null, direction: null, movement: "x" }), row(0, { vehicle_class: "car" })],
      "all",
    );
    expect([...totals]).toEqual([
      ["gate:forward:a", 2],
      ["movement:x", 1],
    ]);
  });
});

describe("axis", () => {
  it("has round steps from 0 to above the highest value", () => {
    for (const max of [1, 7, 10, 99, 101, 12345]) {
      const ticks = niceTicks(max);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
      expect(ticks.length).toBeLessThan(8);
    }
  });
});

describe("default line", () => {
  const camera: Camera = {
    camera: "c",
    name: "C",
    calibrated: false,
    gates: [{ gate: "a", from_px: [0, 0], to_px: [1, 1], name: "" }],
    movements: [],
    health: null,
    last_hour: null,
    position: null,
  };
  it("is all movements, or else the first gate, or else nothing", () => {
    expect(defaultLine(camera)).toEqual(GATE);
    expect(defaultLine({ ...camera, gates: [] })).toBeNull();
    const movements = [{ movement: "x", from_gate: "a", to_gate: "a", name: "" }];
    expect(defaultLine({ ...camera, movements })).toEqual({ kind: "movements" });
  });
});
