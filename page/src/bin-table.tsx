/** The same numbers as the charts, as a table. */

import { inWords } from "./quality";
import type { Bin } from "./series";
import type { CityClock } from "./time";
import { percent, whole } from "./words";

interface Props {
  bins: Bin[];
  classes: string[];
  clock: CityClock;
}

export function BinTable({ bins, classes, clock }: Props) {
  const speeds = bins.some((bin) => bin.meanKmh !== null);
  const v85s = bins.some((bin) => bin.v85Kmh !== null);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Counts as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Start ({clock.zoneNames((bins[0] as Bin).startMs, (bins.at(-1) as Bin).startMs)})</th>
            {classes.map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
            <th scope="col">all</th>
            <th scope="col">watched</th>
            {speeds && <th scope="col">mean km/h</th>}
            {v85s && <th scope="col">v85 km/h</th>}
            <th scope="col" class="words">
              quality
            </th>
          </tr>
        </thead>
        <tbody>
          {bins.map((bin) => (
            <tr key={bin.startMs} class={bin.total === null ? "unwatched" : ""}>
              <th scope="row">
                <time dateTime={new Date(bin.startMs).toISOString()}>
                  {clock.day(bin.startMs)} {clock.timeInFull(bin.startMs)}
                </time>
              </th>
              {classes.map((name) => (
                <td key={name}>{bin.total === null ? "" : whole(bin.byClass.get(name) ?? 0)}</td>
              ))}
              <td>{bin.total === null ? (bin.leftOut ? "left out" : "not watched") : whole(bin.total)}</td>
              <td>{percent(bin.observedS / bin.durationS)}</td>
              {speeds && <td>{bin.meanKmh?.toFixed(1) ?? ""}</td>}
              {v85s && <td>{bin.v85Kmh?.toFixed(1) ?? ""}</td>}
              <td class="words">{bin.observedS === 0 ? "" : inWords(bin.quality, bin.doubts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
