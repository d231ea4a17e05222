/** What is being drawn, and every change to it. Pure: a change gives a new drawing. */

import type { Gate, Movement, PointPx } from "../api";

export interface CalibrationPoint {
  px: PointPx;
  ground: [number, number];
}

export interface Drawn {
  gates: Gate[];
  movements: Movement[];
  calibration: { crs: string; points: CalibrationPoint[] } | null;
}

export type Handle = { kind: "gate"; index: number; end: "from_px" | "to_px" } | { kind: "point"; index: number };

export function clamp(point: PointPx, size: PointPx): PointPx {
  return [0, 1].map((axis) => {
    const value = Math.min(size[axis] as number, Math.max(0, point[axis] as number));
    return Math.round(value * 10) / 10;
  }) as PointPx;
}

export function freeName(stem: string, taken: string[]): string {
  let number = 1;
  while (taken.includes(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

export function addGate(drawn: Drawn, from_px: PointPx, to_px: PointPx): Drawn {
  const gate = freeName("gate", drawn.gates.map((one) => one.gate));
  return { ...drawn, gates: [...drawn.gates, { gate, from_px, to_px, name: "" }] };
}

export function changeGate(drawn: Drawn, index: number, change: Partial<Gate>): Drawn {
  const before = drawn.gates[index];
  if (!before) return drawn;
  const renamed = (id: string) => (change.gate !== undefined && id === before.gate ? change.gate : id);
  return {
    ...drawn,
    gates: drawn.gates.map((gate, at) => (at === index ? { ...gate, ...change } : gate)),
    movements: drawn.movements.map((one) => ({
      ...one,
      from_gate: renamed(one.from_gate),
      to_gate: renamed(one.to_gate),
    })),
  };
}

/** Without the gate, and without the movements that went through it. */
export function dropGate(drawn: Drawn, index: number): Drawn {
  const id = drawn.gates[index]?.gate;
  return {
    ...drawn,
    gates: drawn.gates.filter((_, at) => at !== index),
    movements: drawn.movements.filter((one) => one.from_gate !== id && one.to_gate !== id),
  };
}

export function addMovement(drawn: Drawn, from_gate: string, to_gate: string): Drawn {
  const wanted = `${from_gate}-${to_gate}`;
  const taken = drawn.movements.map((one) => one.movement);
  const movement = taken.includes(wanted) ? freeName(wanted, taken) : wanted;
  return { ...drawn, movements: [...drawn.movements, { movement, from_gate, to_gate, name: "" }] };
}

/** With a movement from every gate to every other, where there is none yet. */
export function addAllMovements(drawn: Drawn): Drawn {
  const ids = drawn.gates.map((gate) => gate.gate);
  let result = drawn;
  for (const from of ids) {
    for (const to of ids) {
      const known = result.movements.some((one) => one.from_gate === from && one.to_gate === to);
      if (from !== to && !known) result = addMovement(result, from, to);
    }
  }
  return result;
}

export function changeMovement(drawn: Drawn, index: number, change: Partial<Movement>): Drawn {
  return { ...drawn, movements: drawn.movements.map((one, at) => (at === index ? { ...one, ...change } : one)) };
}

export function dropMovement(drawn: Drawn, index: number): Drawn {
  return { ...drawn, movements: drawn.movements.filter((_, at) => at !== index) };
}

export function addPoint(drawn: Drawn, px: PointPx): Drawn {
  const calibration = drawn.calibration ?? { crs: "EPSG:4326", points: [] };
  return { ...drawn, calibration: { ...calibration, points: [...calibration.points, { px, ground: [0, 0] }] } };
}

export function changePoint(drawn: Drawn, index: number, change: Partial<CalibrationPoint>): Drawn {
  if (!drawn.calibration) return drawn;
  const points = drawn.calibration.points.map((point, at) => (at === index ? { ...point, ...change } : point));
  return { ...drawn, calibration: { ...drawn.calibration, points } };
}

/** Without the point; without its last point there is no calibration. */
export function dropPoint(drawn: Drawn, index: number): Drawn {
  if (!drawn.calibration) return drawn;
  const points = drawn.calibration.points.filter((_, at) => at !== index);
  return { ...drawn, calibration: points.length > 0 ? { ...drawn.calibration, points } : null };
}

export function placeOf(drawn: Drawn, handle: Handle): PointPx | null {
  if (handle.kind === "gate") return drawn.gates[handle.index]?.[handle.end] ?? null;
  return drawn.calibration?.points[handle.index]?.px ?? null;
}

export function moveHandle(drawn: Drawn, handle: Handle, to: PointPx): Drawn {
  if (handle.kind === "gate") return changeGate(drawn, handle.index, { [handle.end]: to });
  return changePoint(drawn, handle.index, { px: to });
}
