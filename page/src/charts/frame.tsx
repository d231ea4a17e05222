/** What every chart needs: its width on the page, a scale for time, axes, and the pattern for "not watched". */

import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Bin } from "../series";
import { type CityClock, timeTicks } from "../time";

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  fromMs: number;
  toMs: number;
}

const NARROW_PX = 560;

export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    setWidth(element.clientWidth);
    return () => watch.disconnect();
  }, []);
  return [place, width];
}

/** The frame of a chart over `bins`: room for labels at the right only where there is room. */
export function frameOf(bins: Bin[], width: number, height: number): Frame {
  const first = bins[0] as Bin;
  const last = bins[bins.length - 1] as Bin;
  return {
    width,
    height,
    left: 40,
    right: width < NARROW_PX ? 8 : 96,
    top: 10,
    bottom: 24,
    fromMs: first.startMs,
    toMs: last.startMs + last.durationS * 1000,
  };
}

export function xOf(frame: Frame, ms: number): number {
  return frame.left + ((ms - frame.fromMs) / (frame.toMs - frame.fromMs)) * (frame.width - frame.left - frame.right);
}

/** A scale that puts 0 at the frame's bottom and `max` at its top. */
export function yScale(frame: Frame, max: number): (value: number) => number {
  const high = frame.height - frame.top - frame.bottom;
  return (value) => frame.top + high * (1 - value / max);
}

export function TimeAxis({ frame, clock }: { frame: Frame; clock: CityClock }) {
  const room = Math.max(2, Math.floor((frame.width - frame.left - frame.right) / 64));
  const y = frame.height - frame.bottom;
  return (
    <g aria-hidden="true">
      <line class="base" x1={frame.left} x2={frame.width - frame.right} y1={y + 0.5} y2={y + 0.5} />
      {timeTicks(frame.fromMs, frame.toMs, room, clock).map((ms) => {
        const midnight = clock.time(ms) === "00:00";
        return (
          <g key={ms} transform={`translate(${xOf(frame, ms)},${y})`}>
            <line class="base" y2={4} />
            <text class={midnight ? "strong" : ""} y={17} text-anchor="middle">
              {midnight ? clock.day(ms) : clock.time(ms)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

interface ValueAxisProps {
  frame: Frame;
  ticks: number[];
  y: (value: number) => number;
}

export function ValueAxis({ frame, ticks, y }: ValueAxisProps) {
  return (
    <g aria-hidden="true">
      {ticks.map((value) => (
        <g key={value}>
          {value > 0 && <line class="grid" x1={frame.left} x2={frame.width - frame.right} y1={y(value)} y2={y(value)} />}
          <text x={frame.left - 6} y={y(value) + 4} text-anchor="end">
            {value.toLocaleString("en-GB")}
          </text>
        </g>
      ))}
    </g>
  );
}

/** The pattern for time that nobody watched: never to be taken for an empty street. */
export function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="6" stroke="var(--hatch)" stroke-width="1.5" />
      </pattern>
    </defs>
  );
}

interface PickerProps {
  frame: Frame;
  bins: Bin[];
  picked: number | null;
  pick: (index: number | null) => void;
  name: string;
  children: ComponentChildren;
}

/** A drawing whose bins can be picked with the pointer or with the arrow keys. */
export function BinPicker({ frame, bins, picked, pick, name, children }: PickerProps) {
  const bin = picked === null ? undefined : bins[picked];
  const find = (move: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const x = move.clientX - move.currentTarget.getBoundingClientRect().left;
    const index = bins.findIndex((one) => x < xOf(frame, one.startMs + one.durationS * 1000));
    pick(x < frame.left || index < 0 ? null : index);
  };
  const step = (key: KeyboardEvent) => {
    const last = bins.length - 1;
    const to: Record<string, number | null> = {
      ArrowLeft: Math.max(0, (picked ?? last + 1) - 1),
      ArrowRight: Math.min(last, (picked ?? -1) + 1),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (!(key.key in to)) return;
    key.preventDefault();
    pick(to[key.key] as number | null);
  };
  return (
    <svg
      class="chart"
      width={frame.width}
      height={frame.height}
      role="img"
      aria-label={`${name}. Left and right arrow keys read it bin by bin; the table below has every number.`}
      tabindex={0}
      onPointerMove={find}
      onPointerLeave={() => pick(null)}
      onKeyDown={step}
    >
      {children}
      {bin && (
        <rect
          class="here"
          x={xOf(frame, bin.startMs)}
          width={xOf(frame, bin.startMs + bin.durationS * 1000) - xOf(frame, bin.startMs)}
          y={frame.top}
          height={frame.height - frame.top - frame.bottom}
        />
      )}
    </svg>
  );
}
