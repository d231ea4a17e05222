/** How often what was seen was there, as persons judged it. */

import { Again } from "../again";
import { whole } from "../words";
import { getPrecision } from "./api";
import { useFresh } from "./fresh";
import { kindWord, OUTCOMES } from "./words";

export function PrecisionView({ fetched }: { fetched: number }) {
  const { got: rows, wrong } = useFresh(getPrecision, fetched);
  if (rows === undefined) return <Again wrong={wrong} />;
  if (rows.length === 0) {
    return (
      <div class="empty">
        <h2>Nobody has judged anything yet</h2>
        <p>Once persons have, this says how often what was seen was there, by kind and by what saw it.</p>
      </div>
    );
  }
  return (
    <div class="panel">
      <Again wrong={wrong} />
      <section class="card" aria-label="Precision">
        <div class="card-head">
          <h3>How often it was there</h3>
          <p>share of what persons confirmed of what they judged; the bar is where it lies in 95 of 100 cases</p>
        </div>
        <div class="scroll" role="region" aria-label="Precision as a table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>seen as</th>
                <th class="words">source</th>
                <th>judged</th>
                <th>confirmed</th>
                <th class="words">95 % interval</th>
                {OUTCOMES.map(({ outcome, label }) => (
                  <th key={outcome}>{label.toLowerCase()}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.kind} ${row.source}`}>
                  <td>{row.kind === "not told" ? "not told" : kindWord(row.kind)}</td>
                  <td class="words">{row.source}</td>
                  <td>{whole(row.judged)}</td>
                  <td>{(100 * row.precision).toFixed(0)} %</td>
                  <td class="words">
                    <svg class="interval" viewBox="0 0 100 10" aria-hidden="true">
                      <line x1="0" x2="100" y1="5" y2="5" class="grid" />
                      <line x1={100 * row.low} x2={100 * row.high} y1="5" y2="5" class="range" />
                      <circle cx={100 * row.precision} cy="5" r="3" />
                    </svg>{" "}
                    {(100 * row.low).toFixed(0)} to {(100 * row.high).toFixed(0)} %
                  </td>
                  {OUTCOMES.map(({ outcome }) => (
                    <td key={outcome}>{row.verdicts[outcome] ?? 0}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}
