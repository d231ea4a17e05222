/** One camera: what passed, when, which way, how fast, and how much of the time it was watched. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ALL, type Camera, type City, getIntervals, type Interval } from "./api";
import { BinTable } from "./bin-table";
import { binInWords, CountsChart } from "./charts/counts";
import { MovementDiagram, MovementTable } from "./charts/movements";
import { Schematic } from "./charts/schematic";
import { SpeedsChart } from "./charts/speeds";
import { Checks } from "./checks";
import { Controls } from "./controls";
import { Numbers } from "./numbers";
import { type Bin, binsOf, classesIn, defaultLine, isSummed, lineExists, totalsByLine } from "./series";
import { CUSTOM, type Line, PERIODS, type View } from "./state";
import type { CityClock } from "./time";
import { CLASS_ORDER, classColour, drivesOnLeft, healthKind, healthWord, lineName } from "./words";

interface Props {
  camera: Camera;
  city: City;
  clock: CityClock;
  view: View;
  setView: (view: View) => void;
  /** Counts up with every refresh of the page. */
  fetched: number;
  close: () => void;
}

export function Panel(props: Props) {
  const { camera, city, clock, view, setView } = props;
  const wanted = view.line && lineExists(camera, view.line) ? view.line : defaultLine(camera);
  const wantedClass = city.vehicle_classes.includes(view.vehicleClass) ? view.vehicleClass : ALL;
  // Until the answer to a new choice comes, what is shown bears the names of what it is: the choice before.
  const { rows, sums, wrong, line, vehicleClass, busy } = useRows(camera, wanted, view, wantedClass, props.fetched);
  const [since, until] = periodOf(view, camera);
  const bins = useMemo(() => (rows && line ? binsOf(rows, line, vehicleClass, view.accepted) : []), [rows, line, vehicleClass, view.accepted]);
  const totals = useMemo(() => sums && totalsByLine(sums, vehicleClass, view.accepted), [sums, vehicleClass, view.accepted]);
  return (
    <div class="panel">
      <Head camera={camera} clock={clock} close={props.close} />
      {camera.last_hour === null || wanted === null || line === null ? (
        <NoCounts camera={camera} />
      ) : (
        <>
          <Controls
            camera={camera}
            city={city}
            clock={clock}
            view={{ ...view, line: wanted, vehicleClass: wantedClass }}
            setView={setView}
          />
          {wrong !== null && (
            <p class="wrong" role="alert">
              {wrong}
            </p>
          )}
          <div class="shown" aria-busy={busy}>
            <p class="loading" role="status">
              {busy ? "Loading…" : ""}
            </p>
            {rows && bins.length === 0 && <Nothing />}
            {bins.length > 0 && <Counted {...props} bins={bins} line={line} vehicleClass={vehicleClass} />}
            <Checks camera={camera} clock={clock} since={since} until={until} fetched={props.fetched} />
            {bins.length > 0 && totals && (
              <div class="pair">
                {camera.movements.length > 0 && (
                  <Movements {...props} totals={totals} line={line} vehicleClass={vehicleClass} />
                )}
                <Gates camera={camera} totals={totals} line={line} vehicleClass={vehicleClass} />
              </div>
            )}
          </div>
        </>
      )}
    </div>
  );
}

function Head({ camera, clock, close }: { camera: Camera; clock: CityClock; close: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  // Who opens a camera from the list, with the keyboard, goes on reading here.
  useEffect(() => title.current?.focus({ preventScroll: true }), [camera.camera]);
  const at = camera.health ? Date.parse(camera.health.at) : null;
  const since = at === null ? "" : ` since ${clock.dayAndTime(at)} ${clock.zoneName(at)}`;
  const why = camera.health && camera.health.state !== "ok" ? `: ${camera.health.reason}` : "";
  return (
    <header class="panel-head">
      <h2 tabIndex={-1} ref={title}>
        {camera.name || camera.camera}
      </h2>
      <button type="button" class="button" onClick={close}>
        All cameras
      </button>
      <p class="facts">
        <code>{camera.camera}</code>
        <span class="health">
          <span class={`mark ${healthKind(camera)}`} aria-hidden="true" />
          {healthWord(camera)}
          {why}
          {since}
        </span>
        <span>{camera.calibrated ? "Calibrated" : "Not calibrated"}</span>
      </p>
    </header>
  );
}

function NoCounts({ camera }: { camera: Camera }) {
  return (
    <div class="empty">
      <h2>No counts yet</h2>
      {camera.gates.length === 0 ? (
        <p>
          This camera has no gates. Run <code>waywarden gates</code> to draw them, then{" "}
          <code>waywarden count --city city.toml --camera {camera.camera} --store FILE</code>.
        </p>
      ) : (
        <p>
          Run <code>waywarden count --city city.toml --camera {camera.camera} --store FILE</code>, with the store that this
          page reads.
        </p>
      )}
    </div>
  );
}

function Nothing() {
  return (
    <div class="empty">
      <h2>Nothing was watched then</h2>
      <p>There is no record for this period: choose another. It does not mean that nothing passed.</p>
    </div>
  );
}

interface CountedProps extends Props {
  bins: Bin[];
  line: Line;
  vehicleClass: string;
}

function Counted({ camera, clock, bins, line, vehicleClass }: CountedProps) {
  const [picked, pick] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const classes = classesIn(bins, CLASS_ORDER);
  const chosen = picked === null ? undefined : bins[picked];
  const zones = clock.zoneNames((bins[0] as Bin).startMs, (bins.at(-1) as Bin).startMs);
  const what = vehicleClass === ALL ? "" : `, ${vehicleClass} only`;
  return (
    <>
      <Numbers bins={bins} clock={clock} calibrated={camera.calibrated} />
      <section class="card" aria-labelledby="counts-title">
        <div class="card-head">
          <h3 id="counts-title">
            Counts: {lineName(line, camera)}
            {what}
          </h3>
          <button type="button" class="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            Table
          </button>
        </div>
        <p class="readout" aria-live="polite">
          {chosen ? binInWords(chosen, classes, clock) : ` per ${(bins[0] as Bin).durationS / 60} min · times in ${zones} (${clock.zone})`}
        </p>
        {asTable ? (
          <BinTable bins={bins} classes={classes} clock={clock} />
        ) : (
          <>
            <CountsChart bins={bins} classes={classes} clock={clock} picked={picked} pick={pick} />
            <ul class="legend" aria-label="Classes">
              {classes.map((name) => (
                <li key={name}>
                  <span class="swatch" style={{ background: classColour(name, classes) }} />
                  {name}
                </li>
              ))}
              <li>
                <span class="swatch hatched" />
                not watched
              </li>
              {bins.some((bin) => bin.leftOut) && (
                <li>
                  <span class="swatch left-out" />
                  left out
                </li>
              )}
              {bins.some((bin) => bin.quality === "doubtful") && (
                <li>
                  <span class="swatch doubtful" />
                  doubtful
                </li>
              )}
              {bins.some((bin) => bin.quality === "usable") && (
                <li>
                  <span class="swatch usable" />
                  usable, with a doubt
                </li>
              )}
            </ul>
          </>
        )}
      </section>
      <Speeds camera={camera} bins={bins} clock={clock} line={line} picked={picked} pick={pick} />
    </>
  );
}

interface SpeedsProps {
  camera: Camera;
  bins: Bin[];
  clock: CityClock;
  line: Line;
  picked: number | null;
  pick: (index: number | null) => void;
}

function Speeds({ camera, bins, clock, line, picked, pick }: SpeedsProps) {
  const some = bins.some((bin) => bin.meanKmh !== null);
  const summed = isSummed(line);
  const chosen = picked === null ? undefined : bins[picked];
  return (
    <section class="card" aria-labelledby="speeds-title">
      <div class="card-head">
        <h3 id="speeds-title">Speeds: {lineName(line, camera)}</h3>
        {some && <p>km/h</p>}
      </div>
      {!some && (
        <p class="note">
          {camera.calibrated
            ? "No speeds: nothing passed, or the calibration's error was over 15 % here."
            : "No speeds: this camera is not calibrated. A speed is refused here, not guessed."}
        </p>
      )}
      {some && (
        <>
          <p class="readout">
            {chosen ? speedInWords(chosen) : summed ? "Mean only: v85s cannot be added up. Choose one direction or movement to see its v85." : ""}
          </p>
          <SpeedsChart bins={bins} clock={clock} picked={picked} pick={pick} />
          <ul class="legend" aria-label="Lines">
            <li>
              <span class="swatch line mean" />
              mean
            </li>
            {!summed && (
              <li>
                <span class="swatch line dashed v85" />
                v85 (85 of 100 are not faster)
              </li>
            )}
          </ul>
        </>
      )}
    </section>
  );
}

function speedInWords(bin: Bin): string {
  if (bin.meanKmh === null) return bin.total === null ? "not watched" : "no speeds in this bin";
  const v85 = bin.v85Kmh === null ? "" : `, v85 ${bin.v85Kmh.toFixed(1)} km/h`;
  return `mean ${bin.meanKmh.toFixed(1)} km/h${v85}`;
}

interface TotalsProps {
  totals: Map<string, number>;
  line: Line;
  vehicleClass: string;
}

function Movements({ camera, city, view, setView, totals, line, vehicleClass }: Props & TotalsProps) {
  const counts = new Map(camera.movements.map((one) => [one.movement, totals.get(`movement:${one.movement}`) ?? 0]));
  return (
    <section class="card" aria-labelledby="movements-title">
      <div class="card-head">
        <h3 id="movements-title">Turning movements</h3>
        <p>{vehicleClass === ALL ? "all classes" : vehicleClass}, whole period</p>
      </div>
      <MovementDiagram
        camera={camera}
        counts={counts}
        chosen={line.kind === "movement" ? line.id : null}
        choose={(id) => setView({ ...view, line: { kind: "movement", id } })}
        onLeft={drivesOnLeft(city.time_zone)}
      />
      <details>
        <summary>As a table</summary>
        <MovementTable camera={camera} counts={counts} />
      </details>
    </section>
  );
}

function Gates({ camera, totals, line, vehicleClass }: { camera: Camera } & TotalsProps) {
  return (
    <section class="card" aria-labelledby="gates-title">
      <div class="card-head">
        <h3 id="gates-title">Gates in the picture</h3>
        <p>{vehicleClass === ALL ? "all classes" : vehicleClass}, whole period</p>
      </div>
      <Schematic camera={camera} totals={totals} chosenGate={line.kind === "gate" ? line.id : null} />
      <p class="note">
        The dark arrow is forward, the grey one backward; the dot is the gate’s start. Drawn without a photograph: none is
        kept.
      </p>
    </section>
  );
}

interface Rows {
  rows: Interval[] | null;
  /** Every line's rows of the chosen class. */
  sums: Interval[] | null;
  wrong: string | null;
  /** Of what they are. */
  line: Line | null;
  vehicleClass: string;
  /** They are of the choice before: those of the present one are on their way. */
  busy: boolean;
}

/** Fetch what the choice needs: the line's rows by class, and every line's sums for the diagrams. */
function useRows(camera: Camera, line: Line | null, view: View, vehicleClass: string, fetched: number): Rows {
  const [found, setFound] = useState<(Omit<Rows, "busy"> & { choice: string }) | null>(null);
  const [since, until] = periodOf(view, camera);
  // A new count moves the end of "the last day" without anybody's choosing.
  const choice = JSON.stringify([line, vehicleClass, view.period, view.since, view.until]);
  useEffect(() => {
    if (line === null || since === null || until === null) return undefined;
    let stale = false;
    const span = { camera: camera.camera, since, until };
    const only: Record<string, string> =
      line.kind === "gate" ? { gate: line.id } : line.kind === "movement" ? { movement: line.id } : {};
    const of = { choice, line, vehicleClass };
    Promise.all([getIntervals({ ...span, ...only }), getIntervals({ ...span, vehicle_class: vehicleClass })]).then(
      ([rows, sums]) => !stale && setFound({ ...of, rows, sums, wrong: null }),
      (error: Error) => !stale && setFound({ ...of, rows: null, sums: null, wrong: error.message }),
    );
    return () => {
      stale = true;
    };
  }, [camera.camera, choice, since, until, fetched]);
  return found ? { ...found, busy: found.choice !== choice } : { rows: null, sums: null, wrong: null, line, vehicleClass, busy: true };
}

/** The period's ends in RFC 3339. "Last" is up to the camera's newest count: recordings are of the past. */
function periodOf(view: View, camera: Camera): [string | null, string | null] {
  if (view.period === CUSTOM) return [view.since, view.until];
  const end = camera.last_hour?.end;
  const hours = PERIODS[view.period]?.hours;
  if (!end || !hours) return [null, null];
  return [new Date(Date.parse(end) - hours * 3_600_000).toISOString(), end];
}
