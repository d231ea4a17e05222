/** Where the map stands. The map itself is fetched after the list, and the page works without it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Camera } from "./api";
import type { CameraMap } from "./map";
import type { Theme } from "./theme";

interface Props {
  cameras: Camera[];
  chosen: string | null;
  shade: Theme;
  choose: (camera: string) => void;
}

export function MapArea({ cameras, chosen, shade, choose }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const map = useRef<CameraMap | null>(null);
  const chooseNow = useRef(choose);
  chooseNow.current = choose;
  const [failed, setFailed] = useState(false);
  const [ready, setReady] = useState(false);

  useEffect(() => {
    let gone = false;
    import("./map")
      .then(({ CameraMap }) => {
        if (gone || !place.current || !grid.current) return;
        map.current = new CameraMap(place.current, grid.current, (id) => chooseNow.current(id));
        setReady(true);
      })
      .catch(() => setFailed(true));
    return () => {
      gone = true;
      map.current?.remove();
    };
  }, []);
  useEffect(() => map.current?.show(cameras, chosen), [ready, cameras, chosen]);
  useEffect(() => map.current?.paint(), [ready, shade]);

  const nowhere = cameras.filter((camera) => camera.position === null).length;
  return (
    <>
      <div class="map" ref={place} />
      <div class="graticule" ref={grid} aria-hidden="true" />
      {failed && <p class="map-note">This browser cannot draw the map (it needs WebGL). The list has every camera.</p>}
      {!failed && nowhere > 0 && nowhere === cameras.length && (
        <p class="map-note">
          No camera has a position yet: add <code>position = [lon, lat]</code> in city.toml.
        </p>
      )}
    </>
  );
}
