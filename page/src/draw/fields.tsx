/** The same drawing in fields: every number and name can be typed, nothing needs a mouse. */

import type { PointPx } from "../api";
import {
  addAllMovements,
  addMovement,
  changeGate,
  changeMovement,
  changePoint,
  type Drawn,
  dropGate,
  dropMovement,
  dropPoint,
} from "./drawn";

interface Props {
  drawn: Drawn;
  change: (drawn: Drawn) => void;
  addGate: () => void;
  addPoint: () => void;
}

export function GateFields({ drawn, change, addGate }: Props) {
  return (
    <section class="card" aria-labelledby="gates-head">
      <div class="card-head">
        <h2 id="gates-head">Gates</h2>
        <button type="button" class="button" onClick={addGate}>
          Add a gate
        </button>
      </div>
      {drawn.gates.length === 0 && (
        <p class="note">No gates yet. Drag across the street in the picture, from kerb to kerb, or add one here.</p>
      )}
      {drawn.gates.map((gate, index) => (
        <fieldset key={index}>
          <legend>{gate.name || gate.gate || "?"}</legend>
          <div class="row">
            <Text label="Id" value={gate.gate} set={(id) => change(changeGate(drawn, index, { gate: id }))} />
            <Text label="Name" value={gate.name} set={(name) => change(changeGate(drawn, index, { name }))} />
          </div>
          <div class="row">
            <Point label="A" value={gate.from_px} set={(from_px) => change(changeGate(drawn, index, { from_px }))} />
            <Point label="B" value={gate.to_px} set={(to_px) => change(changeGate(drawn, index, { to_px }))} />
          </div>
          <div class="row">
            <button
              type="button"
              class="button"
              onClick={() => change(changeGate(drawn, index, { from_px: gate.to_px, to_px: gate.from_px }))}
            >
              Turn round
            </button>
            <button type="button" class="button" onClick={() => change(dropGate(drawn, index))}>
              Delete<span class="unseen"> gate {gate.gate}</span>
            </button>
          </div>
        </fieldset>
      ))}
    </section>
  );
}

export function MovementFields({ drawn, change }: Props) {
  const [first, second] = drawn.gates;
  return (
    <section class="card" aria-labelledby="movements-head">
      <div class="card-head">
        <h2 id="movements-head">Turning movements</h2>
      </div>
      {!second && <p class="note">A movement goes in at one gate and out at another: draw two gates first.</p>}
      {drawn.movements.map((movement, index) => (
        <fieldset key={index}>
          <legend>{movement.name || movement.movement || "?"}</legend>
          <div class="row">
            <Text label="Id" value={movement.movement} set={(id) => change(changeMovement(drawn, index, { movement: id }))} />
            <Text label="Name" value={movement.name} set={(name) => change(changeMovement(drawn, index, { name }))} />
          </div>
          <div class="row">
            <Choice
              label="In at"
              drawn={drawn}
              value={movement.from_gate}
              set={(from_gate) => change(changeMovement(drawn, index, { from_gate }))}
            />
            <Choice
              label="Out at"
              drawn={drawn}
              value={movement.to_gate}
              set={(to_gate) => change(changeMovement(drawn, index, { to_gate }))}
            />
            <button type="button" class="button" onClick={() => change(dropMovement(drawn, index))}>
              Delete<span class="unseen"> movement {movement.movement}</span>
            </button>
          </div>
        </fieldset>
      ))}
      {first && second && (
        <div class="row">
          <button type="button" class="button" onClick={() => change(addMovement(drawn, first.gate, second.gate))}>
            Add a movement
          </button>
          <button type="button" class="button" onClick={() => change(addAllMovements(drawn))}>
            Add all between the gates
          </button>
        </div>
      )}
    </section>
  );
}

export function CalibrationFields({ drawn, change, addPoint }: Props) {
  const calibration = drawn.calibration;
  return (
    <section class="card" aria-labelledby="calibration-head">
      <div class="card-head">
        <h2 id="calibration-head">Calibration</h2>
        <button type="button" class="button" onClick={addPoint}>
          Add a point
        </button>
      </div>
      <p class="note">
        For speeds: at least four points on the ground, well apart, whose place is known. Without them the camera counts, and
        speeds are left out.
      </p>
      {calibration && (
        <>
          <Text
            label="Coordinates: an EPSG code (EPSG:4326 is longitude, latitude), or metres"
            value={calibration.crs}
            set={(crs) => change({ ...drawn, calibration: { ...calibration, crs } })}
          />
          {calibration.points.map((point, index) => (
            <fieldset key={index}>
              <legend>Point {index + 1}</legend>
              <div class="row">
                <Point label="Picture" value={point.px} set={(px) => change(changePoint(drawn, index, { px }))} />
                <Point label="Ground" value={point.ground} set={(ground) => change(changePoint(drawn, index, { ground }))} />
                <button type="button" class="button" onClick={() => change(dropPoint(drawn, index))}>
                  Delete<span class="unseen"> point {index + 1}</span>
                </button>
              </div>
            </fieldset>
          ))}
        </>
      )}
    </section>
  );
}

function Text({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  return (
    <label class="field grow">
      <span>{label}</span>
      <input type="text" value={value} maxLength={200} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}

function Point({ label, value, set }: { label: string; value: PointPx; set: (value: PointPx) => void }) {
  const change = (axis: 0 | 1, text: string) => {
    const number = Number(text);
    if (text.trim() === "" || !Number.isFinite(number)) return;
    set(axis === 0 ? [number, value[1]] : [value[0], number]);
  };
  return (
    <>
      {(["x", "y"] as const).map((name, axis) => (
        <label class="field number" key={name}>
          <span>
            {label} {name}
          </span>
          <input
            type="number"
            step="any"
            value={value[axis as 0 | 1]}
            onChange={(event) => change(axis as 0 | 1, event.currentTarget.value)}
          />
        </label>
      ))}
    </>
  );
}

function Choice(props: { label: string; drawn: Drawn; value: string; set: (value: string) => void }) {
  return (
    <label class="field grow">
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
        {props.drawn.gates.map((gate) => (
          <option key={gate.gate} value={gate.gate}>
            {gate.name || gate.gate}
          </option>
        ))}
      </select>
    </label>
  );
}
