import { describe, expect, it } from "vitest";
import type { Camera, Gate } from "./api";
import { armsOf, pathsOf } from "./charts/junction";
import { forwardOf, pictureSize } from "./charts/schematic";
import { addAllMovements, addGate, addPoint, changeGate, clamp, type Drawn, dropGate, dropPoint } from "./draw/drawn";
import { gridLines, gridStep } from "./graticule";
import { EMPTY_VIEW, hashOf, lineFromText, lineToText, type View, viewFromHash } from "./state";
import { cityClock, timeTicks } from "./time";
import { drivesOnLeft, percent } from "./words";

function gate(id: string, from_px: [number, number], to_px: [number, number]): Gate {
  return { gate: id, from_px, to_px, name: "" };
}

describe("the address", () => {
  it("brings back what was on the screen", () => {
    const view: View = {
      camera: "tfl-06514 & co",
      period: "custom",
      since: "2026-05-05T08:00:00.000Z",
      until: "2026-05-05T09:00:00.000Z",
      line: { kind: "gate", id: "a:b", direction: "forward" },
      vehicleClass: "bus",
      accepted: "good",
    };
    expect(viewFromHash(hashOf(view))).toEqual(view);
    expect(viewFromHash(hashOf(EMPTY_VIEW))).toEqual(EMPTY_VIEW);
  });
  it("takes no nonsense", () => {
    expect(viewFromHash("#period=x&since=y&line=z&class=")).toEqual(EMPTY_VIEW);
    expect(viewFromHash("#period=custom&since=2026-01-02&until=2026-01-01").period).toBe("24h");
  });
  it("names every kind of line", () => {
    for (const text of ["movements", "movement:a:b", "gate:both:x", "gate:backward:y"]) {
      const line = lineFromText(text);
      expect(line && lineToText(line)).toBe(text);
    }
  });
});

describe("the city's clock", () => {
  const clock = cityClock("Europe/London");
  it("is the city's, with the zone's name of that day", () => {
    const summer = Date.parse("2026-05-05T08:00:00Z");
    expect(clock.time(summer)).toBe("09:00");
    expect(clock.zoneName(summer)).toBe("BST");
    expect(clock.zoneName(Date.parse("2026-01-05T08:00:00Z"))).toBe("GMT");
  });
  it("reads a field as it wrote it, also around a change of the clocks", () => {
    for (const at of ["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z", "2026-10-25T02:30:00Z", "2026-05-05T08:15:00Z"]) {
      expect(clock.fromField(clock.field(Date.parse(at)))).toBe(Date.parse(at));
    }
    expect(clock.fromField("nonsense")).toBeNull();
  });
  it("names both zones of a day on which clocks change, and tells the doubled hour apart", () => {
    const from = Date.parse("2026-10-25T00:00:00+01:00");
    const to = Date.parse("2026-10-25T23:45:00Z");
    expect(clock.zoneNames(from, to)).toBe("BST, then GMT");
    expect(clock.zoneNames(to, to)).toBe("GMT");
    expect(clock.zoneNames(Date.parse("2026-01-01T00:00:00Z"), Date.parse("2026-12-31T00:00:00Z"))).toBe("GMT, then BST, then GMT");
    const told = ["2026-10-24T23:45:00Z", "2026-10-25T00:15:00Z", "2026-10-25T01:15:00Z", "2026-10-25T02:00:00Z"].map((at) => clock.timeInFull(Date.parse(at)));
    expect(told).toEqual(["00:45", "01:15 BST", "01:15 GMT", "02:00"]);
    expect(clock.timeInFull(Date.parse("2026-03-29T01:00:00Z"))).toBe("02:00");
    expect(cityClock("Australia/Lord_Howe").timeInFull(Date.parse("2026-04-04T14:45:00Z"))).toMatch(/^01:45 GMT\+11$/);
  });
  it("puts ticks on round local times, also where the zone is off by a half hour", () => {
    const kolkata = cityClock("Asia/Kolkata");
    const from = Date.parse("2026-05-05T00:00:00Z");
    const ticks = timeTicks(from, from + 12 * 3_600_000, 8, kolkata);
    expect(ticks.map((ms) => kolkata.time(ms))).toEqual(["06:00", "08:00", "10:00", "12:00", "14:00", "16:00"]);
    expect(timeTicks(from, from + 20 * 86_400_000, 6, clock).length).toBeLessThanOrEqual(30);
  });
});

describe("gates in the picture", () => {
  it("have forward at the right hand of who looks from A to B, y down", () => {
    expect(forwardOf(gate("a", [0, 0], [10, 0]))).toEqual([0, 1]);
    expect(forwardOf(gate("a", [0, 10], [0, 0]))).toEqual([1, 0]);
  });
  it("fit the smallest usual picture that holds them", () => {
    expect(pictureSize([gate("a", [0, 180], [352, 180])])).toEqual([352, 288]);
    expect(pictureSize([gate("a", [0, 180], [353, 180])])).toEqual([640, 480]);
    expect(pictureSize([gate("a", [0, 180], [9000, 10])])).toEqual([9000, 180]);
  });
});

describe("the junction", () => {
  const gates = [
    gate("n", [40, 0], [60, 0]),
    gate("e", [100, 40], [100, 60]),
    gate("s", [60, 100], [40, 100]),
    gate("w", [0, 60], [0, 40]),
  ];
  const movements = gates.flatMap((a) =>
    gates.filter((b) => a !== b).map((b) => ({ movement: `${a.gate}${b.gate}`, from_gate: a.gate, to_gate: b.gate, name: "" })),
  );
  const camera = { gates, movements } as unknown as Camera;
  it("has its arms where the gates are", () => {
    const arms = armsOf(camera);
    expect(arms.map((arm) => arm.gate)).toEqual(["n", "e", "s", "w"]);
  });
  it("sets arms apart that are too close", () => {
    const close = [gate("a", [0, 0], [10, 0]), gate("b", [0, 2], [10, 2]), gate("c", [0, 3], [10, 3])];
    const through = [{ movement: "x", from_gate: "a", to_gate: "b", name: "" }, { movement: "y", from_gate: "b", to_gate: "c", name: "" }];
    const angles = armsOf({ gates: close, movements: through } as unknown as Camera).map((arm) => arm.angle);
    expect((angles[1] as number) - (angles[0] as number)).toBeCloseTo((2 * Math.PI) / 3);
  });
  it("draws a movement as wide as its count, and mirrors the side of the road", () => {
    const counts = new Map([["ns", 100], ["sn", 50]]);
    const right = pathsOf(camera, counts, 100, false);
    const width = (id: string) => right.find((path) => path.movement === id)?.width as number;
    expect(width("ns")).toBe(15);
    expect(width("sn")).toBeCloseTo(8.25);
    expect(width("ne")).toBe(1);
    const into = (paths: typeof right) => paths.find((path) => path.movement === "sn")?.label.x as number;
    // From the south, who drives on the right is on the picture's right-hand side.
    expect(into(right)).toBeGreaterThan(0);
    expect(into(pathsOf(camera, counts, 100, true))).toBeLessThan(0);
  });
});

describe("drawing", () => {
  const empty: Drawn = { gates: [], movements: [], calibration: null };
  const two = addGate(addGate(empty, [0, 0], [1, 1]), [2, 2], [3, 3]);
  it("gives each gate a free name, and takes a renamed gate's movements along", () => {
    expect(two.gates.map((one) => one.gate)).toEqual(["gate-1", "gate-2"]);
    const moved = changeGate(addAllMovements(two), 0, { gate: "south" });
    expect(moved.movements.map((one) => [one.from_gate, one.to_gate])).toEqual([["south", "gate-2"], ["gate-2", "south"]]);
  });
  it("drops a gate with its movements, and the calibration with its last point", () => {
    expect(dropGate(addAllMovements(two), 1).movements).toEqual([]);
    expect(dropPoint(addPoint(empty, [1, 1]), 0).calibration).toBeNull();
  });
  it("stays inside the picture", () => {
    expect(clamp([-5, 500.04], [352, 288])).toEqual([0, 288]);
    expect(clamp([10.26, 1], [352, 288])).toEqual([10.3, 1]);
  });
});

describe("the graticule", () => {
  it("has a few round lines inside the box", () => {
    for (const span of [0.0004, 0.03, 1.7, 40]) {
      const step = gridStep(span);
      const lines = gridLines({ west: -0.1, east: -0.1 + span, south: 51, north: 51 + span / 2 }, step);
      expect(lines.length).toBeGreaterThan(2);
      expect(lines.length).toBeLessThan(14);
    }
    expect(gridLines({ west: -0.151, east: -0.149, south: 10, north: 10.0001 }, 0.001)[1]?.label).toBe("0.150° W");
  });
});

describe("words", () => {
  it("round a share without hiding that something is missing", () => {
    expect([percent(0), percent(0.001), percent(0.5), percent(0.999), percent(1)]).toEqual(["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]);
  });
  it("know on which side the city drives", () => {
    expect(drivesOnLeft("Europe/London")).toBe(true);
    expect(drivesOnLeft("Europe/Berlin")).toBe(false);
  });
});
