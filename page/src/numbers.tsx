/** The four numbers that are read first. */

import { type Bin, meanSpeed, peakHour, qualityShares, totalOf, watchedShare } from "./series";
import type { CityClock } from "./time";
import { percent, plural, whole } from "./words";

interface Props {
  bins: Bin[];
  clock: CityClock;
  calibrated: boolean;
}

export function Numbers({ bins, clock, calibrated }: Props) {
  const first = bins[0] as Bin;
  const last = bins[bins.length - 1] as Bin;
  const endMs = last.startMs + last.durationS * 1000;
  const peak = peakHour(bins);
  const speed = meanSpeed(bins);
  const share = watchedShare(bins);
  return (
    <dl class="numbers">
      <div>
        <dt>Counted</dt>
        <dd>
          <span class="big">{whole(totalOf(bins))}</span>
          <div class="small">{spanInWords(first.startMs, endMs, clock)}</div>
        </dd>
      </div>
      <div>
        <dt>Peak hour</dt>
        <dd>
          <span class="big">{peak ? whole(peak.count) : "–"}</span>
          <div class="small">
            {peak
              ? `${clock.timeInFull(peak.startMs)}–${clock.timeInFull(peak.startMs + 3_600_000)}${peak.phf === null ? "" : ` · PHF ${peak.phf.toFixed(2)}`}`
              : "no hour fully watched"}
          </div>
        </dd>
      </div>
      <div>
        <dt>Mean speed</dt>
        <dd>
          <span class="big">
            {speed === null ? "–" : speed.toFixed(0)} {speed !== null && <span class="unit">km/h</span>}
          </span>
          <div class="small">{speed === null ? (calibrated ? "no speeds here" : "not calibrated") : "weighted by count"}</div>
        </dd>
      </div>
      <div>
        <dt>Watched</dt>
        <dd>
          <span class="big">{percent(share)}</span>
          <div class="small">{share < 0.995 ? "counts are not scaled up" : "no gaps"}</div>
        </dd>
      </div>
      <QualityNumber bins={bins} />
    </dl>
  );
}

function QualityNumber({ bins }: { bins: Bin[] }) {
  const shares = qualityShares(bins);
  const others = (["usable", "doubtful"] as const).filter((quality) => shares.has(quality));
  const unjudged = shares.get("unjudged") ?? 0;
  const leftOut = bins.filter((bin) => bin.leftOut).length;
  const parts = others.map((quality) => `${percent(shares.get(quality) as number)} ${quality}`);
  if (unjudged > 0) parts.push(unjudged === 1 ? "not judged yet" : `${percent(unjudged)} not judged yet`);
  if (leftOut > 0) parts.push(`${plural(leftOut, "interval")} left out`);
  return (
    <div>
      <dt>Quality</dt>
      <dd>
        <span class="big">
          {unjudged === 1 ? "–" : percent(shares.get("good") ?? 0)} {unjudged !== 1 && <span class="unit">good</span>}
        </span>
        <div class="small">{parts.join(", ") || "no check objects"}</div>
      </dd>
    </div>
  );
}

function spanInWords(fromMs: number, toMs: number, clock: CityClock): string {
  const days = clock.day(fromMs) === clock.day(toMs);
  const end = days ? clock.timeInFull(toMs) : `${clock.day(toMs)} ${clock.timeInFull(toMs)}`;
  return `${clock.day(fromMs)} ${clock.timeInFull(fromMs)}–${end}`;
}
