/** The programme under a budget: a slider, what the money buys, and what is done to which street and why. */

import { useMemo, useState } from "preact/hooks";
import { Again } from "../again";
import { whole } from "../words";
import { getProgramme, type Programme, type WayOfSpending } from "./api";
import { useFresh } from "./fresh";
import type { RoadView, SetView } from "./state";

interface Props {
  fetched: number;
  view: RoadView;
  setView: SetView;
}

export function ProgrammeView({ fetched, view, setView }: Props) {
  const { got: programme, wrong } = useFresh(getProgramme, fetched);
  if (programme === undefined) return <Again wrong={wrong} />;
  const budgets = programme?.budgets ?? [];
  const told = budgets.findIndex((one) => String(one.budget) === view.budget);
  const at = told === -1 ? Math.floor(budgets.length / 2) : told;
  const chosen = programme?.budgets[at];
  if (!programme || !chosen) {
    return (
      <div class="empty">
        <h2>No programme is shown</h2>
        <p>
          Make one with <code>waywarden programme … --for-page FOLDER/programme.json</code>, and serve the folder with{" "}
          <code>--shown FOLDER</code>.
        </p>
      </div>
    );
  }
  const ours = chosen.ways[0];
  return (
    <div class="panel programme">
      <Again wrong={wrong} />
      <label class="budget">
        <span>Money of a year</span>
        <input
          type="range"
          min={0}
          max={programme.budgets.length - 1}
          step={1}
          value={at}
          aria-valuetext={whole(chosen.budget)}
          onInput={(event) => setView({ ...view, budget: String(budgets[Number(event.currentTarget.value)]?.budget ?? "") }, true)}
        />
        <output class="big">{whole(chosen.budget)}</output>
      </label>
      {chosen.gap !== undefined && (
        <p class="note" aria-live="polite">
          {chosen.stopped ? "The time was up: the" : "The"} most that this money could bring is at most {(100 * chosen.gap).toFixed(2)} % more
          than this programme brings.
        </p>
      )}
      <dl class="numbers">
        <div>
          <dt>
            Mean condition {programme.first_year === 1 ? `in ${programme.years} years` : `at the end of ${programme.first_year + programme.years - 1}`}
          </dt>
          <dd class="big">{(ours?.condition.at(-1) ?? 0).toFixed(1)}</dd>
          <dd class="small">today {(ours?.condition[0] ?? 0).toFixed(1)} (visual PCI)</dd>
        </div>
        <div>
          <dt>Spent in all</dt>
          <dd class="big">{whole(ours?.cost ?? 0)}</dd>
        </div>
        <div>
          <dt>Poor at the end</dt>
          <dd class="big">{(100 * (ours?.poor_share ?? 0)).toFixed(1)} %</dd>
          <dd class="small">of all area</dd>
        </div>
        <div>
          <dt>Sections treated</dt>
          <dd class="big">{whole(chosen.choices.filter((choice) => choice.year !== null).length)}</dd>
          <dd class="small">of {whole(programme.sections.length)}</dd>
        </div>
      </dl>
      <div class="pair">
        <section class="card" aria-label="Year by year">
          <div class="card-head">
            <h3>Year by year, with this money</h3>
            <p>mean visual PCI by area</p>
          </div>
          <Curve
            label="Mean condition at each year's end"
            lines={chosen.ways.map((way) => ({ name: way.name, values: way.condition }))}
            ticks={[...Array(programme.years + 1).keys()].map((year) => (year === 0 ? "today" : String(programme.first_year + year - 1)))}
            mark={null}
          />
        </section>
        <section class="card" aria-label="What money buys">
          <div class="card-head">
            <h3>What money buys</h3>
            <p>mean visual PCI at the end, by the money of a year</p>
          </div>
          <Curve
            label="Mean condition at the end, for each budget"
            lines={names(programme).map((name) => ({ name, values: programme.budgets.map((one) => ends(one.ways, name)) }))}
            ticks={programme.budgets.map((one) => short(one.budget))}
            mark={at}
          />
        </section>
      </div>
      <Streets programme={programme} at={at} />
    </div>
  );
}

function names(programme: Programme): string[] {
  return (programme.budgets[0]?.ways ?? []).map((way) => way.name);
}

function ends(ways: WayOfSpending[], name: string): number {
  return ways.find((way) => way.name === name)?.condition.at(-1) ?? Number.NaN;
}

function short(money: number): string {
  return money >= 1e6 ? `${(money / 1e6).toFixed(1)}m` : money >= 1e4 ? `${Math.round(money / 1e3)}k` : whole(money);
}

const DASHES = ["", "6 3", "2 3", "1 5"];

interface CurveProps {
  label: string;
  lines: { name: string; values: number[] }[];
  ticks: string[];
  mark: number | null;
}

function Curve({ label, lines, ticks, mark }: CurveProps) {
  const [wide, high, edge] = [440, 240, 34];
  const all = lines.flatMap((line) => line.values).filter(Number.isFinite);
  const low = 5 * Math.floor(Math.min(...all) / 5);
  const top = 5 * Math.ceil((Math.max(...all) + 0.01) / 5);
  const x = (n: number) => edge + (n / Math.max(1, ticks.length - 1)) * (wide - 2 * edge);
  const y = (value: number) => high - 24 - ((value - low) / (top - low)) * (high - 40);
  const grid = [...Array(Math.round((top - low) / 5) + 1).keys()].map((n) => low + 5 * n).filter((_, n, each) => each.length < 9 || n % 2 === 0);
  const said = lines.map((line) => `${line.name}: ${line.values.map((value) => value.toFixed(1)).join(", ")}`).join("; ");
  return (
    <>
      <svg class="chart" viewBox={`0 0 ${wide} ${high}`} role="img" aria-label={`${label}. ${said}`}>
        {grid.map((value) => (
          <g key={value}>
            <line class="grid" x1={edge} x2={wide - edge} y1={y(value)} y2={y(value)} />
            <text x={edge - 6} y={y(value) + 4} text-anchor="end">
              {value}
            </text>
          </g>
        ))}
        {ticks.map((tick, n) => (
          <text key={tick} x={x(n)} y={high - 6} text-anchor="middle">
            {ticks.length > 7 && n % 2 === 1 ? "" : tick}
          </text>
        ))}
        {mark !== null && <line class="base" x1={x(mark)} x2={x(mark)} y1={16} y2={high - 24} />}
        {lines.map((line, n) => (
          <path
            key={line.name}
            d={`M${line.values.map((value, k) => `${x(k).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}`}
            fill="none"
            stroke={`var(--way-${n})`}
            stroke-width={n === 0 ? 3 : 2}
            stroke-dasharray={DASHES[n] ?? ""}
          />
        ))}
      </svg>
      <ul class="legend">
        {lines.map((line, n) => (
          <li key={line.name}>
            <svg width="26" height="8" aria-hidden="true">
              <line x1="0" x2="26" y1="4" y2="4" stroke={`var(--way-${n})`} stroke-width={n === 0 ? 3 : 2} stroke-dasharray={DASHES[n] ?? ""} />
            </svg>
            {line.name}
          </li>
        ))}
      </ul>
    </>
  );
}

const MOST_ROWS = 300;

function Streets({ programme, at }: { programme: Programme; at: number }) {
  const [all, setAll] = useState(false);
  const chosen = programme.budgets[at];
  const sections = useMemo(() => new Map(programme.sections.map((one) => [one.section, one])), [programme]);
  const before = useMemo(
    () => new Map((programme.budgets[at - 1]?.choices ?? []).map((one) => [one.section, one.treatment])),
    [programme, at],
  );
  const rows = (chosen?.choices ?? [])
    .filter((choice) => all || choice.year !== null)
    .sort((a, b) => (a.year ?? 99) - (b.year ?? 99) || b.cost - a.cost);
  return (
    <section class="card" aria-label="Street by street">
      <div class="card-head">
        <h3>Street by street</h3>
        <p>
          <label>
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> also what is left as it is
          </label>
        </p>
      </div>
      <div class="scroll" role="region" aria-label="Street by street, as a table" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th>street</th>
              <th class="words">section</th>
              <th class="words">ward</th>
              <th>today</th>
              <th class="words">year</th>
              <th class="words">what is done</th>
              <th>cost</th>
              <th>at the end</th>
              <th class="words">why</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((choice) => {
              const section = sections.get(choice.section);
              const changed = at > 0 && (before.get(choice.section) ?? "") !== choice.treatment;
              return (
                <tr key={choice.section}>
                  <td>{section?.street}</td>
                  <td class="words">{choice.section}</td>
                  <td class="words">{section?.ward}</td>
                  <td>{section?.condition.toFixed(0)}</td>
                  <td class="words">{choice.year ?? "–"}</td>
                  <td class="words">
                    {choice.treatment || "nothing"}
                    {changed && <span class="changed" title="not so with the next smaller budget"> ●</span>}
                  </td>
                  <td>{choice.cost > 0 ? whole(choice.cost) : ""}</td>
                  <td>{choice.condition_end.toFixed(0)}</td>
                  <td class="words why">{choice.reason}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="note">
        {rows.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${whole(rows.length)}. ` : ""}● is what the next smaller budget does otherwise.
      </p>
    </section>
  );
}
