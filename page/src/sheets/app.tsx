/** The crews' page: one crew's stops in order, what was done at each, and what of it the office has. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { chooseTheme, followSystem, type Theme, theme } from "../theme";
import { plural } from "../words";
import { Choose } from "./choose";
import { Decide } from "./decide";
import { HELD_MS, countsOf, dropped, factLabel, isUndoable, type Entry } from "./queue";
import { type Deeds, type Held, usePhone } from "./phone";
import { SignInPanel } from "./sign-in";
import { StopCard } from "./stop";
import { bringWords, clockOf, contactWords, dayWord, isToday, nextStop, picturesOf, statusWords, toBring } from "./words";

/** From here on the phone's clock is called wrong. */
const CLOCK_OFF_MS = 60_000;
export const CREW_ROLES = ["foreman", "manager", "administrator"];

export function SheetsApp() {
  const [held, deeds] = usePhone();
  const [open, setOpen] = useState<number | null>(null);
  const [menu, setMenu] = useState(false);
  const [last, setLast] = useState<Entry | null>(null);
  const now = useNow();
  useEffect(() => followSystem(() => undefined), []);
  const pictures = usePictures(held);
  const { kept, phone, queue } = held;
  const route = kept?.route ?? null;
  useEffect(() => {
    if (route) document.title = `Crew ${route.crew} · ${statusWords(countsOf(queue, phone.account))}`;
  }, [route, queue, phone]);
  if (!held.read) return null;
  // A stop at which nothing is left closes, unless another one was opened meanwhile.
  const noted = (entry: Entry, stop: number) => {
    setLast(entry);
    if (route && nextStop(route, [...queue, entry]) !== stop) setOpen((was) => (was === stop ? null : was));
  };
  const mayWrite = phone.account !== null && CREW_ROLES.includes(phone.role);
  const next = route ? nextStop(route, queue) : null;
  return (
    <div class="sheets">
      <Head held={held} deeds={deeds} now={now} menu={menu} setMenu={setMenu} />
      {menu && <Menu held={held} deeds={deeds} close={() => setMenu(false)} />}
      <main>
        <Warnings held={held} now={now} />
        {(phone.account === null || held.link === "signed out" || held.link === "no accounts") && (
          <SignInPanel key={phone.account ?? ""} held={held} deeds={deeds} />
        )}
        {phone.account !== null && !mayWrite && (
          <p class="warn">
            {phone.account} is a {phone.role}. What a crew does is written by a foreman: you can look, and write nothing.
          </p>
        )}
        <Decide queue={queue} account={phone.account} deeds={deeds} />
        {route === null ? (
          <Choose deeds={deeds} link={held.link} />
        ) : (
          <>
            <Bring held={held} />
            <ol class="sheet-stops">
              {route.stops.map((stop) => (
                <StopCard
                  key={stop.order}
                  stop={stop}
                  queue={queue}
                  pictures={pictures}
                  open={open === stop.number}
                  next={next === stop.number}
                  toggle={() => setOpen(open === stop.number ? null : stop.number)}
                  account={mayWrite ? phone.account : null}
                  deeds={deeds}
                  noted={noted}
                />
              ))}
            </ol>
            <p class="sheet-end">
              {next === null && route.stops.length > 0 ? "Every stop is dealt with. " : ""}Back at the yard by {route.back}.
            </p>
          </>
        )}
      </main>
      <Undo last={last} held={held} deeds={deeds} now={now} gone={() => setLast(null)} />
    </div>
  );
}

interface HeadProps {
  held: Held;
  deeds: Deeds;
  now: number;
  menu: boolean;
  setMenu: (open: boolean) => void;
}

function Head({ held, deeds, now, menu, setMenu }: HeadProps) {
  const counts = countsOf(held.queue, held.phone.account);
  const route = held.kept?.route;
  const tone = counts.toDecide > 0 ? "decide" : counts.waiting > 0 ? "waiting" : "sent";
  return (
    <header class="sheet-head">
      <div class="sheet-title">
        <h1>{route ? `Crew ${route.crew}` : "Crew's sheet"}</h1>
        {route && <span class={isToday(route.day, now) ? "" : "not-today"}>{dayWord(route.day, now)}</span>}
        <button type="button" class="big-button plain" aria-expanded={menu} onClick={() => setMenu(!menu)}>
          {held.phone.account ?? "Menu"}
        </button>
      </div>
      <div class={`sheet-status ${tone}`} role="status">
        <span class="sheet-mark" aria-hidden="true">
          {tone === "sent" ? "✓" : tone === "waiting" ? "…" : "!"}
        </span>
        <span>
          <b>{statusWords(counts)}</b>
          <small>
            {held.link === "unreachable" ? "No contact now. " : ""}
            {contactWords(held.phone.contact, now)}
          </small>
        </span>
        <button type="button" class="big-button plain" disabled={held.busy} onClick={() => deeds.send()}>
          {held.busy ? "Asking" : counts.waiting > 0 ? "Send now" : "Check now"}
        </button>
      </div>
    </header>
  );
}

function Warnings({ held, now }: { held: Held; now: number }) {
  const route = held.kept?.route;
  const missing = route ? picturesOf(route).filter((href) => !held.kept?.pictures[href]).length : 0;
  const minutes = Math.round(Math.abs(held.aheadMs ?? 0) / 60_000);
  return (
    <>
      {held.wrong && (
        <p class="warn" role="alert">
          {held.wrong}
        </p>
      )}
      {!window.isSecureContext && (
        <p class="warn">This page came without https: it works while it stays open, and cannot be opened again without a network.</p>
      )}
      {held.aheadMs !== null && Math.abs(held.aheadMs) > CLOCK_OFF_MS && (
        <p class="warn">
          This phone's clock is {minutes} min {held.aheadMs > 0 ? "ahead of" : "behind"} the office's. Times are written down as the phone has
          them: set its clock.
        </p>
      )}
      {missing > 0 && <p class="warn">{plural(missing, "picture")} of this route {missing === 1 ? "is" : "are"} not on this phone yet.</p>}
      {route && !isToday(route.day, now) && <p class="warn">This route is not of today. Ask the office whether there is a newer one.</p>}
    </>
  );
}

function Bring({ held }: { held: Held }) {
  const rows = toBring((held.kept?.route.stops ?? []).flatMap((stop) => stop.defects));
  if (rows.length === 0) return null;
  return (
    <details class="bring">
      <summary>What to bring</summary>
      <ul>
        {rows.map((one) => (
          <li key={one.kind}>{bringWords(one)}</li>
        ))}
      </ul>
      <p class="small">Sizes are as drives saw them; a depth only where somebody measured it.</p>
    </details>
  );
}

function Menu({ held, deeds, close }: { held: Held; deeds: Deeds; close: () => void }) {
  const [said, setSaid] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  const other: Theme = theme() === "dark" ? "light" : "dark";
  const counts = countsOf(held.queue, held.phone.account);
  const left = counts.waiting + counts.toDecide;
  const out = () =>
    deeds.signOut().then(close, () =>
      setSaid("The route is off this phone. The office was not reached: the session there is ended at the next contact, and nothing is sent before."),
    );
  return (
    <nav class="sheet-menu" aria-label="Menu">
      {held.kept && (
        <button type="button" class="big-button" onClick={() => deeds.forgetRoute().then(close)}>
          Another crew
        </button>
      )}
      {held.phone.account !== null && left > 0 && !sure && (
        <button type="button" class="big-button" onClick={() => setSure(true)}>
          Sign out {held.phone.account}
        </button>
      )}
      {held.phone.account !== null && (left === 0 || sure) && (
        <>
          {left > 0 && (
            <p>
              {left} of {held.phone.account} {left === 1 ? "is" : "are"} not sent. {left === 1 ? "It stays" : "They stay"} on this phone until{" "}
              {held.phone.account} signs in on it again.
            </p>
          )}
          <button type="button" class="big-button danger" onClick={out}>
            Sign out{left > 0 ? " all the same" : ` ${held.phone.account}`}
          </button>
        </>
      )}
      <button
        type="button"
        class="big-button"
        onClick={() => {
          chooseTheme(other);
          close();
        }}
      >
        {other === "dark" ? "Dark, for the night" : "Light, for the sun"}
      </button>
      <a class="big-button" href="/road">
        The road's map
      </a>
      {said && <p role="alert">{said}</p>}
    </nav>
  );
}

function Undo({ last, held, deeds, now, gone }: { last: Entry | null; held: Held; deeds: Deeds; now: number; gone: () => void }) {
  const entry = last === null ? undefined : held.queue.find((one) => one.key === last.key);
  if (!entry || !isUndoable(entry) || now - Date.parse(entry.observed) > 10 * HELD_MS) return null;
  return (
    <div class="sheet-undo" role="status">
      <span>
        {factLabel(entry.fact)}, {clockOf(Date.parse(entry.observed))}: on this phone
      </span>
      <button type="button" class="big-button" onClick={() => deeds.alter((queue) => dropped(queue, entry.key)).then(gone)}>
        Undo
      </button>
    </div>
  );
}

/** The pictures that are kept, as addresses that an <img> can show. */
function usePictures(held: Held): Record<string, string> {
  const blobs = held.kept?.pictures;
  const made = useMemo(
    () => Object.fromEntries(Object.entries(blobs ?? {}).map(([href, blob]) => [href, URL.createObjectURL(blob)])),
    [blobs],
  );
  useEffect(() => () => Object.values(made).forEach((address) => URL.revokeObjectURL(address)), [made]);
  return made;
}

function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
