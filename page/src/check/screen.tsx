/** Silhouettes on a plain ground, with the gates over them. */

import { useEffect, useRef } from "preact/hooks";
import type { Gate, PointPx } from "../api";
import { forwardOf } from "../charts/schematic";
import { isLit, type Shape, type Way } from "./presses";

const CELL = 8;

interface Props {
  size: PointPx;
  grid: [number, number];
  shape: Shape | null;
  ways: Way[];
  /** The keys that were pressed a moment ago. */
  flashed: string;
}

export function Screen({ size, grid, shape, ways, flashed }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [columns, rows] = grid;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, columns * CELL, rows * CELL);
    context.fillStyle = "#9fb4c4";
    for (let number = 0; shape && number < columns * rows; number += 1) {
      if (isLit(shape.cells, number)) {
        context.fillRect((number % columns) * CELL, Math.floor(number / columns) * CELL, CELL, CELL);
      }
    }
  }, [shape, columns, rows]);
  const unit = size[0] / 640;
  return (
    <div class="screen" style={{ aspectRatio: `${size[0]} / ${size[1]}` }}>
      <canvas ref={canvas} width={columns * CELL} height={rows * CELL} aria-hidden="true" />
      <svg viewBox={`0 0 ${size[0]} ${size[1]}`} role="img" aria-label="Silhouettes of what moves, and the gates">
        {ways.map((way) => (
          <WayShape key={way.gate.gate + way.direction} way={way} unit={unit} flashed={flashed === way.key} size={size} />
        ))}
      </svg>
    </div>
  );
}

function WayShape({ way, unit, flashed, size }: { way: Way; unit: number; flashed: boolean; size: PointPx }) {
  const { gate, direction, key } = way;
  const [ax, ay] = gate.from_px;
  const [bx, by] = gate.to_px;
  const [fx, fy] = forwardOf(gate).map((part) => (direction === "forward" ? part : -part)) as PointPx;
  const share = direction === "forward" ? 0.42 : 0.58;
  const from: PointPx = [ax + share * (bx - ax), ay + share * (by - ay)];
  const tip: PointPx = [from[0] + fx * 30 * unit, from[1] + fy * 30 * unit];
  const wing = (side: number) => `${tip[0] - (fx * 9 + side * fy * 7) * unit} ${tip[1] - (fy * 9 - side * fx * 7) * unit}`;
  const text: PointPx = [inside(tip[0] + fx * 13 * unit, size[0], unit), inside(tip[1] + fy * 13 * unit, size[1], unit)];
  return (
    <g class={flashed ? "way flashed" : "way"}>
      {direction === "forward" && <path d={`M${ax} ${ay}L${bx} ${by}`} stroke-width={3 * unit} />}
      {direction === "forward" && <GateName gate={gate} unit={unit} size={size} />}
      <path d={`M${from[0]} ${from[1]}L${tip[0]} ${tip[1]}M${wing(1)}L${tip[0]} ${tip[1]}L${wing(-1)}`} stroke-width={2.5 * unit} />
      <text x={text[0]} y={text[1] + 5 * unit} font-size={15 * unit} stroke-width={4 * unit} text-anchor="middle">
        {key.toUpperCase()}
      </text>
    </g>
  );
}

function GateName({ gate, unit, size }: { gate: Gate; unit: number; size: PointPx }) {
  const [x, y] = gate.from_px;
  const [nearX, nearY] = [inside(x, size[0], unit), inside(y - 10 * unit, size[1], unit)];
  return (
    <text x={nearX} y={nearY} font-size={13 * unit} stroke-width={4 * unit} text-anchor={x > size[0] / 2 ? "end" : "start"}>
      {gate.name || gate.gate}
    </text>
  );
}

function inside(value: number, most: number, unit: number): number {
  return Math.min(most - 12 * unit, Math.max(12 * unit, value));
}
