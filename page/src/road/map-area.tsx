/** Where the road's map stands. The map is fetched after the list, and the page works without it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Theme } from "../theme";
import type { Plan } from "./api";
import type { RoadMap } from "./map";
import type { Colouring } from "./state";

interface Props {
  filters: Record<string, string>;
  colouring: Colouring;
  shade: Theme;
  chosen: { defect: string; position: [number, number] | null } | null;
  choose?: (defect: string) => void;
  /** A small map that always stands over what is chosen. */
  near?: boolean;
  plan?: Plan | null;
  crew?: number | null;
  /** Counted up when what is kept has changed. */
  fetched?: number;
  go?: [number, number] | null;
}

export function RoadMapArea({ filters, colouring, shade, chosen, choose, near, plan, crew, fetched, go }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const map = useRef<RoadMap | null>(null);
  const chooseNow = useRef(choose);
  chooseNow.current = choose;
  const [failed, setFailed] = useState(false);
  const [ready, setReady] = useState(false);
  const [said, setSaid] = useState("");
  const key = JSON.stringify(filters);

  useEffect(() => {
    let gone = false;
    import("./map")
      .then(({ RoadMap }) => {
        if (gone || !place.current) return;
        map.current = new RoadMap(place.current, (defect) => chooseNow.current?.(defect), setSaid, near);
        setReady(true);
      })
      .catch(() => setFailed(true));
    return () => {
      gone = true;
      map.current?.remove();
    };
  }, []);
  useEffect(() => {
    map.current?.show({ filters, colouring, shade });
  }, [ready, key, colouring, shade, fetched]);
  useEffect(() => {
    map.current?.mark(chosen?.defect ?? null, chosen?.position ?? null, near);
  }, [ready, chosen?.defect, chosen?.position?.join()]);
  useEffect(() => {
    if (plan !== undefined) map.current?.route(plan, crew ?? null);
  }, [ready, plan, crew]);
  useEffect(() => {
    if (go) map.current?.go(go);
  }, [go]);

  return (
    <>
      <div class="map" ref={place} />
      {!near && !failed && said && (
        <p class="map-said" role="status">
          {said}
        </p>
      )}
      {failed && <p class="map-note">This browser cannot draw the map (it needs WebGL). The list has every defect.</p>}
    </>
  );
}
