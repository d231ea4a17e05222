/** Names, numbers and colours as they are shown. */

import type { Camera, Gate, Movement } from "./api";
import type { Line } from "./state";

const numbers = new Intl.NumberFormat("en-GB");

export function whole(value: number): string {
  return numbers.format(Math.round(value));
}

export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "under 1 %";
  if (share < 1 && share > 0.99) return "over 99 %";
  return `${Math.round(share * 100)} %`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

export function gateName(gate: Gate): string {
  return gate.name || gate.gate;
}

export function movementName(movement: Movement, camera: Camera): string {
  const of = (id: string) => {
    const gate = camera.gates.find((candidate) => candidate.gate === id);
    return gate ? gateName(gate) : id;
  };
  return movement.name || `${of(movement.from_gate)} → ${of(movement.to_gate)}`;
}

export function lineName(line: Line, camera: Camera): string {
  if (line.kind === "movements") return "all movements";
  if (line.kind === "movement") {
    const movement = camera.movements.find((candidate) => candidate.movement === line.id);
    return movement ? movementName(movement, camera) : line.id;
  }
  const gate = camera.gates.find((candidate) => candidate.gate === line.id);
  const way = line.direction === "both" ? "both ways" : line.direction;
  return `${gate ? gateName(gate) : line.id}, ${way}`;
}

const HEALTH: Record<string, string> = {
  ok: "Well",
  no_signal: "No signal",
  placeholder: "Placeholder picture",
  frozen: "Frozen picture",
  smeared: "Smeared picture",
  grey: "Grey picture",
  dark: "Too dark",
  not_a_picture: "Not a picture",
  empty_file: "Empty file",
  cut_short: "Cut short",
  blurred: "Blurred or dirty",
  moved: "Camera has moved",
  shaking: "Camera shakes",
};

export function healthWord(camera: Camera): string {
  if (camera.health === null) return camera.last_hour === null ? "Not looked at yet" : "No fault recorded";
  return HEALTH[camera.health.state] ?? camera.health.state;
}

export function healthKind(camera: Camera): "well" | "unwell" | "unknown" {
  if (camera.health === null) return camera.last_hour === null ? "unknown" : "well";
  return camera.health.state === "ok" ? "well" : "unwell";
}

/** Order of stacking, from the ground up; unknown classes come after these. */
export const CLASS_ORDER = [
  "car",
  "van",
  "truck",
  "bus",
  "motorcycle",
  "bicycle",
  "pedestrian",
  "vehicle",
  "unclassified",
];

/** The CSS variable that holds a class's colour. */
export function classColour(name: string, classes: string[]): string {
  if (CLASS_ORDER.includes(name)) return `var(--class-${name})`;
  const strangers = classes.filter((other) => !CLASS_ORDER.includes(other));
  const place = Math.max(0, strangers.indexOf(name)) % CLASS_ORDER.length;
  return `var(--class-${CLASS_ORDER[place]})`;
}

const LEFT_HAND_ZONES =
  /^(Europe\/(London|Dublin|Malta|Jersey|Guernsey|Isle_of_Man)|Asia\/(Nicosia|Tokyo|Singapore|Hong_Kong|Macau|Bangkok|Jakarta|Kuala_Lumpur|Kolkata|Calcutta|Colombo|Dhaka|Karachi|Kathmandu|Thimphu|Brunei)|Australia\/.*|Pacific\/(Auckland|Fiji)|Africa\/(Johannesburg|Nairobi|Kampala|Dar_es_Salaam|Lusaka|Harare|Gaborone|Windhoek|Maputo))$/;

/** Which side of the road people drive on, as far as the time zone tells: only for drawing junctions the local way. */
export function drivesOnLeft(zone: string): boolean {
  return LEFT_HAND_ZONES.test(zone);
}
