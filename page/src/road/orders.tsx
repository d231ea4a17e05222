/** Crews' routes of the plan that is shown, stop by stop. */

import { useState } from "preact/hooks";
import { Again } from "../again";
import type { Theme } from "../theme";
import type { CityClock } from "../time";
import { plural } from "../words";
import { getOrders } from "./api";
import { useFresh } from "./fresh";
import type { RoadView, SetView } from "./state";
import { RoadMapArea } from "./map-area";

interface Props {
  clock: CityClock;
  shade: Theme;
  fetched: number;
  open: (defect: string) => void;
  view: RoadView;
  setView: SetView;
}

export function OrdersView({ clock, shade, fetched, open, view, setView }: Props) {
  const { got: orders, wrong } = useFresh(getOrders, fetched);
  const [go, setGo] = useState<[number, number] | null>(null);
  const plan = orders?.plan ?? null;
  const crew = plan?.crews.find((one) => String(one.crew) === view.crew)?.crew ?? null;
  return (
    <div class="frame road-frame">
      <section class="area-list" aria-label="Work orders">
        <Again wrong={wrong} />
        {orders && !plan && (
          <div class="empty">
            <h2>No plan is shown</h2>
            <p>
              Make one with <code>waywarden orders plan … --for-page FOLDER/plan.json</code>, and serve the folder with{" "}
              <code>--shown FOLDER</code>.
            </p>
          </div>
        )}
        {plan && (
          <>
            <div class="road-filters crews">
              <label class="field">
                <span>Crew</span>
                <select value={crew ?? ""} onChange={(event) => setView({ ...view, crew: event.currentTarget.value })}>
                  <option value="">all crews</option>
                  {plan.crews.map((one) => (
                    <option key={one.crew} value={one.crew}>
                      crew {one.crew}: {plural(one.stops.length, "stop")}, back {one.back}
                    </option>
                  ))}
                </select>
              </label>
              <p class="note">
                {dayOf(plan.day)}, from {plan.begins}; lines are straight from stop to stop.{" "}
                <a href="/sheets/">A crew's sheet for the phone</a> works without a network.
              </p>
            </div>
            {plan.crews
              .filter((one) => crew === null || one.crew === crew)
              .map((one) => (
                <section key={one.crew} aria-label={`Crew ${one.crew}`}>
                  <div class="list-head">
                    <h2>Crew {one.crew}</h2>
                    <span>back at {one.back}</span>
                  </div>
                  <ol class="stops">
                    {one.stops.map((stop) => (
                      <li key={stop.order}>
                        <button type="button" class="stop-place" onClick={() => setGo([...stop.position])}>
                          <span class={`flag crew-${(one.crew - 1) % 4}`}>{stop.number}</span>
                          <span class="name">
                            {stop.street}, {Math.round(stop.chainage_m)} m
                          </span>
                          <span class="number">{stop.arrive}</span>
                          <span class="more">
                            {stop.minutes.toFixed(0)} min · order {stop.order}
                          </span>
                        </button>
                        <span class="stop-defects">
                          {stop.defects.map((defect) => (
                            <button key={defect} type="button" class="link" onClick={() => open(defect)}>
                              {defect}
                            </button>
                          ))}
                        </span>
                      </li>
                    ))}
                  </ol>
                </section>
              ))}
            {plan.left.length > 0 && <p class="note left-over">{plural(plan.left.length, "visit")} did not fit into the day.</p>}
          </>
        )}
        {orders && orders.orders.length > 0 && (
          <section aria-label="Orders in the ledger">
            <div class="list-head">
              <h2>Orders in the ledger</h2>
              <span>defects</span>
            </div>
            <ul class="ordered">
              {orders.orders.map((one) => (
                <li key={one.order}>
                  <code>{one.order}</code>
                  <span>{clock.dayAndTime(Date.parse(one.changed))}</span>
                  <b>{one.defects}</b>
                </li>
              ))}
            </ul>
          </section>
        )}
      </section>
      <section class="area-map" aria-label="Map">
        <RoadMapArea filters={{ waiting: "yes" }} colouring="condition" shade={shade} chosen={null} choose={open} plan={plan} crew={crew} go={go} />
      </section>
    </div>
  );
}

function dayOf(day: string): string {
  return new Date(`${day}T12:00:00`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}
