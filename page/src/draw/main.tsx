/** The drawing page: a still without road users, gates and points on it, and a button that writes them to city.toml. */

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PointPx } from "../api";
import { ask, HERE, TOKEN } from "../local";
import { followSystem } from "../theme";
import "../style.css";
import "./draw.css";
import { addGate, addPoint, type Drawn } from "./drawn";
import { CalibrationFields, GateFields, MovementFields } from "./fields";
import { Picture, type Tool } from "./picture";

const STILL = `${HERE}/still.jpg?token=${encodeURIComponent(TOKEN)}`;

/** `size_px` is the camera’s own picture, in whose pixels gates are; the still that is shown may be smaller. */
type Loaded = Drawn & { camera: string; name: string; size_px: PointPx };

function fetched(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve();
    image.onerror = () => reject(new Error("The camera’s still could not be fetched: see what the command line says."));
    image.src = address;
  });
}

function Page() {
  const [camera, setCamera] = useState<Loaded | null>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [tool, setTool] = useState<Tool>("gate");
  const [said, setSaid] = useState("");
  const [wrong, setWrong] = useState("");
  const [changed, setChanged] = useState(false);

  useEffect(() => followSystem(() => undefined), []);
  useEffect(() => {
    Promise.all([ask<Loaded>(`${HERE}/camera.json`), fetched(STILL)]).then(
      ([loaded]) => {
        setCamera(loaded);
        setDrawn(pick(loaded));
        document.title = `Gates of ${loaded.name} · Waywarden`;
      },
      (error: Error) => setWrong(error.message),
    );
  }, []);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => changed && event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [changed]);

  const change = (next: Drawn) => {
    setDrawn(next);
    setChanged(true);
    setSaid("");
    setWrong("");
  };
  const save = () => {
    if (!drawn) return;
    ask<Loaded>(`${HERE}/save`, drawn).then(
      (saved) => {
        setDrawn(pick(saved));
        setChanged(false);
        setWrong("");
        setSaid("Saved to city.toml.");
      },
      (error: Error) => setWrong(error.message),
    );
  };
  if (!drawn || !camera) return <main class="draw">{wrong ? <Wrong text={wrong} /> : <p class="note">One moment: the still is being made.</p>}</main>;
  const size = camera.size_px;
  const centre = (x: number, y: number): PointPx => [Math.round(size[0] * x), Math.round(size[1] * y)];
  const place = {
    drawn,
    change,
    addGate: () => change(addGate(drawn, centre(0.3, 0.5), centre(0.7, 0.5))),
    addPoint: () => change(addPoint(drawn, centre(0.5, 0.5))),
  };
  return (
    <>
      <header class="top">
        <h1>Gates of {camera.name || camera.camera}</h1>
        <span class="city">{camera.camera}</span>
        <nav aria-label="Saving">
          <span role="status" class="note">
            {said || (changed ? "Not saved yet" : "")}
          </span>
          <button type="button" class="button primary" disabled={!changed} onClick={save}>
            Save to city.toml
          </button>
        </nav>
      </header>
      <main class="draw">
        <div class="draw-picture">
          {wrong && <Wrong text={wrong} />}
          <div class="tools" role="group" aria-label="What a click in the picture does">
            <ToolButton name="Draw gates" tool="gate" now={tool} set={setTool} />
            <ToolButton name="Set calibration points" tool="point" now={tool} set={setTool} />
          </div>
          <Picture
            still={STILL}
            size={size}
            drawn={drawn}
            tool={tool}
            change={change}
            addGate={(from, to) => change(addGate(drawn, from, to))}
            addPoint={(px) => change(addPoint(drawn, px))}
          />
          <p class="note">
            Drag from kerb to kerb to draw a gate; drag an end to move it, or focus it and use the arrow keys. The arrow is
            forward: towards your right hand when you stand at A and look at B. The still is a median of many frames: what
            moves is not in it.
          </p>
        </div>
        <div class="draw-fields">
          <GateFields {...place} />
          <MovementFields {...place} />
          <CalibrationFields {...place} />
        </div>
      </main>
    </>
  );
}

function pick({ gates, movements, calibration }: Drawn): Drawn {
  return { gates, movements, calibration };
}

function Wrong({ text }: { text: string }) {
  return (
    <p class="wrong" role="alert">
      {text}
    </p>
  );
}

function ToolButton({ name, tool, now, set }: { name: string; tool: Tool; now: Tool; set: (tool: Tool) => void }) {
  return (
    <button type="button" class="button" aria-pressed={tool === now} onClick={() => set(tool)}>
      {name}
    </button>
  );
}

const root = document.getElementById("app");
if (root) render(<Page />, root);
