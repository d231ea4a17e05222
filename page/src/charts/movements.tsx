/** The turning-movement diagram: arms, and an arrow for each movement, as wide as its count. */

import { useState } from "preact/hooks";
import type { Camera } from "../api";
import { gateName, movementName, plural, whole } from "../words";
import { type Arm, armsOf, at, type MovementPath, pathsOf } from "./junction";

interface Props {
  camera: Camera;
  counts: Map<string, number>;
  chosen: string | null;
  choose: (movement: string) => void;
  onLeft: boolean;
}

const RADIUS = 118;
const SIZE = 420;
const ARM_END = 178;
const HALF_ARM = 64;

export function MovementDiagram({ camera, counts, chosen, choose, onLeft }: Props) {
  const [over, setOver] = useState<string | null>(null);
  const arms = armsOf(camera);
  const paths = pathsOf(camera, counts, RADIUS, onLeft).sort((a, b) => a.width - b.width);
  const lit = over ?? chosen;
  const half = SIZE / 2;
  return (
    <>
      <svg class="chart junction" viewBox={`${-half} ${-half} ${SIZE} ${SIZE}`} role="img" aria-label={inWords(camera, counts)}>
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="2" refY="4" markerUnits="userSpaceOnUse" markerWidth="15" markerHeight="15" orient="auto">
            <path d="M0 0L8 4L0 8Z" fill="context-stroke" />
          </marker>
        </defs>
        {arms.map((arm) => (
          <ArmGround key={arm.gate} arm={arm} name={nameOf(camera, arm.gate)} />
        ))}
        {paths.map((path) => (
          <g
            key={path.movement}
            opacity={lit === null || lit === path.movement ? 1 : 0.2}
            onPointerEnter={() => setOver(path.movement)}
            onPointerLeave={() => setOver(null)}
            onClick={() => choose(path.movement)}
            class="movement"
          >
            <path d={path.d} fill="none" stroke="transparent" stroke-width={Math.max(14, path.width)} />
            <path
              d={path.d}
              fill="none"
              stroke={lit === path.movement ? "var(--accent)" : "var(--flow)"}
              stroke-opacity={lit === path.movement ? 1 : 0.62}
              stroke-width={path.width}
              marker-end="url(#tip)"
            />
            <NumberOf path={path} count={counts.get(path.movement) ?? 0} />
          </g>
        ))}
      </svg>
      <p class="readout" aria-live="polite">
        {sentence(camera, counts, lit)}
      </p>
    </>
  );
}

function sentence(camera: Camera, counts: Map<string, number>, lit: string | null): string {
  const movement = camera.movements.find((candidate) => candidate.movement === lit);
  if (movement) return `${movementName(movement, camera)}: ${whole(counts.get(movement.movement) ?? 0)}`;
  const all = camera.movements.reduce((sum, one) => sum + (counts.get(one.movement) ?? 0), 0);
  return `${plural(all, "passage")} through the junction in ${plural(camera.movements.length, "movement")}`;
}

function nameOf(camera: Camera, id: string): string {
  const gate = camera.gates.find((candidate) => candidate.gate === id);
  return gate ? gateName(gate) : id;
}

function ArmGround({ arm, name }: { arm: Arm; name: string }) {
  const degrees = (arm.angle * 180) / Math.PI;
  const { x, y, anchor } = namePlace(arm.angle);
  return (
    <g>
      <g transform={`rotate(${degrees})`}>
        <rect x={0} y={-HALF_ARM} width={ARM_END} height={2 * HALF_ARM} fill="var(--sunken)" />
        <line x1={RADIUS} x2={ARM_END} stroke="var(--strong-line)" stroke-dasharray="7 6" />
      </g>
      <text class="strong halo" x={x} y={y + 4} text-anchor={anchor}>
        {name}
      </text>
    </g>
  );
}

/** Beyond the end of an arm that runs up or down; above an arm that runs to a side. */
function namePlace(angle: number): { x: number; y: number; anchor: "start" | "middle" | "end" } {
  const [x, y] = at(angle, ARM_END, 0);
  if (Math.abs(x) <= Math.abs(y)) return { x, y: y + Math.sign(y) * 14 + (y < 0 ? 0 : 4), anchor: "middle" };
  return { x: Math.sign(x) * (SIZE / 2), y: y - HALF_ARM - 10, anchor: x > 0 ? "end" : "start" };
}

function NumberOf({ path, count }: { path: MovementPath; count: number }) {
  const { x, y, degrees, anchor } = path.label;
  return (
    <text class="strong" transform={`translate(${x},${y}) rotate(${degrees})`} dy="0.35em" text-anchor={anchor}>
      {whole(count)}
    </text>
  );
}

function inWords(camera: Camera, counts: Map<string, number>): string {
  const parts = camera.movements.map((one) => `${movementName(one, camera)} ${whole(counts.get(one.movement) ?? 0)}`);
  return `Turning movements. ${parts.join("; ")}.`;
}

/** The same numbers as a table: from the rows' gates to the columns' gates. */
export function MovementTable({ camera, counts }: { camera: Camera; counts: Map<string, number> }) {
  const from = camera.gates.filter((gate) => camera.movements.some((one) => one.from_gate === gate.gate));
  const to = camera.gates.filter((gate) => camera.movements.some((one) => one.to_gate === gate.gate));
  const cell = (fromGate: string, toGate: string) => {
    const found = camera.movements.filter((one) => one.from_gate === fromGate && one.to_gate === toGate);
    if (found.length === 0) return "";
    return whole(found.reduce((sum, one) => sum + (counts.get(one.movement) ?? 0), 0));
  };
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Turning movements as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">from ↓ to →</th>
            {to.map((gate) => (
              <th scope="col" key={gate.gate}>
                {gateName(gate)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from.map((row) => (
            <tr key={row.gate}>
              <th scope="row">{gateName(row)}</th>
              {to.map((column) => (
                <td key={column.gate}>{cell(row.gate, column.gate)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
