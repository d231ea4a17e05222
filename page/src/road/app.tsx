/** The road's page: the backlog first, then the map, triage, orders, the programme, the policy and precision. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Again } from "../again";
import { type City, getCity } from "../api";
import { useFocusBack } from "../focus";
import { followSystem, type Theme, theme } from "../theme";
import { cityClock } from "../time";
import { Top } from "../top";
import { type Backlog, getBacklog, getSession, type Session, type WholeDefect } from "./api";
import { BacklogStrip } from "./backlog";
import { Life } from "./life";
import { DefectList, Filters, Legend } from "./list";
import { RoadMapArea } from "./map-area";
import { OrdersView } from "./orders";
import { PolicyView } from "./policy";
import { PrecisionView } from "./precision";
import { ProgrammeView } from "./programme";
import { asked, hashOf, type RoadView, type SetView, type Tab, viewOf } from "./state";
import { Triage } from "./triage";

const REFRESH_MS = 60_000;
const TAB_WORDS: Record<Tab, string> = { map: "Map", triage: "Triage", orders: "Crews", programme: "Programme", policy: "Policy", precision: "Precision" };

export function RoadApp() {
  const [city, setCity] = useState<City | null>(null);
  const [backlog, setBacklog] = useState<Backlog | null>(null);
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const [wrong, setWrong] = useState<string | null>(null);
  const [fetched, setFetched] = useState(0);
  const [view, setView] = useView();
  const [shade, setShade] = useState<Theme>(theme());
  const [found, setFound] = useState<WholeDefect | null>(null);
  const clock = useMemo(() => cityClock(city?.time_zone ?? "UTC"), [city]);

  useEffect(() => followSystem(setShade), []);
  const load = () =>
    Promise.all([getCity(), getBacklog()]).then(
      ([gotCity, gotBacklog]) => {
        setCity(gotCity);
        setBacklog(gotBacklog);
        setWrong(null);
        setFetched((times) => times + 1);
      },
      (error: Error) => setWrong(error.message),
    );
  // Until the server has said whether it has accounts, and who is signed in.
  useEffect(() => {
    if (session === undefined) getSession().then(setSession, () => undefined);
  }, [fetched]);
  useEffect(() => {
    load();
    const timer = setInterval(() => document.visibilityState === "visible" && load(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (city) document.title = `Road · ${city.name} · Waywarden`;
  }, [city]);

  useFocusBack(view.tab === "map" ? view.defect : null, "defects");
  const open = (defect: string) => setView({ ...view, tab: "map", defect });
  const chosen = view.defect ? { defect: view.defect, position: found?.defect === view.defect ? found.position : null } : null;
  return (
    <>
      <Top city={city} here="road" shade={shade} choose={setShade} />
      <Again wrong={wrong} />
      {backlog && <BacklogStrip backlog={backlog} clock={clock} open={open} />}
      <nav class="tabs" aria-label="Road">
        {(Object.keys(TAB_WORDS) as Tab[]).map((tab) => (
          <a key={tab} href={hashOf({ ...view, tab, defect: null })} aria-current={view.tab === tab ? "page" : undefined}>
            {TAB_WORDS[tab]}
          </a>
        ))}
      </nav>
      <main class={`road-main tab-${view.tab}`}>
        {view.tab === "map" && (
          <div class={view.defect ? "frame road-frame with-life" : "frame road-frame"}>
            <section class="area-list" aria-label="Defects" id="defects" tabIndex={-1}>
              <Filters view={view} setView={setView} />
              <DefectList view={view} shade={shade} fetched={fetched} />
            </section>
            <section class="area-map" aria-label="Map">
              <RoadMapArea filters={asked(view)} colouring={view.colouring} shade={shade} chosen={chosen} choose={open} fetched={fetched} />
              <Legend view={view} shade={shade} />
            </section>
            {view.defect && (
              <section class="area-panel" aria-label="The chosen defect">
                <Life
                  defect={view.defect}
                  clock={clock}
                  shade={shade}
                  fetched={fetched}
                  found={setFound}
                  close={() => setView({ ...view, defect: null })}
                  link={(defect) => hashOf({ ...view, defect })}
                  street={(street) => setView({ ...view, street, defect: null })}
                />
              </section>
            )}
          </div>
        )}
        {view.tab === "triage" && <Triage {...{ clock, shade, backlog, fetched, session, setSession }} written={load} />}
        {view.tab === "orders" && <OrdersView {...{ clock, shade, fetched, open, view, setView }} />}
        {view.tab === "programme" && <ProgrammeView {...{ fetched, view, setView }} />}
        {view.tab === "policy" && <PolicyView {...{ clock, fetched, open }} />}
        {view.tab === "precision" && <PrecisionView fetched={fetched} />}
      </main>
    </>
  );
}

/** The view in the address: a change makes a step that "back" undoes, but for one that is one of many, as of a slider. */
function useView(): [RoadView, SetView] {
  const [view, setView] = useState<RoadView>(() => viewOf(location.hash));
  const current = useRef(view);
  current.current = view;
  useEffect(() => {
    const follow = () => setView(viewOf(location.hash));
    addEventListener("hashchange", follow);
    addEventListener("popstate", follow);
    return () => {
      removeEventListener("hashchange", follow);
      removeEventListener("popstate", follow);
    };
  }, []);
  const change: SetView = (next, isOneOfMany = false) => {
    if (isOneOfMany) history.replaceState(null, "", hashOf(next));
    else if (hashOf(next) !== hashOf(current.current)) history.pushState(null, "", hashOf(next));
    setView(next);
  };
  return [view, change];
}
