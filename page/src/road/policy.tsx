/** By which rules damage is acted on, and what is due by them: the most overdue first. */

import { Again } from "../again";
import type { CityClock } from "../time";
import { plural, whole } from "../words";
import { getPolicy, type Level, type Policy, type Waiting } from "./api";
import { useFresh } from "./fresh";
import { isOverdue, kindWord, stateWord } from "./words";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const SHOWN = 200;

interface Props {
  clock: CityClock;
  fetched: number;
  open: (defect: string) => void;
}

export function PolicyView({ clock, fetched, open }: Props) {
  const { got: policy, wrong } = useFresh(getPolicy, fetched);
  if (policy === undefined) return <Again wrong={wrong} />;
  if (policy === null) {
    return (
      <div class="empty">
        <h2>No policy is shown</h2>
        <p>
          Write one down with <code>waywarden ledger backlog --policy policy.toml … --for-page FOLDER/policy.json</code>, and serve the folder
          with <code>--shown FOLDER</code>.
        </p>
      </div>
    );
  }
  const overdue = policy.waiting.filter((one) => isOverdue(one, Date.now()));
  return (
    <div class="panel">
      <Again wrong={wrong} />
      <Rules policy={policy} overdue={overdue} clock={clock} />
      <Due policy={policy} overdue={overdue.length} clock={clock} open={open} />
    </div>
  );
}

function Rules({ policy, overdue, clock }: { policy: Policy; overdue: Waiting[]; clock: CityClock }) {
  const days = policy.working.weekdays.map((day) => DAYS[day]).join(" ");
  const others = Object.entries(policy.others).map(([level, count]) => `${whole(count)} ${level}`);
  return (
    <section class="card" aria-label="The rules">
      <div class="card-head">
        <h3>Policy {policy.version}</h3>
        <p>
          risk is the weight of the street × of the severity × of the traffic; the first level that it reaches counts. As of{" "}
          {clock.dayAndTime(Date.parse(policy.at))}
        </p>
      </div>
      <div class="scroll" role="region" aria-label="Levels as a table" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th class="words">level</th>
              <th>risk from</th>
              <th class="words">and</th>
              <th class="words">answered within</th>
              <th>waiting</th>
              <th>overdue now</th>
            </tr>
          </thead>
          <tbody>
            {policy.levels.map((level) => (
              <tr key={level.name}>
                <td class="words">
                  <b>{level.name}</b>
                </td>
                <td>{level.least_risk}</td>
                <td class="words">{asks(level)}</td>
                <td class="words">
                  {level.hours} {level.clock === "working" ? "working hours" : "hours, day and night"}
                </td>
                <td>{whole(level.waiting)}</td>
                <td>{whole(overdue.filter((one) => one.level === level.name).length)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {others.length > 0 && <p class="note">Without a level: {others.join(" · ")}.</p>}
      <dl class="rule-weights">
        <Weights name="Street" weights={Object.entries(policy.hierarchy)} />
        <Weights name="Severity" weights={Object.entries(policy.severity)} />
        <Weights name="Vehicles a day" weights={policy.traffic.map((one) => [`from ${whole(one.vehicles_per_day)}`, one.weight])} />
        <dt>Working hours</dt>
        <dd>
          {days}, {policy.working.opens} to {policy.working.closes} ({policy.working.time_zone}), {plural(policy.working.holidays.length, "holiday")}{" "}
          in the list
        </dd>
        <dt>Verified</dt>
        <dd>by {plural(policy.sound_passes, "later pass", "later passes")} that see the place sound</dd>
      </dl>
    </section>
  );
}

function Weights({ name, weights }: { name: string; weights: [string, number][] }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{weights.map(([word, weight]) => `${word} ×${weight}`).join(" · ") || "no weight"}</dd>
    </>
  );
}

function asks(level: Level): string {
  const parts = [
    level.depth_mm > 0 ? `${level.depth_mm} mm deep` : "",
    level.width_mm > 0 ? `${level.width_mm} mm wide` : "",
    level.kinds.length > 0 ? level.kinds.map(kindWord).join(" or ") : "",
  ];
  return parts.filter(Boolean).join(", ") || "any";
}

function Due({ policy, overdue, clock, open }: { policy: Policy; overdue: number; clock: CityClock; open: (defect: string) => void }) {
  const shown = policy.waiting.filter((one) => one.due !== null && one.answered === null).slice(0, SHOWN);
  return (
    <section class="card" aria-label="What is due">
      <div class="card-head">
        <h3>{overdue === 0 ? "Nothing is overdue" : `${whole(overdue)} overdue`}</h3>
        <p>
          what waits for its first answer, the most overdue first
          {policy.more > 0 ? `; ${whole(policy.more)} more are not in the list` : ""}
        </p>
      </div>
      <div class="scroll" role="region" aria-label="What is due, as a table" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th class="words">defect</th>
              <th class="words">level</th>
              <th class="words">state</th>
              <th class="words">known since</th>
              <th class="words">due</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.defect} class={isOverdue(one, Date.now()) ? "overdue" : ""}>
                <td class="words">
                  <button type="button" class="link" onClick={() => open(one.defect)}>
                    {one.defect}
                  </button>
                </td>
                <td class="words">
                  {one.level}
                  {one.needs_measuring ? ", needs measuring" : ""}
                </td>
                <td class="words">{stateWord(one.state)}</td>
                <td class="words">{clock.dayAndTime(Date.parse(one.known_since))}</td>
                <td class="words">
                  {isOverdue(one, Date.now()) ? "overdue since " : ""}
                  {one.due && clock.dayAndTime(Date.parse(one.due))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
