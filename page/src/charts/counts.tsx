/** Counts over time, stacked by class, with how much of each bin was watched below. */

import { inWords } from "../quality";
import { type Bin, niceTicks } from "../series";
import type { CityClock } from "../time";
import { classColour, percent, whole } from "../words";
import { BinPicker, type Frame, frameOf, Hatch, TimeAxis, useWidth, ValueAxis, xOf, yScale } from "./frame";

interface Props {
  bins: Bin[];
  classes: string[];
  clock: CityClock;
  picked: number | null;
  pick: (index: number | null) => void;
}

const HEIGHT_PX = 260;
const STRIP_PX = 9;
const MARKS_PX = 18;
const LABEL_PX = 15;
const WIDEST_BAR_PX = 56;

export function CountsChart({ bins, classes, clock, picked, pick }: Props) {
  const [place, width] = useWidth();
  const most = Math.max(1, ...bins.map((bin) => bin.total ?? 0));
  const ticks = niceTicks(most);
  const marked = bins.some((bin) => bin.quality === "usable" || bin.quality === "doubtful");
  const marks = marked ? MARKS_PX : 0;
  const frame = { ...frameOf(bins, width, HEIGHT_PX + marks), bottom: 24 + STRIP_PX + 6 + marks };
  const y = yScale(frame, ticks[ticks.length - 1] as number);
  return (
    <div ref={place}>
      {width > 0 && (
        <BinPicker frame={frame} bins={bins} picked={picked} pick={pick} name="Counts over time, stacked by class">
          <Hatch id="hatch-counts" />
          <ValueAxis frame={frame} ticks={ticks} y={y} />
          {bins.map((bin) => (
            <Unwatched key={bin.startMs} bin={bin} frame={frame} />
          ))}
          {bins.map((bin) => (
            <LeftOut key={bin.startMs} bin={bin} frame={frame} />
          ))}
          {bins.map((bin) => (
            <Stack key={bin.startMs} bin={bin} classes={classes} frame={frame} y={y} />
          ))}
          <TimeAxis frame={{ ...frame, bottom: 24 }} clock={clock} />
          <WatchedStrip bins={bins} frame={frame} />
          {marked && <QualityMarks bins={bins} frame={frame} />}
          {frame.right > 20 && <EndLabels bins={bins} classes={classes} frame={frame} y={y} />}
        </BinPicker>
      )}
    </div>
  );
}

interface BinProps {
  bin: Bin;
  frame: Frame;
}

function spanOf(bin: Bin, frame: Frame): { x: number; width: number } {
  const x = xOf(frame, bin.startMs);
  const full = xOf(frame, bin.startMs + bin.durationS * 1000) - x;
  const width = Math.min(WIDEST_BAR_PX, Math.max(1, full - Math.min(2, full * 0.15)));
  return { x: x + (full - width) / 2, width };
}

function Unwatched({ bin, frame }: BinProps) {
  const missed = 1 - bin.observedS / bin.durationS;
  if (missed < 0.005) return null;
  const x = xOf(frame, bin.startMs);
  return (
    <rect
      x={x}
      width={xOf(frame, bin.startMs + bin.durationS * 1000) - x}
      y={frame.top}
      height={frame.height - frame.top - frame.bottom}
      fill="url(#hatch-counts)"
      opacity={bin.observedS === 0 ? 0.9 : 0.18 + 0.45 * missed}
    />
  );
}

/** A bin that was counted and is not shown for its quality: unlike one that nobody watched. */
function LeftOut({ bin, frame }: BinProps) {
  if (!bin.leftOut) return null;
  const height = frame.height - frame.top - frame.bottom;
  return <rect {...spanOf(bin, frame)} y={frame.top} height={height} fill="var(--sunken)" stroke="var(--strong-line)" stroke-dasharray="2 4" />;
}

interface StackProps extends BinProps {
  classes: string[];
  y: (value: number) => number;
}

function Stack({ bin, classes, frame, y }: StackProps) {
  if (bin.total === null) return null;
  const span = spanOf(bin, frame);
  if (bin.total === 0) return <rect {...span} y={y(0) - 2} height={2} fill="var(--strong-line)" />;
  let below = 0;
  return (
    <g>
      {classes.map((name) => {
        const count = bin.byClass.get(name) ?? 0;
        const bottom = y(below);
        below += count;
        const height = Math.max(0, bottom - y(below) - (bottom - y(below) > 3 ? 0.75 : 0));
        return count > 0 && <rect key={name} {...span} y={y(below)} height={height} fill={classColour(name, classes)} />;
      })}
    </g>
  );
}

function WatchedStrip({ bins, frame }: { bins: Bin[]; frame: Frame }) {
  const top = frame.height - frame.bottom + 4;
  return (
    <g>
      {bins.map((bin) => {
        const x = xOf(frame, bin.startMs);
        const width = xOf(frame, bin.startMs + bin.durationS * 1000) - x;
        const share = bin.observedS / bin.durationS;
        return (
          <g key={bin.startMs}>
            {share < 0.995 && <rect x={x} y={top} width={width} height={STRIP_PX} fill="url(#hatch-counts)" />}
            <rect x={x} y={top} width={width * share} height={STRIP_PX} fill="var(--muted)" opacity={0.55} />
          </g>
        );
      })}
      {frame.right > 20 && (
        <text x={frame.width - frame.right + 8} y={top + STRIP_PX}>
          watched
        </text>
      )}
    </g>
  );
}

/** A diamond below a doubtful bin, a ring below one to be used with a doubt in mind. */
function QualityMarks({ bins, frame }: { bins: Bin[]; frame: Frame }) {
  const y = frame.height - frame.bottom + STRIP_PX + 6 + MARKS_PX / 2;
  return (
    <g>
      {bins.map((bin) => {
        const x = xOf(frame, bin.startMs + bin.durationS * 500);
        if (bin.quality === "doubtful") return <path key={bin.startMs} d={`M${x} ${y - 5}l5 5l-5 5l-5 -5Z`} fill="var(--unwell)" />;
        if (bin.quality === "usable") return <circle key={bin.startMs} cx={x} cy={y} r={3.25} fill="none" stroke="var(--muted)" stroke-width={1.5} />;
        return null;
      })}
      {frame.right > 20 && (
        <text x={frame.width - frame.right + 8} y={y + 4}>
          quality
        </text>
      )}
    </g>
  );
}

/** Names beside the last bar, moved apart where they would lie on each other. */
function EndLabels({ bins, classes, frame, y }: Omit<StackProps, "bin"> & { bins: Bin[] }) {
  const last = [...bins].reverse().find((bin) => (bin.total ?? 0) > 0);
  if (!last) return null;
  let below = 0;
  const wanted = classes
    .filter((name) => (last.byClass.get(name) ?? 0) > 0)
    .map((name) => {
      const count = last.byClass.get(name) as number;
      below += count;
      return { name, at: y(below - count / 2) };
    });
  let lowest = frame.height - frame.bottom;
  for (const label of wanted) {
    label.at = Math.min(label.at, lowest);
    lowest = label.at - LABEL_PX;
  }
  const x = frame.width - frame.right + 8;
  return (
    <g aria-hidden="true">
      {wanted.map((label) => (
        <g key={label.name}>
          <circle cx={x + 3} cy={label.at} r={4} fill={classColour(label.name, classes)} />
          <text x={x + 11} y={label.at + 4}>
            {label.name}
          </text>
        </g>
      ))}
    </g>
  );
}

export function binInWords(bin: Bin, classes: string[], clock: CityClock): string {
  const time = `${clock.day(bin.startMs)} ${clock.timeInFull(bin.startMs)}–${clock.timeInFull(bin.startMs + bin.durationS * 1000)}`;
  if (bin.leftOut) return `${time}: left out, ${inWords(bin.quality, bin.doubts)}`;
  if (bin.total === null) return `${time}: not watched, so nothing is known`;
  const parts = classes.filter((name) => bin.byClass.get(name)).map((name) => `${name} ${whole(bin.byClass.get(name) ?? 0)}`);
  const split = parts.length > 0 ? ` (${parts.join(", ")})` : "";
  const share = bin.observedS / bin.durationS;
  return `${time}: ${whole(bin.total)}${split} · ${percent(share)} watched · ${inWords(bin.quality, bin.doubts)}`;
}
