/** Lines of round longitude and latitude over a box of the map. Pure. */

export interface Box {
  west: number;
  east: number;
  south: number;
  north: number;
}

export interface GridLine {
  axis: "lon" | "lat";
  label: string;
  points: [number, number][];
}

const WANTED = 5;

/** A round step in degrees that cuts `span` into about five. */
export function gridStep(span: number): number {
  const raw = Math.max(span, 1e-6) / WANTED;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10) * power;
}

export function gridLines(box: Box, step: number): GridLine[] {
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const lines: GridLine[] = [];
  for (const lon of multiples(box.west, box.east, step)) {
    const label = `${Math.abs(lon).toFixed(digits)}° ${lon < 0 ? "W" : "E"}`;
    lines.push({ axis: "lon", label, points: [[lon, box.south], [lon, box.north]] });
  }
  for (const lat of multiples(Math.max(box.south, -85), Math.min(box.north, 85), step)) {
    const label = `${Math.abs(lat).toFixed(digits)}° ${lat < 0 ? "S" : "N"}`;
    lines.push({ axis: "lat", label, points: [[box.west, lat], [box.east, lat]] });
  }
  return lines;
}

function multiples(low: number, high: number, step: number): number[] {
  const found: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high && found.length < 100; k += 1) found.push(k * step);
  return found;
}
