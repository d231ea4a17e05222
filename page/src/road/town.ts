/** Where a town lies, also one with more streets than come in one answer. */

import { getCells, getStreets, type Streets } from "./api";

/** West, south, east, north, in degrees. */
export type Box = [number, number, number, number];

/** Cells of about a kilometre: the damage of a whole town is some hundred of them. */
const CELL_DEG = 0.01;
const SIDE = 500;
/** What lies beyond the damage is a margin; the rounds end though a town had more of it. */
const ROUNDS = 4;
/** Less than a decimetre: a street that ends on the box is not beyond it. */
const NEXT_DEG = 1e-6;

export function widened(box: Box | null, points: Iterable<number[]>): Box | null {
  let now = box;
  for (const [x = 0, y = 0] of points) {
    now = now === null ? [x, y, x, y] : [Math.min(now[0], x), Math.min(now[1], y), Math.max(now[2], x), Math.max(now[3], y)];
  }
  return now;
}

export function pointsOf(streets: Pick<Streets, "features">): number[][] {
  return streets.features.flatMap((street) => street.geometry.coordinates);
}

/** What lies west, south, east and north of a box. */
export function beyond([west, south, east, north]: Box): Box[] {
  const all: Box[] = [
    [-180, -90, west - NEXT_DEG, 90],
    [-180, -90, 180, south - NEXT_DEG],
    [east + NEXT_DEG, -90, 180, 90],
    [-180, north + NEXT_DEG, 180, 90],
  ];
  return all.filter(([w, s, e, n]) => w < e && s < n);
}

/**
 * The box of all streets: of the answer itself where it has all, and else of these and of all damage, widened until no
 * street lies beyond it.
 */
export async function wholeTown(streets: Streets): Promise<Box | null> {
  let box = widened(null, pointsOf(streets));
  if (!streets.more || box === null) return box;
  const { cells } = await getCells({ step: String(CELL_DEG) });
  box = widened(box, cells.map((cell) => cell.position));
  for (let round = 0; round < ROUNDS && box !== null; round += 1) {
    const more = await Promise.all(beyond(box).map((side) => getStreets(side.join(), undefined, SIDE)));
    if (more.every((one) => one.features.length === 0)) return box;
    box = widened(box, more.flatMap(pointsOf));
  }
  return box;
}
