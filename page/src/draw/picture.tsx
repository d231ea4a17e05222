/** The redacted still with the gates and points on it: drawn and dragged with the pointer, or moved with the keys. */

import { useRef, useState } from "preact/hooks";
import type { Gate, PointPx } from "../api";
import { useWidth } from "../charts/frame";
import { forwardOf } from "../charts/schematic";
import { clamp, type Drawn, type Handle, moveHandle, placeOf } from "./drawn";

export type Tool = "gate" | "point";

interface Props {
  still: string;
  size: PointPx;
  drawn: Drawn;
  tool: Tool;
  change: (drawn: Drawn) => void;
  addGate: (from: PointPx, to: PointPx) => void;
  addPoint: (px: PointPx) => void;
}

const SHORTEST_PX = 6;
const STEPS: Record<string, PointPx> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Picture({ still, size, drawn, tool, change, addGate, addPoint }: Props) {
  const [place, shown] = useWidth();
  const svg = useRef<SVGSVGElement>(null);
  const [fresh, setFresh] = useState<[PointPx, PointPx] | null>(null);
  const [held, setHeld] = useState<Handle | null>(null);
  // Marks keep their size on the screen, whatever the picture's; on a phone they are smaller.
  const unit = shown > 0 ? (size[0] / shown) * (shown < 500 ? 0.65 : 1) : 1;

  const pointOf = (event: PointerEvent): PointPx => {
    const box = (svg.current as SVGSVGElement).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * size[0];
    const y = ((event.clientY - box.top) / box.height) * size[1];
    return clamp([x, y], size);
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.preventDefault();
    svg.current?.setPointerCapture(event.pointerId);
    const at = pointOf(event);
    if (tool === "point") addPoint(at);
    else setFresh([at, at]);
  };
  const move = (event: PointerEvent) => {
    if (held) change(moveHandle(drawn, held, pointOf(event)));
    else if (fresh) setFresh([fresh[0], pointOf(event)]);
  };
  const up = () => {
    if (fresh && Math.hypot(fresh[1][0] - fresh[0][0], fresh[1][1] - fresh[0][1]) >= SHORTEST_PX * unit) addGate(...fresh);
    setFresh(null);
    setHeld(null);
  };
  const hold = (handle: Handle) => (event: PointerEvent) => {
    event.stopPropagation();
    (event.currentTarget as SVGElement).focus();
    svg.current?.setPointerCapture(event.pointerId);
    setHeld(handle);
  };
  const press = (handle: Handle) => (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const at = placeOf(drawn, handle);
    if (!step || !at) return;
    event.preventDefault();
    const by = event.shiftKey ? 10 : 1;
    change(moveHandle(drawn, handle, clamp([at[0] + step[0] * by, at[1] + step[1] * by], size)));
  };
  const grip = (handle: Handle, label: string) => {
    const at = placeOf(drawn, handle) as PointPx;
    return (
      <circle
        class="grip"
        cx={at[0]}
        cy={at[1]}
        r={9 * unit}
        stroke-width={2 * unit}
        tabindex={0}
        role="button"
        data-handle={handle.kind === "gate" ? `${handle.index}-${handle.end}` : `point-${handle.index}`}
        aria-label={`${label}, at ${at[0]}, ${at[1]}. Arrow keys move it by a pixel, with Shift by ten.`}
        onPointerDown={hold(handle)}
        onKeyDown={press(handle)}
      />
    );
  };
  return (
    <div ref={place} class="picture">
      <svg
        ref={svg}
        viewBox={`0 0 ${size[0]} ${size[1]}`}
        class={`draw-${tool}`}
        role="group"
        aria-label="The camera’s picture, without road users"
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
      >
        <image href={still} width={size[0]} height={size[1]} preserveAspectRatio="none" />
        {drawn.gates.map((gate) => (
          <GateShape key={`${gate.gate}`} gate={gate} unit={unit} />
        ))}
        {fresh && <GateShape gate={{ gate: "", name: "", from_px: fresh[0], to_px: fresh[1] }} unit={unit} />}
        {drawn.gates.map((gate, index) => (
          <g key={index}>
            {grip({ kind: "gate", index, end: "from_px" }, `Gate ${gate.name || gate.gate}, end A`)}
            {grip({ kind: "gate", index, end: "to_px" }, `Gate ${gate.name || gate.gate}, end B`)}
          </g>
        ))}
        {drawn.calibration?.points.map((point, index) => (
          <g key={index}>
            <path
              class="cross"
              d={`M${point.px[0] - 14 * unit} ${point.px[1]}h${28 * unit}M${point.px[0]} ${point.px[1] - 14 * unit}v${28 * unit}`}
              stroke-width={2 * unit}
            />
            {grip({ kind: "point", index }, `Calibration point ${index + 1}`)}
            <text class="on-picture" x={point.px[0] + 12 * unit} y={point.px[1] - 10 * unit} font-size={13 * unit} stroke-width={4 * unit}>
              {index + 1}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function GateShape({ gate, unit }: { gate: Gate; unit: number }) {
  const [ax, ay] = gate.from_px;
  const [bx, by] = gate.to_px;
  const [fx, fy] = forwardOf(gate);
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  const reach = 44 * unit;
  const tip = [mx + fx * reach, my + fy * reach] as const;
  const wing = (side: number) =>
    `${tip[0] - (fx * 11 + side * fy * 8) * unit} ${tip[1] - (fy * 11 - side * fx * 8) * unit}`;
  const ends: [string, PointPx][] = [
    ["A", gate.from_px],
    ["B", gate.to_px],
  ];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const out: PointPx = [((bx - ax) / length) * 22 * unit, ((by - ay) / length) * 22 * unit];
  return (
    <g class="gate" pointer-events="none">
      <path class="under" d={`M${ax} ${ay}L${bx} ${by}M${mx} ${my}L${tip[0]} ${tip[1]}`} stroke-width={6 * unit} />
      <path d={`M${ax} ${ay}L${bx} ${by}`} stroke-width={3 * unit} />
      <path d={`M${mx} ${my}L${tip[0]} ${tip[1]}M${wing(1)}L${tip[0]} ${tip[1]}L${wing(-1)}`} stroke-width={3 * unit} />
      {ends.map(([letter, point], index) => (
        <text
          key={letter}
          class="on-picture"
          x={point[0] + (index === 0 ? -1 : 1) * out[0]}
          y={point[1] + (index === 0 ? -1 : 1) * out[1] + 5 * unit}
          font-size={15 * unit}
          stroke-width={4 * unit}
          text-anchor="middle"
        >
          {letter}
        </text>
      ))}
      <text
        class="on-picture"
        x={tip[0] + fx * 14 * unit}
        y={tip[1] + fy * 14 * unit + 5 * unit}
        font-size={14 * unit}
        stroke-width={4 * unit}
        text-anchor={Math.abs(fx) < 0.5 ? "middle" : fx > 0 ? "start" : "end"}
      >
        {gate.name || gate.gate}
      </text>
    </g>
  );
}
