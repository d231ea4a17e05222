/** The check page: count by hand, on silhouettes, and learn how far the program's count of the same minutes is off. */

import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Check, Gate, PointPx } from "../api";
import { errorInWords } from "../checks";
import { ask, HERE } from "../local";
import { followSystem } from "../theme";
import { gateName, whole } from "../words";
import "../style.css";
import "./check.css";
import { classOf, countedMinutes, type Press, type Shape, shapeAt, shapesOf, undone, waysOf, withPress } from "./presses";
import { Screen } from "./screen";

const BEFORE_S = 4;
const AFTER_S = 4;
const STEP_S = 1;
const SPEEDS = [0.5, 1, 2, 4];
const FLASH_MS = 250;

interface Loaded {
  camera: string;
  name: string;
  size_px: PointPx;
  grid: [number, number];
  gates: Gate[];
  classes: string[];
  minutes: number[];
}

function Page() {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => followSystem(() => undefined), []);
  useEffect(() => {
    ask<Loaded>(`${HERE}/camera.json`).then(
      (found) => {
        setLoaded(found);
        document.title = `Check of ${found.name} · Waywarden`;
      },
      (error: Error) => setWrong(error.message),
    );
  }, []);
  if (wrong) return <Wrong text={wrong} />;
  return loaded && <Counting loaded={loaded} />;
}

function Counting({ loaded }: { loaded: Loaded }) {
  const { classes, minutes } = loaded;
  const ways = useMemo(() => waysOf(loaded.gates), [loaded]);
  const [minute, setMinute] = useState(0);
  const [shapes, setShapes] = useState<Shape[]>([]);
  const [presses, setPresses] = useState<Press[]>([]);
  const [reached, setReached] = useState<number[]>([]);
  const [vehicleClass, setVehicleClass] = useState(classes.includes("car") ? "car" : (classes[0] ?? ""));
  const [flashed, setFlashed] = useState("");
  const [checks, setChecks] = useState<Check[] | null>(null);
  const [wrong, setWrong] = useState("");
  const length = minutes[minute] ?? 60;
  const player = usePlayer(length + AFTER_S);
  const counted = countedMinutes(reached, minutes);

  useEffect(() => {
    let stale = false;
    setShapes([]);
    ask<{ shapes: [number, string][] }>(`${HERE}/minutes/${minute}`).then(
      (found) => !stale && setShapes(shapesOf(found.shapes)),
      (error: Error) => !stale && setWrong(error.message),
    );
    player.go(-BEFORE_S);
    return () => {
      stale = true;
    };
  }, [minute]);
  useEffect(() => {
    setReached((before) => minutes.map((_, index) => Math.max(before[index] ?? 0, index === minute ? player.at_s : 0)));
  }, [player.at_s]);

  const press = (key: string, way = ways.find((one) => one.key === key)) => {
    if (!way || checks) return;
    setPresses((before) =>
      withPress(before, { minute, at_s: player.at_s, gate: way.gate.gate, direction: way.direction, vehicle_class: vehicleClass }),
    );
    setFlashed(way.key);
    setTimeout(() => setFlashed(""), FLASH_MS);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const named: Record<string, () => void> = {
      " ": player.toggle,
      ArrowLeft: () => player.go(player.at_s - STEP_S),
      ArrowRight: () => player.go(player.at_s + STEP_S),
      ArrowUp: () => player.faster(1),
      ArrowDown: () => player.faster(-1),
      Backspace: () => setPresses((before) => undone(before, minute)),
    };
    const name = classOf(event.key, classes);
    const act = named[event.key] ?? (name ? () => setVehicleClass(name) : () => press(event.key.toLowerCase()));
    if (named[event.key]) event.preventDefault();
    act();
  };
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  const save = () => {
    const passed = presses.filter((one) => counted.includes(one.minute));
    ask<{ checks: Check[] }>(`${HERE}/save`, { minutes: counted, passed }).then(
      (answer) => {
        player.pause();
        setChecks(answer.checks);
      },
      (error: Error) => setWrong(error.message),
    );
  };
  const here = presses.filter((one) => one.minute === minute);
  return (
    <>
      <header class="top">
        <h1>Check of {loaded.name || loaded.camera}</h1>
        <nav aria-label="What to do">
          <button type="button" class="button primary" disabled={counted.length === 0 || checks !== null} onClick={save}>
            Compare and keep
          </button>
        </nav>
      </header>
      {wrong && <Wrong text={wrong} />}
      <main class="check">
        <div class="check-screen">
          <Screen size={loaded.size_px} grid={loaded.grid} shape={shapeAt(shapes, player.at_s)} ways={ways} flashed={flashed} />
          <div class="tools">
            <button type="button" class="button" onClick={player.toggle}>
              {player.playing ? "Pause" : "Play"}
            </button>
            <input
              type="range"
              min={-BEFORE_S}
              max={length + AFTER_S}
              step={0.1}
              value={player.at_s}
              aria-label="Seconds from the minute’s beginning"
              onInput={(event) => player.go(Number(event.currentTarget.value))}
            />
            <span class="clock">
              {player.at_s.toFixed(1)} / {length.toFixed(0)} s · {player.speed}×
            </span>
          </div>
          <p class="note">
            Press the letter at an arrow when the foot of a silhouette goes over the gate that way. Space plays and pauses (Enter
            presses a button), ← and → go a second, ↑ and ↓ change the speed, Backspace takes the last one back. A silhouette is all that moves, in coarse
            cells; nothing of it is kept.
          </p>
        </div>
        <div class="check-fields">
          {checks ? (
            <Result checks={checks} gates={loaded.gates} />
          ) : (
            <>
              <fieldset>
                <legend>Minute</legend>
                <div class="row">
                  {minutes.map((_, index) => (
                    <button type="button" class="button" key={index} aria-pressed={index === minute} onClick={() => setMinute(index)}>
                      {index + 1}
                      {counted.includes(index) ? " ✓" : ""}
                    </button>
                  ))}
                </div>
                <p class="note">A minute counts once you have seen its end. {whole(counted.length)} of {whole(minutes.length)} done.</p>
              </fieldset>
              <fieldset>
                <legend>Class</legend>
                <div class="row">
                  {classes.map((name, index) => (
                    <button type="button" class="button" key={name} aria-pressed={name === vehicleClass} onClick={() => setVehicleClass(name)}>
                      {index < 9 && <kbd>{index + 1}</kbd>} {name}
                    </button>
                  ))}
                </div>
              </fieldset>
              <fieldset>
                <legend>Counted in this minute</legend>
                <ul class="ways">
                  {ways.map((way) => (
                    <li key={way.gate.gate + way.direction}>
                      <button type="button" class="button" onClick={() => press(way.key, way)}>
                        <kbd>{way.key.toUpperCase()}</kbd> {gateName(way.gate)}, {way.direction}
                      </button>
                      <b>{whole(here.filter((one) => one.gate === way.gate.gate && one.direction === way.direction).length)}</b>
                    </li>
                  ))}
                </ul>
                <button type="button" class="button" disabled={here.length === 0} onClick={() => setPresses(undone(presses, minute))}>
                  Take the last one back
                </button>
              </fieldset>
            </>
          )}
        </div>
      </main>
    </>
  );
}

function Result({ checks, gates }: { checks: Check[]; gates: Gate[] }) {
  const nameOf = (id: string | null) => gates.find((gate) => gate.gate === id)?.name || id;
  return (
    <section aria-labelledby="result-title">
      <h2 id="result-title">How far the count is off</h2>
      {checks
        .filter((one) => one.gate === null)
        .map((one) => (
          <p key={one.start}>
            <b class="big">{errorInWords(one)}</b>
            <br />
            {whole(one.agreed)} agreed, {whole(one.missed)} missed, {whole(one.extra)} too many, in {whole(one.checked_s)} s.
          </p>
        ))}
      <div class="scroll" tabIndex={0} role="region" aria-label="Errors by gate and class">
        <table>
          <thead>
            <tr>
              {["Gate", "Class", "You", "Program", "Error"].map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {checks
              .filter((one) => one.gate !== null)
              .map((one) => (
                <tr key={`${one.start} ${one.gate} ${one.direction} ${one.vehicle_class}`}>
                  <th scope="row">
                    {nameOf(one.gate)}, {one.direction}
                  </th>
                  <td>{one.vehicle_class}</td>
                  <td>{whole(one.agreed + one.missed)}</td>
                  <td>{whole(one.agreed + one.extra)}</td>
                  <td>{errorInWords(one)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        It is kept beside the counts of the day, and shown with them. Errors are of the count, with their 95 % interval. To count
        other minutes, run the command again.
      </p>
    </section>
  );
}

interface Player {
  at_s: number;
  playing: boolean;
  speed: number;
  toggle: () => void;
  pause: () => void;
  go: (at_s: number) => void;
  faster: (by: number) => void;
}

/** Time that goes on while it plays, up to `end_s`. */
function usePlayer(end_s: number): Player {
  const [at_s, setAt] = useState(-BEFORE_S);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const end = useRef(end_s);
  end.current = end_s;
  useEffect(() => {
    if (!playing) return undefined;
    let before = performance.now();
    let next = requestAnimationFrame(function step(now: number) {
      const passed_s = (speed * Math.min(500, now - before)) / 1000;
      before = now;
      setAt((at) => Math.min(end.current, at + passed_s));
      next = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(next);
  }, [playing, speed]);
  const go = (to: number) => setAt(Math.min(end.current, Math.max(-BEFORE_S, to)));
  const faster = (by: number) => setSpeed((now) => SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(now) + by))] ?? 1);
  return { at_s, playing, speed, toggle: () => setPlaying(!playing), pause: () => setPlaying(false), go, faster };
}

function Wrong({ text }: { text: string }) {
  return (
    <p class="wrong" role="alert">
      {text}
    </p>
  );
}

const root = document.getElementById("app");
if (root) render(<Page />, root);
