/** What is shown, and the defects as a list: the way in for keyboards and screen readers. */

import { useEffect, useState } from "preact/hooks";
import type { Theme } from "../theme";
import { type Defect, getDefects } from "./api";
import { asked, EMPTY, hashOf, type RoadView } from "./state";
import { Symbol } from "./symbol";
import { AGES, BANDS, daysSince, KINDS, kindWord, LOOKS, lookOf, SHAPES, STATES, shapeOf, span, stateWord } from "./words";

const SLICE = "50";

export function Filters({ view, setView }: { view: RoadView; setView: (view: RoadView) => void }) {
  const street = useStreetName(view.street);
  const change = (name: "kind" | "state" | "severity" | "waiting") => (event: Event) =>
    setView({ ...view, [name]: (event.currentTarget as HTMLSelectElement).value, defect: null });
  return (
    <form class="road-filters" aria-label="What is shown" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>Show</span>
        <select value={view.waiting} onChange={change("waiting")}>
          <option value="yes">what is waiting</option>
          <option value="no">what is not</option>
          <option value="">all</option>
        </select>
      </label>
      <label class="field">
        <span>Kind</span>
        <select value={view.kind} onChange={change("kind")}>
          <option value="">any</option>
          {Object.keys(KINDS).map((kind) => (
            <option key={kind} value={kind}>
              {kindWord(kind)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>State</span>
        <select value={view.state} onChange={change("state")}>
          <option value="">any</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {stateWord(state)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Severity</span>
        <select value={view.severity} onChange={change("severity")}>
          <option value="">any</option>
          <option value="high">high</option>
          <option value="medium">medium</option>
          <option value="low">low</option>
        </select>
      </label>
      <fieldset class="switch">
        <legend>Streets coloured by</legend>
        {(["condition", "inspected"] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="colouring"
              checked={view.colouring === one}
              onChange={() => setView({ ...view, colouring: one })}
            />
            {one === "condition" ? "condition" : "last inspected"}
          </label>
        ))}
      </fieldset>
      {view.street && (
        <button type="button" class="button" onClick={() => setView({ ...view, street: "" })}>
          Only {street} ✕
        </button>
      )}
    </form>
  );
}

/** A street's name by its id, which alone is in the address; the id where no damage on it tells the name. */
function useStreetName(id: string): string {
  const [found, setFound] = useState({ id: "", name: "" });
  useEffect(() => {
    if (id === "") return undefined;
    let gone = false;
    const put = (name: string | null | undefined) => !gone && setFound({ id, name: name || id });
    getDefects({ street: id, limit: "1" }).then((got) => put(got.defects[0]?.street), () => put(id));
    return () => {
      gone = true;
    };
  }, [id]);
  return found.id === id ? found.name : "this street";
}

export function Legend({ view, shade }: { view: RoadView; shade: Theme }) {
  const steps = view.colouring === "condition" ? BANDS : AGES;
  return (
    // Beside a chosen defect the map is narrow, and the legend would hide a third of it.
    <details class="road-legend" open={innerWidth > 720 && view.defect === null}>
      <summary>Legend</summary>
      <h3>{view.colouring === "condition" ? "Condition (visual PCI, estimated)" : "Last inspected"}</h3>
      <ul>
        {steps.map((label, n) => (
          <li key={label}>
            <span class={`stripe step-${n + 1}`} /> {label}
          </li>
        ))}
        <li>
          <span class="stripe unseen-street" /> never looked at
        </li>
      </ul>
      <h3>Kind</h3>
      <ul>
        {SHAPES.map(({ shape, label }) => (
          <li key={shape}>
            <Symbol shape={shape} look={1} shade={shade} /> {label}
          </li>
        ))}
      </ul>
      <h3>State</h3>
      <ul>
        {LOOKS.map(({ label }, n) => (
          <li key={label}>
            <Symbol shape="circle" look={n} shade={shade} /> {label}
          </li>
        ))}
      </ul>
      <p class="note">Larger is more severe, where a person has told it.</p>
    </details>
  );
}

interface ListProps {
  view: RoadView;
  shade: Theme;
  fetched: number;
}

export function DefectList({ view, shade, fetched }: ListProps) {
  const [rows, setRows] = useState<Defect[] | null>(null);
  const [more, setMore] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const key = JSON.stringify(asked(view));
  useEffect(() => {
    const asking = new AbortController();
    getDefects({ ...asked(view), limit: SLICE }, asking.signal).then(
      (got) => {
        setRows(got.defects);
        setMore(got.next !== null);
        setWrong(null);
      },
      (error: Error) => !asking.signal.aborted && setWrong(error.message),
    );
    return () => asking.abort();
  }, [key, fetched]);
  const loadMore = () =>
    getDefects({ ...asked(view), limit: SLICE, offset: String(rows?.length ?? 0) }).then(
      (got) => {
        setRows([...(rows ?? []), ...got.defects]);
        setMore(got.next !== null);
      },
      (error: Error) => setWrong(error.message),
    );
  const now = Date.now();
  return (
    <>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <div class="list-head">
        <h2>Defects, longest known first</h2>
        <span>known for</span>
      </div>
      {rows?.length === 0 && <NoDefects view={view} />}
      <ul class="cameras defects">
        {rows?.map((one) => (
          <li key={one.defect}>
            <a href={hashOf({ ...view, defect: one.defect })} data-line={one.defect} aria-current={one.defect === view.defect ? "true" : undefined}>
              <Symbol shape={shapeOf(one.kind)} look={lookOf(one.state)} shade={shade} />
              <span class="name">{kindWord(one.kind)}</span>
              <span class="number">{span(daysSince(one.known_since, now) ?? 0)}</span>
              <span class="more">{facts(one)}</span>
            </a>
          </li>
        ))}
      </ul>
      {more && (
        <p class="more-button">
          <button type="button" class="button" onClick={loadMore}>
            Show more
          </button>
        </p>
      )}
    </>
  );
}

function NoDefects({ view }: { view: RoadView }) {
  const filtered = JSON.stringify(asked(view)) !== JSON.stringify(asked(EMPTY));
  return (
    <div class="empty">
      <h2>{filtered ? "None of these" : "Nothing is waiting"}</h2>
      <p>
        {filtered ? "Show more with the filters above." : <>Drives come in with <code>waywarden survey</code>.</>}
      </p>
    </div>
  );
}

export function facts(one: Defect): string {
  const parts = [stateWord(one.state)];
  if (one.severity) parts.push(`${one.severity} severity`);
  if (one.street) parts.push(`${one.street}, ${Math.round(one.chainage_m ?? 0)} m`);
  else parts.push("place not known");
  if (one.passes > 0) parts.push(`seen by ${one.passes === 1 ? "1 pass" : `${one.passes} passes`}`);
  return parts.join(" · ");
}
