/** How right the counts are: what was counted twice in the period, day by day. */

import { useEffect, useState } from "preact/hooks";
import { type Camera, type Check, getChecks } from "./api";
import type { CityClock } from "./time";
import { gateName, whole } from "./words";

const DAY_MS = 86_400_000;
const CHECKERS: Record<string, string> = {
  every_frame: "by the program, looking at every frame",
  manual: "by somebody, at silhouettes",
};

interface Props {
  camera: Camera;
  clock: CityClock;
  since: string | null;
  until: string | null;
  fetched: number;
}

export function Checks({ camera, clock, since, until, fetched }: Props) {
  const [checks, setChecks] = useState<Check[]>([]);
  useEffect(() => {
    if (since === null || until === null) return undefined;
    let stale = false;
    // A day that began before the period reaches into it.
    const from = new Date(Date.parse(since) - DAY_MS).toISOString();
    getChecks({ camera: camera.camera, since: from, until }).then(
      (found) => !stale && setChecks(found),
      () => !stale && setChecks([]),
    );
    return () => {
      stale = true;
    };
  }, [camera.camera, since, until, fetched]);
  if (checks.length === 0) return null;
  const sums = checks.filter((one) => one.gate === null);
  return (
    <section class="card" aria-labelledby="checks-title">
      <div class="card-head">
        <h3 id="checks-title">How right these counts are</h3>
        <p>moments counted twice</p>
      </div>
      {sums.map((one) => (
        <p key={`${one.start} ${one.checker}`}>
          <b>{errorInWords(one)}</b> on {clock.day(Date.parse(one.start))}: {whole(one.checked_s)} s were counted again{" "}
          {CHECKERS[one.checker] ?? one.checker}. {whole(one.agreed)} agreed, {whole(one.missed)} missed, {whole(one.extra)} too
          many.
        </p>
      ))}
      <details>
        <summary>By gate and class</summary>
        <CheckTable camera={camera} clock={clock} checks={checks.filter((one) => one.gate !== null)} />
      </details>
      <p class="note">
        Errors are of the count, with their 95 % interval. Every frame finds what sparing looks lose, not what the program
        never sees; only a count by somebody finds that.
      </p>
    </section>
  );
}

function CheckTable({ camera, clock, checks }: { camera: Camera; clock: CityClock; checks: Check[] }) {
  const nameOf = (id: string | null) => {
    const gate = camera.gates.find((one) => one.gate === id);
    return gate ? gateName(gate) : id;
  };
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Checks by gate and class">
      <table>
        <thead>
          <tr>
            {["Day", "Counted again", "Gate", "Class", "Agreed", "Missed", "Too many", "Error"].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {checks.map((one) => (
            <tr key={`${one.start} ${one.checker} ${one.gate} ${one.direction} ${one.vehicle_class}`}>
              <th scope="row">{clock.day(Date.parse(one.start))}</th>
              <td>{one.checker === "manual" ? "by somebody" : "every frame"}</td>
              <td>
                {nameOf(one.gate)}, {one.direction}
              </td>
              <td>{one.vehicle_class}</td>
              <td>{whole(one.agreed)}</td>
              <td>{whole(one.missed)}</td>
              <td>{whole(one.extra)}</td>
              <td>{errorInWords(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** "−2.0 % (−4.1 to +0.3)", or that there is nothing to say. */
export function errorInWords(check: Check): string {
  const { error_percent, error_low_percent, error_high_percent } = check;
  if (error_percent === null || error_low_percent === null || error_high_percent === null) return "nobody passed";
  return `${signed(error_percent)} % (${signed(error_low_percent)} to ${signed(error_high_percent)})`;
}

function signed(value: number): string {
  const shown = Math.abs(value).toFixed(1);
  return value > 0 ? `+${shown}` : value < 0 ? `−${shown}` : shown;
}
