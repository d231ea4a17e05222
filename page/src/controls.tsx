/** What is shown: the period, the gate or movement, the class. */

import { ALL, type Camera, type City } from "./api";
import { ACCEPTED } from "./quality";
import { CUSTOM, type Line, lineFromText, lineToText, PERIODS, type View } from "./state";
import type { CityClock } from "./time";
import { gateName, movementName } from "./words";

interface Props {
  camera: Camera;
  city: City;
  clock: CityClock;
  view: View & { line: Line };
  setView: (view: View) => void;
}

export function Controls({ camera, city, clock, view, setView }: Props) {
  const end = camera.last_hour ? Date.parse(camera.last_hour.end) : Date.now();
  const choosePeriod = (period: string) => {
    if (period !== CUSTOM) return setView({ ...view, period, since: null, until: null });
    const hours = PERIODS[view.period]?.hours ?? 24;
    const since = new Date(end - hours * 3_600_000).toISOString();
    return setView({ ...view, period, since, until: new Date(end).toISOString() });
  };
  return (
    <form class="controls" aria-label="What is shown" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>Period</span>
        <select value={view.period} onChange={(event) => choosePeriod(event.currentTarget.value)}>
          {Object.entries(PERIODS).map(([key, { label }]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
          <option value={CUSTOM}>From … to …</option>
        </select>
      </label>
      {view.period === CUSTOM && <CustomPeriod view={view} setView={setView} clock={clock} />}
      <label class="field">
        <span>Gate or movement</span>
        <select
          value={lineToText(view.line)}
          onChange={(event) => setView({ ...view, line: lineFromText(event.currentTarget.value) })}
        >
          <LineOptions camera={camera} />
        </select>
      </label>
      <label class="field">
        <span>Class</span>
        <select value={view.vehicleClass} onChange={(event) => setView({ ...view, vehicleClass: event.currentTarget.value })}>
          <option value={ALL}>all, stacked</option>
          {city.vehicle_classes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Quality</span>
        <select value={view.accepted} onChange={(event) => setView({ ...view, accepted: event.currentTarget.value })}>
          {Object.entries(ACCEPTED).map(([key, { label }]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

function LineOptions({ camera }: { camera: Camera }) {
  return (
    <>
      {camera.movements.length > 0 && (
        <optgroup label="Turning movements">
          <option value="movements">all movements</option>
          {camera.movements.map((one) => (
            <option key={one.movement} value={`movement:${one.movement}`}>
              {movementName(one, camera)}
            </option>
          ))}
        </optgroup>
      )}
      {camera.gates.map((gate) => (
        <optgroup key={gate.gate} label={`Gate ${gateName(gate)}`}>
          {["both", "forward", "backward"].map((direction) => (
            <option key={direction} value={`gate:${direction}:${gate.gate}`}>
              {gateName(gate)}, {direction === "both" ? "both ways" : direction}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  );
}

function CustomPeriod({ view, setView, clock }: Pick<Props, "view" | "setView" | "clock">) {
  const since = view.since ? Date.parse(view.since) : 0;
  const until = view.until ? Date.parse(view.until) : 0;
  const change = (sinceMs: number | null, untilMs: number | null) => {
    if (sinceMs === null || untilMs === null || sinceMs >= untilMs) return;
    setView({ ...view, since: new Date(sinceMs).toISOString(), until: new Date(untilMs).toISOString() });
  };
  return (
    <>
      <label class="field">
        <span>From ({clock.zoneName(since)})</span>
        <input
          type="datetime-local"
          value={clock.field(since)}
          max={clock.field(until)}
          onChange={(event) => change(clock.fromField(event.currentTarget.value), until)}
        />
      </label>
      <label class="field">
        <span>To ({clock.zoneName(until)})</span>
        <input
          type="datetime-local"
          value={clock.field(until)}
          min={clock.field(since)}
          onChange={(event) => change(since, clock.fromField(event.currentTarget.value))}
        />
      </label>
    </>
  );
}
