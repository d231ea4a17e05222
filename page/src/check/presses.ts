/** What is counted by hand, and the keys it is counted with. Pure: a press gives a new list. */

import type { Gate } from "../api";

export interface Press {
  minute: number;
  at_s: number;
  gate: string;
  direction: "forward" | "backward";
  vehicle_class: string;
}

export interface Way {
  key: string;
  gate: Gate;
  direction: "forward" | "backward";
}

export const WAY_KEYS = "fjdkslarueiwotyg";

/** A key for each gate and way; a gate beyond the last key is counted by its button. */
export function waysOf(gates: Gate[]): Way[] {
  return gates.flatMap((gate, index) =>
    (["forward", "backward"] as const).map((direction, way) => ({ key: WAY_KEYS[2 * index + way] ?? "", gate, direction })),
  );
}

/** Digits choose the class: 1 is the first. */
export function classOf(key: string, classes: string[]): string | null {
  const number = /^[1-9]$/.test(key) ? Number(key) : 0;
  return classes[number - 1] ?? null;
}

export function withPress(presses: Press[], press: Press): Press[] {
  return [...presses, { ...press, at_s: Math.round(press.at_s * 100) / 100 }];
}

/** Without the last press of this minute. */
export function undone(presses: Press[], minute: number): Press[] {
  const last = presses.map((one) => one.minute).lastIndexOf(minute);
  return last < 0 ? presses : presses.filter((_, index) => index !== last);
}

export interface Shape {
  at_s: number;
  cells: Uint8Array;
}

export function shapesOf(sent: [number, string][]): Shape[] {
  return sent.map(([at_s, text]) => ({ at_s, cells: Uint8Array.from(atob(text), (one) => one.charCodeAt(0)) }));
}

/** The newest shape that is not after `at_s`; null before the first. */
export function shapeAt(shapes: Shape[], at_s: number): Shape | null {
  let [low, high] = [0, shapes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shapes[middle] as Shape).at_s <= at_s) low = middle + 1;
    else high = middle;
  }
  return shapes[low - 1] ?? null;
}

export function isLit(cells: Uint8Array, number: number): boolean {
  return (((cells[number >> 3] ?? 0) >> (7 - (number & 7))) & 1) === 1;
}

/** A minute is counted once it was watched to its end. */
export function countedMinutes(reached: number[], lengths: number[]): number[] {
  return lengths.flatMap((length, index) => ((reached[index] ?? 0) >= length ? [index] : []));
}
