/** Where the arms of a turning-movement diagram stand, and the way each movement takes between them. Pure. */

import type { Camera, PointPx } from "../api";

export interface Arm {
  gate: string;
  /** Radians, 0 to the right, clockwise (y down). */
  angle: number;
}

export interface MovementPath {
  movement: string;
  fromGate: string;
  toGate: string;
  d: string;
  width: number;
  /** Where the number stands, outside the arm's end, and how it is turned. */
  label: { x: number; y: number; degrees: number; anchor: "start" | "end" };
}

const MIN_GAP = (50 * Math.PI) / 180;
const FULL = 2 * Math.PI;
const LANE_PX = 19;
const OUT_LANE_PX = 17;
const WIDEST_PX = 15;

/** The arms in the order of their gates around the middle of the picture, set apart evenly if they are too close. */
export function armsOf(camera: Camera): Arm[] {
  const used = new Set(camera.movements.flatMap((movement) => [movement.from_gate, movement.to_gate]));
  const gates = camera.gates.filter((gate) => used.has(gate.gate));
  const middles = gates.map((gate): PointPx => [
    (gate.from_px[0] + gate.to_px[0]) / 2,
    (gate.from_px[1] + gate.to_px[1]) / 2,
  ]);
  const centre = [0, 1].map((axis) => middles.reduce((sum, point) => sum + (point[axis] as number), 0) / gates.length);
  const arms = gates
    .map((gate, index) => {
      const point = middles[index] as PointPx;
      return { gate: gate.gate, angle: Math.atan2(point[1] - (centre[1] as number), point[0] - (centre[0] as number)) };
    })
    .sort((a, b) => a.angle - b.angle);
  const gaps = arms.map((arm, index) => turn(arm.angle, (arms[(index + 1) % arms.length] as Arm).angle) % FULL);
  if (arms.length > 1 && Math.min(...gaps) >= MIN_GAP) return arms;
  const first = arms[0]?.angle ?? 0;
  return arms.map((arm, index) => ({ ...arm, angle: first + (index * FULL) / arms.length }));
}

/** The paths of all movements, as wide as their counts, for a junction of `radius` around (0, 0). */
export function pathsOf(camera: Camera, counts: Map<string, number>, radius: number, onLeft: boolean): MovementPath[] {
  const arms = armsOf(camera);
  const most = Math.max(1, ...camera.movements.map((movement) => counts.get(movement.movement) ?? 0));
  const angleOf = (gate: string) => arms.find((arm) => arm.gate === gate)?.angle ?? 0;
  // Seen from the middle looking out along an arm, who drives on the right comes in on the left-hand side.
  const inSide = onLeft ? 1 : -1;
  return camera.movements.map((movement) => {
    const into = angleOf(movement.from_gate);
    const out = angleOf(movement.to_gate);
    const mates = camera.movements
      .filter((other) => other.from_gate === movement.from_gate)
      .sort((a, b) => onLeft ? sweep(into, angleOf(a.to_gate)) - sweep(into, angleOf(b.to_gate)) : sweep(into, angleOf(b.to_gate)) - sweep(into, angleOf(a.to_gate)));
    const guests = camera.movements
      .filter((other) => other.to_gate === movement.to_gate)
      .sort((a, b) => onLeft ? sweep(out, angleOf(b.from_gate)) - sweep(out, angleOf(a.from_gate)) : sweep(out, angleOf(a.from_gate)) - sweep(out, angleOf(b.from_gate)));
    const lane = 10 + LANE_PX * (mates.length - 1 - mates.indexOf(movement));
    const outLane = 10 + OUT_LANE_PX * (guests.length - 1 - guests.indexOf(movement));
    const a = at(into, radius, inSide * lane);
    const b = at(out, radius, -inSide * outLane);
    const pull = into === out ? 0.1 : 0.42;
    const c1 = at(into, radius * pull, inSide * lane);
    const c2 = at(out, radius * pull, -inSide * outLane);
    const count = counts.get(movement.movement) ?? 0;
    return {
      movement: movement.movement,
      fromGate: movement.from_gate,
      toGate: movement.to_gate,
      d: `M${xy(a)}C${xy(c1)} ${xy(c2)} ${xy(b)}`,
      width: count === 0 ? 1 : 1.5 + (WIDEST_PX - 1.5) * (count / most),
      label: labelAt(into, at(into, radius + 8, inSide * lane)),
    };
  });
}

function labelAt(angle: number, point: PointPx): MovementPath["label"] {
  const degrees = (angle * 180) / Math.PI;
  const upright = Math.cos(angle) >= -1e-9;
  return {
    x: point[0],
    y: point[1],
    degrees: upright ? degrees : degrees + 180,
    anchor: upright ? "start" : "end",
  };
}

/** The point at `reach` along the arm and `side` to the right of who looks outwards (y down). */
export function at(angle: number, reach: number, side: number): PointPx {
  return [Math.cos(angle) * reach - Math.sin(angle) * side, Math.sin(angle) * reach + Math.cos(angle) * side];
}

function turn(from: number, to: number): number {
  const gap = (to - from) % FULL;
  return gap <= 0 ? gap + FULL : gap;
}

/** How far clockwise it is from one arm to another; a U-turn is the whole way round. */
function sweep(from: number, to: number): number {
  return from === to ? FULL : turn(from, to);
}

function xy(point: PointPx): string {
  return `${point[0].toFixed(1)},${point[1].toFixed(1)}`;
}
