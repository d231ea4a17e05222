/** One stop: where it is, what is the matter there, and what was done. */

import { useEffect, useRef, useState } from "preact/hooks";
import { isLost } from "../focus";
import { kindWord, stateWord } from "../road/words";
import { plural } from "../words";
import type { SheetDefect, SheetStop } from "./api";
import type { Deeds } from "./phone";
import { dropped, type Entry, FACTS, type Fact, factLabel, isUndoable, noted as withEntry, type Queue } from "./queue";
import { bringWords, clockOf, doneOf, isMended, isSettled, isSettledThere, lastOf, newKey, toBring } from "./words";

interface Props {
  stop: SheetStop;
  queue: Queue;
  /** What an <img> can show, by the pictures' addresses. */
  pictures: Record<string, string>;
  open: boolean;
  next: boolean;
  toggle: () => void;
  /** Under which it is written; null where nothing can be. */
  account: string | null;
  deeds: Deeds;
  noted: (entry: Entry, stop: number) => void;
}

export function StopCard(props: Props) {
  const { stop, queue, open, next, toggle } = props;
  const done = doneOf(stop, queue);
  const all = done === stop.defects.length;
  const head = useRef<HTMLButtonElement>(null);
  const was = useRef(open);
  useEffect(() => {
    if (was.current && !open && isLost()) head.current?.focus({ preventScroll: true });
    was.current = open;
  }, [open]);
  const left = toBring(stop.defects.filter((one) => !isSettled(lastOf(queue, one.defect))));
  return (
    <li class={`sheet-stop${all ? " all-done" : ""}${next ? " next" : ""}`}>
      <button type="button" class="stop-head" ref={head} aria-expanded={open} onClick={toggle}>
        <span class="stop-number">{all ? "✓" : stop.number}</span>
        <span class="stop-where">
          <b>
            {stop.street}, {Math.round(stop.chainage_m)} m
          </b>
          <span>{left.length > 0 ? left.map(bringWords).join("; ") : `${plural(stop.defects.length, "place")}, dealt with`}</span>
        </span>
        <span class="stop-when">
          {stop.arrive}
          <small>
            {done} of {stop.defects.length}
          </small>
        </span>
      </button>
      {open && (
        <div class="stop-body">
          <p class="stop-facts">
            {stop.minutes.toFixed(0)} min planned, until {stop.leave} · order {stop.order}
            <br />
            <a href={`geo:${stop.position[1]},${stop.position[0]}`}>
              {stop.position[1].toFixed(5)}, {stop.position[0].toFixed(5)}
            </a>
          </p>
          {stop.defects.map((one) => (
            <Place key={one.defect} {...props} one={one} />
          ))}
        </div>
      )}
    </li>
  );
}

function Place({ one, stop, queue, pictures, account, deeds, noted }: Props & { one: SheetDefect }) {
  const [fact, setFact] = useState<Fact | null>(null);
  const mine = queue.filter((entry) => entry.defect === one.defect);
  const [more, setMore] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  const withWhat = useRef<HTMLParagraphElement>(null);
  const hadFocus = useRef(false);
  // The button that was pressed gives way to others: one goes on at what these ask, or at the place's head.
  useEffect(() => {
    if (title.current && isLost() && hadFocus.current) (withWhat.current ?? title.current).focus({ preventScroll: true });
    hadFocus.current = false;
  }, [fact, more]);
  const choose = (next: Fact | null) => {
    hadFocus.current = true;
    setFact(next);
  };
  const write = async (material: string | null) => {
    if (fact === null || account === null) return;
    const entry = {
      key: newKey(), account, defect: one.defect, place: `${stop.street}, ${Math.round(stop.chainage_m)} m`, fact, material, order: stop.order,
      observed: new Date().toISOString(), after: one.newest,
    };
    choose(null);
    setMore(false);
    await deeds.alter((before) => withEntry(before, entry));
    noted({ ...entry, turn: 0, tried: false, step: "waiting" }, stop.number);
  };
  // What the ledger would refuse is not offered: a repair is followed by nothing that a crew writes. Nor is anything
  // where it would be lost to sight: about a defect that is part of another.
  const open = account !== null && one.newest !== null && !isSettledThere(one) && !mine.some((entry) => entry.fact === "repaired");
  const asks = open && (mine.length === 0 || more);
  return (
    <article class="place">
      <h3 ref={title} tabIndex={-1}>
        {kindWord(one.kind ?? null)}
        {one.severity && <span class={`severity ${one.severity}`}>{one.severity}</span>}
      </h3>
      <p class="place-facts">{sizeWords(one)}</p>
      <p class="place-facts">
        {isMended(one) ? <b>{stateWord(one.state ?? "")} already</b> : stateWord(one.state ?? "not in the ledger: it cannot be written about")} ·{" "}
        <code>{one.defect}</code>
      </p>
      {one.merged_into && (
        <p class="warn">
          Now part of <a href={`/road#defect=${encodeURIComponent(one.merged_into)}`}>{one.merged_into}</a>: what is done is written there.
        </p>
      )}
      <div class="place-pictures">
        {one.pictures.map((picture) =>
          pictures[picture.href] ? (
            <img key={picture.href} src={pictures[picture.href]} alt={picture.of === "defect" ? "The damage, as a drive saw it" : `The place ${picture.of} a repair`} />
          ) : null,
        )}
      </div>
      {mine.map((entry) => (
        <Done key={entry.key} entry={entry} deeds={deeds} />
      ))}
      {asks && fact === null && (
        <div class="deeds">
          {FACTS.map((each) => (
            <button key={each.fact} type="button" class={`big-button deed ${each.fact}`} onClick={() => choose(each.fact)}>
              {each.label}
            </button>
          ))}
        </div>
      )}
      {asks && fact !== null && (
        <div class="deeds materials" role="group" aria-label={`${factLabel(fact)}: with what?`}>
          <p ref={withWhat} tabIndex={-1}>
            {factLabel(fact)}: with what?
          </p>
          {(FACTS.find((each) => each.fact === fact)?.materials ?? []).map((material) => (
            <button key={material} type="button" class="big-button deed" onClick={() => write(material)}>
              {material}
            </button>
          ))}
          <button type="button" class="big-button deed" onClick={() => write(null)}>
            no material
          </button>
          <button type="button" class="big-button plain deed" onClick={() => choose(null)}>
            Back
          </button>
        </div>
      )}
      {open && mine.length > 0 && !more && (
        <button type="button" class="big-button plain" onClick={() => setMore(true)}>
          Something more was done
        </button>
      )}
    </article>
  );
}

function Done({ entry, deeds }: { entry: Entry; deeds: Deeds }) {
  const words = { waiting: entry.tried ? "on its way" : "not sent yet", sent: "sent", overtaken: "to decide, see above", refused: "to decide, see above" };
  return (
    <p class={`done ${entry.step}`}>
      <span>
        <b>{factLabel(entry.fact)}</b>
        {entry.material ? `, ${entry.material}` : ""}, {clockOf(Date.parse(entry.observed))}
        <small>{words[entry.step]}</small>
      </span>
      {isUndoable(entry) && (
        <button type="button" class="big-button plain" onClick={() => deeds.alter((queue) => dropped(queue, entry.key))}>
          Undo
        </button>
      )}
    </p>
  );
}

function sizeWords(one: SheetDefect): string {
  const words = [];
  if (one.extent_m2) words.push(`${one.extent_m2.toFixed(1)} m²`);
  if (one.depth_mm) words.push(`${one.depth_mm} mm deep`);
  return words.length > 0 ? words.join(", ") : "size not known";
}
