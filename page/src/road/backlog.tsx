/** The first thing on the road's page: how much is known and not mended, and for how long. */

import { useEffect, useState } from "preact/hooks";
import type { CityClock } from "../time";
import { plural, whole } from "../words";
import type { Backlog } from "./api";
import { bucketWord, daysSince, kindWord, span, stateWord } from "./words";

interface Props {
  backlog: Backlog;
  clock: CityClock;
  open: (defect: string) => void;
}

export function BacklogStrip({ backlog, clock, open }: Props) {
  const now = useMinute();
  const since = backlog.known_since;
  const most = Math.max(1, ...backlog.known_for.map((bucket) => bucket.count));
  if (backlog.count === 0 || since === null) {
    return (
      <section class="backlog" aria-label="Backlog">
        <p class="backlog-none">Nothing that is known is waiting to be mended.</p>
      </section>
    );
  }
  return (
    <section class="backlog" aria-label="Backlog">
      <div class="backlog-big">
        <span class="big">{whole(backlog.count)}</span>
        <span>known and not mended</span>
      </div>
      <div class="backlog-big clock">
        <span class="big">{span(daysSince(since, now) ?? 0)}</span>
        <span>
          the authority has known of the oldest, since {clock.dayAndTime(Date.parse(since))}
          {backlog.oldest && (
            <>
              {" "}
              <button type="button" class="link" onClick={() => backlog.oldest && open(backlog.oldest.defect)}>
                {kindWord(backlog.oldest.kind)}
                {backlog.oldest.street ? `, ${backlog.oldest.street}` : ""}
              </button>
            </>
          )}
        </span>
      </div>
      <ol class="buckets" aria-label="Known for how long">
        {backlog.known_for.map((bucket) => (
          <li key={bucket.from_days}>
            <span class="bucket-word">{bucketWord(bucket.from_days, bucket.to_days)}</span>
            <span class="bar" aria-hidden="true">
              <span style={{ width: `${(100 * bucket.count) / most}%` }} />
            </span>
            <span class="bucket-count">{whole(bucket.count)}</span>
          </li>
        ))}
      </ol>
      <p class="backlog-states">
        {Object.entries(backlog.by_state)
          .sort((a, b) => b[1] - a[1])
          .map(([state, count]) => `${whole(count)} ${stateWord(state)}`)
          .join(" · ")}
        <span class="unseen">, {plural(Object.keys(backlog.by_kind).length, "kind")}</span>
      </p>
    </section>
  );
}

/** The time now, anew each half minute: the clock runs while one looks. */
function useMinute(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
