/** One defect: where and what it is, its pictures, and all that happened to it as a timeline. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Theme } from "../theme";
import type { CityClock } from "../time";
import { type Entry, getDefect, type Picture, type WholeDefect } from "./api";
import { Symbol } from "./symbol";
import { daysSince, factWord, kindWord, lookOf, shapeOf, span, stateWord } from "./words";

interface Props {
  defect: string;
  clock: CityClock;
  shade: Theme;
  fetched: number;
  found: (defect: WholeDefect) => void;
  close: () => void;
  street: (id: string) => void;
  link: (defect: string) => string;
}

export function Life({ defect, clock, shade, fetched, found, close, street, link }: Props) {
  const [one, setOne] = useState<WholeDefect | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    let gone = false;
    getDefect(defect).then(
      (got) => {
        if (gone) return;
        setOne(got);
        setWrong(null);
        found(got);
      },
      (error: Error) => !gone && setWrong(error.message),
    );
    return () => {
      gone = true;
    };
  }, [defect, fetched]);
  useEffect(() => heading.current?.focus(), [one?.defect]);
  return (
    <div class="panel life">
      <div class="panel-head">
        <h2 ref={heading} tabIndex={-1}>
          {one ? `${capital(kindWord(one.kind))}${one.street ? `, ${one.street}` : ""}` : "…"}
        </h2>
        <button type="button" class="button" onClick={close}>
          Close
        </button>
      </div>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      {one && one.defect === defect && (
        <>
          <p class="state-line">
            <Symbol shape={shapeOf(one.kind)} look={lookOf(one.state)} shade={shade} />
            <span>
              <b>{stateWord(one.state)}</b>, known for {span(daysSince(one.known_since, Date.now()) ?? 0)}
            </span>
          </p>
          {one.merged_into && (
            <p class="merged">
              Now part of <a href={link(one.merged_into)}>{one.merged_into}</a>: somebody said that the two are one, and what is done is written
              there.
            </p>
          )}
          <Facts one={one} clock={clock} street={street} />
          <Pictures pictures={one.pictures ?? []} clock={clock} />
          <section class="card" aria-label="What happened">
            <div class="card-head">
              <h3>What happened</h3>
              <p>every entry of the ledger, the newest first</p>
            </div>
            <ol class="timeline">
              {gathered(one.life).map((group) => (
                <Event key={group[0]?.number} group={group} clock={clock} />
              ))}
            </ol>
          </section>
        </>
      )}
    </div>
  );
}

export function Facts({ one, clock, street }: { one: WholeDefect | null; clock: CityClock; street?: (id: string) => void }) {
  if (!one) return null;
  const rows: [string, preact.ComponentChildren][] = [
    ["Known since", clock.dayAndTime(Date.parse(one.known_since))],
    ["Place", one.street ? `${one.street}, ${Math.round(one.chainage_m ?? 0)} m ${one.way} the line` : "not known"],
    ["Lane", one.lane === null ? "not known" : one.lane === 1 ? "1, at the kerb" : `${one.lane}, from the kerb`],
    ["Last seen", one.last_seen ? clock.dayAndTime(Date.parse(one.last_seen)) : "never by a drive"],
    ["Passes that saw it", String(one.passes)],
  ];
  if (one.severity) rows.push(["Severity", one.severity]);
  if (one.extent_m2) rows.push(["Extent", `${one.extent_m2.toFixed(2)} m²`]);
  rows.push(["Depth", one.depth_mm ? `${one.depth_mm} mm` : "not measured: a camera sees none"]);
  if (one.order) rows.push(["Work order", one.order]);
  return (
    <dl class="fact-rows">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>Name</dt>
        <dd>
          <code>{one.defect}</code>
        </dd>
      </div>
      {street && one.street_id && (
        <div>
          <dt>Street</dt>
          <dd>
            <button type="button" class="link" onClick={() => street(one.street_id as string)}>
              show only {one.street}
            </button>
          </dd>
        </div>
      )}
    </dl>
  );
}

const OF: Record<Picture["of"], string> = { defect: "the defect", before: "before the repair", after: "after the repair" };

export function Pictures({ pictures, clock }: { pictures: Picture[]; clock: CityClock }) {
  if (pictures.length === 0) return null;
  return (
    <ul class="pictures">
      {pictures.map((picture) => (
        <li key={picture.href}>
          <figure>
            <img src={picture.href} alt={`The road, ${OF[picture.of]}`} loading="lazy" />
            <figcaption>
              {OF[picture.of]}, {clock.dayAndTime(Date.parse(picture.at))}
            </figcaption>
          </figure>
        </li>
      ))}
    </ul>
  );
}

/** Entries, the newest first; sightings that follow one another are one line of the timeline. */
export function gathered(life: Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of [...life].reverse()) {
    const last = groups.at(-1);
    if (last && entry.fact === "seen" && last[0]?.fact === "seen") last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function Event({ group, clock }: { group: Entry[]; clock: CityClock }) {
  const newest = group[0] as Entry;
  const oldest = group.at(-1) as Entry;
  const when = (at: string) => clock.dayAndTime(Date.parse(at));
  const many = group.length > 1;
  return (
    <li class={`event fact-${newest.fact}`}>
      <b>{many ? `Seen by ${group.length} passes` : factWord(newest.fact)}</b>
      <span class="when">
        {many ? `${when(oldest.observed)} to ${when(newest.observed)}` : when(newest.observed)}
      </span>
      <span class="by">{by(newest)}</span>
      {told(newest, many)}
    </li>
  );
}

function by(entry: Entry): string {
  const parts = [entry.role === "estimate" ? "by the program" : `by ${entry.role}`];
  if (entry.weights) parts.push(entry.weights);
  if (entry.policy) parts.push(`policy ${entry.policy}`);
  parts.push(`entry ${entry.number}`);
  return parts.join(" · ");
}

const TOLD: Record<string, (value: string | number | boolean) => string> = {
  triage: (value) => `verdict: ${String(value).replace(/_/g, " ")}`,
  depth_mm: (value) => `${value} mm deep`,
  width_mm: (value) => `${value} mm wide`,
  extent_m2: (value) => `${Number(value).toFixed(2)} m²`,
  severity: (value) => `severity ${value}`,
  order_id: (value) => `order ${value}`,
  material: (value) => `with ${value}`,
  valid: (value) => (value ? "" : "by poor light, or wet"),
};

function told(entry: Entry, many: boolean) {
  if (many) return null;
  const words = Object.entries(entry.told)
    .map(([key, value]) => TOLD[key]?.(value) ?? "")
    .filter((word) => word !== "");
  return words.length > 0 ? <span class="told">{words.join(", ")}</span> : null;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
