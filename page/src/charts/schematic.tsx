/** The camera's gates where they lie in its picture, without the picture: there is no photograph to show. */

import type { Camera, Gate } from "../api";
import { gateName, whole } from "../words";

/** Usual picture sizes: the smallest that holds every gate stands in for the picture's own, which is not stored. */
const SIZES: [number, number][] = [
  [352, 288],
  [640, 480],
  [704, 576],
  [1280, 720],
  [1920, 1080],
  [2560, 1440],
  [3840, 2160],
];

export function pictureSize(gates: Gate[]): [number, number] {
  const points = gates.flatMap((gate) => [gate.from_px, gate.to_px]);
  const right = Math.max(1, ...points.map((point) => point[0]));
  const bottom = Math.max(1, ...points.map((point) => point[1]));
  return SIZES.find(([width, height]) => right <= width && bottom <= height) ?? [right, bottom];
}

/** The unit vector of "forward": towards your right hand when you stand at A and look at B (y down). */
export function forwardOf(gate: Pick<Gate, "from_px" | "to_px">): [number, number] {
  const dx = gate.to_px[0] - gate.from_px[0];
  const dy = gate.to_px[1] - gate.from_px[1];
  const length = Math.hypot(dx, dy) || 1;
  return [-dy / length || 0, dx / length || 0];
}

interface Props {
  camera: Camera;
  totals: Map<string, number>;
  chosenGate: string | null;
}

const SHOWN_WIDTH = 440;
/** Room for a number beside a gate at the edge of the picture. */
const MARGIN = 22;

export function Schematic({ camera, totals, chosenGate }: Props) {
  const [width, height] = pictureSize(camera.gates);
  const scale = SHOWN_WIDTH / width;
  const shownHeight = height * scale;
  return (
    <svg class="chart schematic" viewBox={`-2 ${-MARGIN} ${SHOWN_WIDTH + 4} ${shownHeight + 2 * MARGIN}`} role="img" aria-label={inWords(camera, totals)}>
      <rect width={SHOWN_WIDTH} height={shownHeight} rx={4} fill="var(--sunken)" stroke="var(--line)" />
      {camera.gates.map((gate) => (
        <GateLine
          key={gate.gate}
          gate={scaled(gate, scale)}
          chosen={gate.gate === chosenGate}
          forward={totals.get(`gate:forward:${gate.gate}`) ?? 0}
          backward={totals.get(`gate:backward:${gate.gate}`) ?? 0}
          edge={[SHOWN_WIDTH, shownHeight]}
        />
      ))}
    </svg>
  );
}

function scaled(gate: Gate, scale: number): Gate {
  return {
    ...gate,
    from_px: [gate.from_px[0] * scale, gate.from_px[1] * scale],
    to_px: [gate.to_px[0] * scale, gate.to_px[1] * scale],
  };
}

interface GateLineProps {
  gate: Gate;
  chosen: boolean;
  forward: number;
  backward: number;
  edge: [number, number];
}

function GateLine({ gate, chosen, forward, backward, edge }: GateLineProps) {
  const [ax, ay] = gate.from_px;
  const [bx, by] = gate.to_px;
  const middle: [number, number] = [(ax + bx) / 2, (ay + by) / 2];
  const [fx, fy] = forwardOf(gate);
  const colour = chosen ? "var(--accent)" : "var(--ink)";
  const along: [number, number] = [fy, -fx];
  const sideways = Math.abs(fx) > Math.abs(fy);
  const beside = (way: 1 | -1) => ({
    x: middle[0] + way * (fx * 34 + along[0] * 8),
    y: middle[1] + way * (fy * 40 + along[1] * 8) + 4,
    anchor: sideways ? (way * fx > 0 ? ("start" as const) : ("end" as const)) : ("middle" as const),
  });
  const name = nameAt(gate, edge[0]);
  return (
    <g>
      <line x1={ax} y1={ay} x2={bx} y2={by} stroke={colour} stroke-width={chosen ? 4 : 2.5} stroke-linecap="round" />
      <circle cx={ax} cy={ay} r={4.5} fill={colour} />
      <Arrow from={[middle[0] + along[0] * 8, middle[1] + along[1] * 8]} way={[fx, fy]} colour={colour} />
      <Arrow from={[middle[0] - along[0] * 8, middle[1] - along[1] * 8]} way={[-fx, -fy]} colour="var(--muted)" />
      <Count {...beside(1)} value={forward} />
      <Count {...beside(-1)} value={backward} />
      <text class="strong halo" x={name.x} y={name.y} text-anchor={name.anchor}>
        {gateName(gate)}
      </text>
    </g>
  );
}

type Place = { x: number; y: number; anchor: "start" | "middle" | "end" };

/** The name of a gate across the picture stands on its left end, of a short one beside its left or higher end. */
function nameAt(gate: Gate, width: number): Place {
  const [ax, ay] = gate.from_px;
  const [bx, by] = gate.to_px;
  const [lx, ly] = ax < bx ? [ax, ay] : [bx, by];
  if (Math.abs(bx - ax) > width / 2) return { x: lx + 10, y: ly - 9, anchor: "start" };
  if (Math.abs(bx - ax) > Math.abs(by - ay)) return { x: Math.max(lx - 8, 0), y: ly + 4, anchor: lx > 110 ? "end" : "start" };
  return { x: ay < by ? ax : bx, y: Math.min(ay, by) - 10, anchor: "middle" };
}

function Count({ x, y, anchor, value }: Place & { value: number }) {
  return (
    <text class="strong halo" x={x} y={y} text-anchor={anchor}>
      {whole(value)}
    </text>
  );
}

export function Arrow({ from, way, colour }: { from: [number, number]; way: [number, number]; colour: string }) {
  const degrees = (Math.atan2(way[1], way[0]) * 180) / Math.PI;
  return (
    <g transform={`translate(${from[0]},${from[1]}) rotate(${degrees})`} stroke={colour} fill="none" stroke-width={2}>
      <path d="M0 0H26M20 -5L26 0L20 5" stroke-linecap="round" stroke-linejoin="round" />
    </g>
  );
}

function inWords(camera: Camera, totals: Map<string, number>): string {
  const parts = camera.gates.map((gate) => {
    const forward = whole(totals.get(`gate:forward:${gate.gate}`) ?? 0);
    const backward = whole(totals.get(`gate:backward:${gate.gate}`) ?? 0);
    return `${gateName(gate)}: ${forward} forward, ${backward} backward`;
  });
  return `Gates in the picture. ${parts.join("; ")}.`;
}
