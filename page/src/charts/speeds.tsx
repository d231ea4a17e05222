/** Mean speed and v85 over time. A bin without speeds is a gap in the line. */

import { type Bin, niceTicks } from "../series";
import type { CityClock } from "../time";
import { BinPicker, type Frame, frameOf, TimeAxis, useWidth, ValueAxis, xOf, yScale } from "./frame";

interface Props {
  bins: Bin[];
  clock: CityClock;
  picked: number | null;
  pick: (index: number | null) => void;
}

const HEIGHT_PX = 190;

export function SpeedsChart({ bins, clock, picked, pick }: Props) {
  const [place, width] = useWidth();
  const most = Math.max(10, ...bins.flatMap((bin) => [bin.meanKmh ?? 0, bin.v85Kmh ?? 0]));
  const ticks = niceTicks(most);
  const frame = frameOf(bins, width, HEIGHT_PX);
  const y = yScale(frame, ticks[ticks.length - 1] as number);
  return (
    <div ref={place}>
      {width > 0 && (
        <BinPicker frame={frame} bins={bins} picked={picked} pick={pick} name="Speeds over time in km/h">
          <ValueAxis frame={frame} ticks={ticks} y={y} />
          <SpeedLine bins={bins} frame={frame} y={y} of={(bin) => bin.v85Kmh} name="v85" colour="var(--class-truck)" dashed />
          <SpeedLine bins={bins} frame={frame} y={y} of={(bin) => bin.meanKmh} name="mean" colour="var(--class-car)" />
          <TimeAxis frame={frame} clock={clock} />
        </BinPicker>
      )}
    </div>
  );
}

interface LineProps {
  bins: Bin[];
  frame: Frame;
  y: (value: number) => number;
  of: (bin: Bin) => number | null;
  name: string;
  colour: string;
  dashed?: boolean;
}

function SpeedLine({ bins, frame, y, of, name, colour, dashed = false }: LineProps) {
  const runs: string[] = [];
  const lone: { x: number; y: number }[] = [];
  let run: { x: number; y: number }[] = [];
  const close = () => {
    if (run.length > 1) runs.push(run.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" "));
    else lone.push(...run);
    run = [];
  };
  for (const bin of bins) {
    const value = of(bin);
    if (value === null) close();
    else run.push({ x: xOf(frame, bin.startMs + bin.durationS * 500), y: y(value) });
  }
  close();
  const last = [...bins].reverse().find((bin) => of(bin) !== null);
  return (
    <g>
      {runs.map((points) => (
        <polyline
          key={points}
          points={points}
          fill="none"
          stroke={colour}
          stroke-width={2}
          stroke-linejoin="round"
          stroke-dasharray={dashed ? "6 4" : undefined}
        />
      ))}
      {lone.map((point) => (
        <circle key={point.x} cx={point.x} cy={point.y} r={3} fill={colour} />
      ))}
      {last && frame.right > 20 && (
        <text class="strong" x={frame.width - frame.right + 8} y={y(of(last) as number) + 4} aria-hidden="true">
          {name} {Math.round(of(last) as number)}
        </text>
      )}
    </g>
  );
}
