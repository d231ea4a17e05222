/** The page: what is chosen (kept in the address), what was fetched, and where each part stands. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Again } from "./again";
import { type Camera, type City, getCameras, getCity } from "./api";
import { useFocusBack } from "./focus";
import { CameraList } from "./list";
import { MapArea } from "./map-area";
import { Panel } from "./panel";
import { EMPTY_VIEW, hashOf, type View, viewFromHash } from "./state";
import { followSystem, type Theme, theme } from "./theme";
import { cityClock } from "./time";
import { Top } from "./top";

const REFRESH_MS = 60_000;

export function App() {
  const [city, setCity] = useState<City | null>(null);
  const [cameras, setCameras] = useState<Camera[] | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [fetched, setFetched] = useState(0);
  const [view, setView] = useView();
  const [shade, setShade] = useState<Theme>(theme());
  const clock = useMemo(() => cityClock(city?.time_zone ?? "UTC"), [city]);

  useEffect(() => followSystem(setShade), []);
  useEffect(() => {
    const load = () =>
      Promise.all([getCity(), getCameras()]).then(
        ([gotCity, gotCameras]) => {
          setCity(gotCity);
          setCameras(gotCameras);
          setWrong(null);
          setFetched((times) => times + 1);
        },
        (error: Error) => setWrong(error.message),
      );
    load();
    const timer = setInterval(() => document.visibilityState === "visible" && load(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (city) document.title = `${city.name} · Waywarden`;
  }, [city]);

  const chosen = cameras?.find((camera) => camera.camera === view.camera) ?? null;
  useFocusBack(chosen?.camera ?? null, "cameras");
  const choose = (camera: string | null) => setView({ ...EMPTY_VIEW, period: view.period, camera });

  return (
    <>
      <a class="skip" href="#cameras" onClick={skipTo("cameras")}>
        Skip to the list of cameras
      </a>
      <Top city={city} here="traffic" shade={shade} choose={setShade} />
      <Again wrong={wrong} />
      <main class={chosen ? "frame chosen" : "frame"}>
        <section class="area-list" aria-label="Cameras" id="cameras" tabIndex={-1}>
          {cameras && <CameraList cameras={cameras} chosen={chosen} clock={clock} link={(id) => hashOf({ ...EMPTY_VIEW, period: view.period, camera: id })} />}
        </section>
        <section class="area-map" aria-label="Map">
          {cameras && <MapArea cameras={cameras} chosen={chosen?.camera ?? null} shade={shade} choose={choose} />}
        </section>
        {chosen && city && (
          <section class="area-panel" aria-label={`Camera ${chosen.name}`}>
            <Panel
              key={chosen.camera}
              camera={chosen}
              city={city}
              clock={clock}
              view={view}
              setView={setView}
              fetched={fetched}
              close={() => choose(null)}
            />
          </section>
        )}
      </main>
    </>
  );
}

function skipTo(id: string) {
  return (click: Event) => {
    click.preventDefault();
    document.getElementById(id)?.focus();
  };
}

/** The view in the address: a change makes a step that "back" undoes. */
function useView(): [View, (view: View) => void] {
  const [view, setView] = useState<View>(() => viewFromHash(location.hash));
  const current = useRef(view);
  current.current = view;
  useEffect(() => {
    const follow = () => setView(viewFromHash(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const change = (next: View) => {
    const hash = hashOf(next);
    if (hash !== hashOf(current.current)) history.pushState(null, "", hash);
    setView(next);
  };
  useEffect(() => {
    const follow = () => setView(viewFromHash(location.hash));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  return [view, change];
}
