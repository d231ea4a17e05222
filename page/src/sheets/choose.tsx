/** Which crew's route is taken along. */

import { useEffect, useState } from "preact/hooks";
import type { Orders } from "../road/api";
import { plural } from "../words";
import { getOrders } from "./api";
import type { Deeds, Link } from "./phone";
import { dayWord } from "./words";

export function Choose({ deeds, link }: { deeds: Deeds; link: Link }) {
  const [orders, setOrders] = useState<Orders | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [taking, setTaking] = useState<number | null>(null);
  useEffect(() => {
    getOrders().then(
      (found) => {
        setOrders(found);
        setWrong(null);
      },
      (error: Error) => setWrong(`Routes cannot be fetched now: ${error.message}.`),
    );
  }, [link]);
  const plan = orders?.plan ?? null;
  const take = (crew: number) => {
    setTaking(crew);
    deeds.fetchRoute(crew).then(() => setTaking(null));
  };
  return (
    <section class="choose" aria-label="Which crew">
      <h2>Which crew are you?</h2>
      {wrong && <p class="warn">{wrong}</p>}
      {orders && !plan && <p>The office shows no plan. Ask it for today's.</p>}
      {plan && <p>Routes of {dayWord(plan.day, Date.now())}, from {plan.begins}.</p>}
      {plan?.crews.map((one) => (
        <button key={one.crew} type="button" class="big-button wide" disabled={taking !== null} onClick={() => take(one.crew)}>
          <b>Crew {one.crew}</b>
          <span>{taking === one.crew ? "fetching" : `${plural(one.stops.length, "stop")}, back at ${one.back}`}</span>
        </button>
      ))}
      <p class="small">The route and its pictures are then kept on this phone, and stay there without a network until you sign out.</p>
    </section>
  );
}
