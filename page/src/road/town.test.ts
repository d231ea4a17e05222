import { describe, expect, it, vi } from "vitest";
import { getCells, getStreets, type Streets } from "./api";
import { beyond, type Box, wholeTown } from "./town";

vi.mock("./api", () => ({ getCells: vi.fn(), getStreets: vi.fn() }));

const streets = (more: boolean, ...lines: number[][][]) =>
  ({ more, features: lines.map((coordinates) => ({ geometry: { coordinates } })) }) as unknown as Streets;

describe("a town's box", () => {
  it("is that of its streets where they all came", async () => {
    expect(await wholeTown(streets(false, [[1, 2], [3, 5]]))).toEqual([1, 2, 3, 5]);
    expect(await wholeTown(streets(false))).toBeNull();
    expect(getStreets).not.toHaveBeenCalled();
  });
  it("is widened by the damage, and by the streets beyond, until there are none", async () => {
    const outside = [[[9, 3], [12, 3]], [[4, 8], [4, 9]]];
    vi.mocked(getCells).mockResolvedValue({ cells: [{ position: [8, 3], count: 1, waiting: 1 }] });
    vi.mocked(getStreets).mockImplementation(async (within) => {
      const [west = 0, south = 0, east = 0, north = 0] = (within ?? "").split(",").map(Number);
      const isIn = ([x = 0, y = 0]: number[]) => west <= x && x <= east && south <= y && y <= north;
      return streets(false, ...outside.filter((line) => line.some(isIn)));
    });
    expect(await wholeTown(streets(true, [[1, 2], [3, 5]]))).toEqual([1, 2, 12, 9]);
    expect(getStreets).toHaveBeenCalledTimes(8);
  });
  it("has nothing beyond it at the edge of the world", () => {
    expect(beyond([-180, -90, 180, 90] as Box)).toEqual([]);
    expect(beyond([0, 0, 1, 1])).toHaveLength(4);
  });
});
