/** The triage queue: one defect at a time, judged with a key. Nobody waits for the network in between. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Theme } from "../theme";
import type { CityClock } from "../time";
import { whole } from "../words";
import { type Backlog, getDefect, getDefects, judge, type Session, type WholeDefect } from "./api";
import { Facts, Pictures } from "./life";
import { RoadMapArea } from "./map-area";
import { cameBack, current, EMPTY_QUEUE, filled, judgedAs, moved, onTheirWay, type Queue, returned, stepped, undoable } from "./queue";
import { JudgingNote, mayJudge, SignIn } from "./session";
import { kindWord, OUTCOMES, stateWord } from "./words";

/** So long a verdict is held before it is sent: until then "u" takes it back without a trace. */
const HELD_MS = 4000;
const JUDGED_STATES = ["suspected", "reopened"];
const SLICE = 100;
const FEW = 10;
const AHEAD = 3;

interface Props {
  clock: CityClock;
  shade: Theme;
  backlog: Backlog | null;
  fetched: number;
  session: Session | null | undefined;
  setSession: (session: Session) => void;
  written: () => void;
}

export function Triage({ clock, shade, backlog, fetched, session, setSession, written }: Props) {
  const [queue, setQueue] = useState<Queue>(EMPTY_QUEUE);
  const [loaded, setLoaded] = useState(false);
  const [said, setSaid] = useState("");
  const [help, setHelp] = useState(false);
  const [details, setDetails] = useState<Record<string, WholeDefect>>({});
  const timers = useRef(new Map<string, number>());
  const now = useRef({ queue, session });
  now.current = { queue, session };
  const asking = useRef(false);
  const one = current(queue);

  const fill = useCallback(async () => {
    if (asking.current) return;
    asking.current = true;
    try {
      // Those that wait here are the first of the list; what was reopened meanwhile may stand before them.
      const known = now.current.queue.waiting.length;
      for (const offset of known > 0 ? [known, 0] : [0]) {
        const got = await getDefects({ state: JUDGED_STATES.join(), limit: String(SLICE), offset: String(offset) });
        setQueue((before) => filled(before, got.defects.filter((each) => !each.merged_into)));
      }
      setLoaded(true);
    } catch (error) {
      setSaid((error as Error).message);
    }
    asking.current = false;
  }, []);

  const isShort = queue.waiting.length - queue.at < FEW;
  useEffect(() => {
    if (isShort) fill();
  }, [isShort, queue.judged.length % FEW === 0, fetched]);

  // The facts and pictures of the next few come before they are wanted.
  useEffect(() => {
    for (const next of queue.waiting.slice(queue.at, queue.at + AHEAD)) {
      if (details[next.defect]) continue;
      getDefect(next.defect).then(
        (got) => {
          setDetails((before) => ({ ...before, [got.defect]: got }));
          for (const picture of got.pictures ?? []) new Image().src = picture.href;
        },
        () => undefined,
      );
    }
  }, [one?.defect]);

  const send = useCallback((defect: string) => {
    clearTimeout(timers.current.get(defect));
    timers.current.delete(defect);
    const verdict = now.current.queue.judged.find((each) => each.defect.defect === defect);
    const csrf = now.current.session?.csrf;
    if (!verdict || verdict.step !== "held") return;
    if (csrf === undefined) return setQueue((before) => returned(before, defect, "You are not signed in any more."));
    setQueue((before) => stepped(before, defect, "sent"));
    judge(defect, verdict.outcome, csrf).then(
      () => {
        setQueue((before) => stepped(before, defect, "written"));
        written();
      },
      (error: Error) => {
        setQueue((before) => returned(before, defect, error.message));
        setSaid(`A verdict came back: ${error.message}`);
      },
    );
  }, []);

  const give = useCallback((outcome: string, label: string) => {
    const defect = current(now.current.queue);
    if (!defect) return;
    if (!mayJudge(now.current.session)) return setSaid("Sign in as an inspector first: a verdict goes into the ledger.");
    setQueue((before) => judgedAs(before, outcome));
    timers.current.set(defect.defect, window.setTimeout(() => send(defect.defect), HELD_MS));
    setSaid(`${label}. Press u within ${HELD_MS / 1000} seconds to take it back.`);
  }, []);

  const undo = useCallback(() => {
    const verdict = undoable(now.current.queue);
    if (!verdict) return setSaid("Nothing to take back: what is written stays written. Judge it anew from its page.");
    clearTimeout(timers.current.get(verdict.defect.defect));
    timers.current.delete(verdict.defect.defect);
    setQueue((before) => returned(before, verdict.defect.defect, null));
    setSaid("Taken back.");
  }, []);

  useEffect(() => {
    const flush = () => [...timers.current.keys()].forEach(send);
    addEventListener("pagehide", flush);
    return () => {
      removeEventListener("pagehide", flush);
      flush();
    };
  }, []);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || target.closest("input, select, textarea")) return;
      const found = OUTCOMES.find((outcome) => outcome.key === event.key);
      const deeds: Record<string, () => void> = {
        u: undo,
        n: () => setQueue((before) => moved(before, 1)),
        p: () => setQueue((before) => moved(before, -1)),
        "?": () => setHelp((before) => !before),
      };
      if (found) give(found.outcome, found.label);
      else if (deeds[event.key]) deeds[event.key]?.();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);

  const back = cameBack(queue);
  const left = useLeft(queue, backlog);
  const detail = one ? (details[one.defect] ?? null) : null;
  return (
    <div class="triage">
      <div class="triage-top">
        <SignIn session={session} setSession={setSession} />
        <p class="triage-count">
          {one ? `${whole(queue.at + 1)} of ${whole(left)} · ` : ""}
          {whole(queue.judged.length - onTheirWay(queue))} written, {whole(onTheirWay(queue))} on their way
          {back > 0 && (
            <>
              , <b class="came-back">{whole(back)} came back</b>
            </>
          )}
        </p>
        <button type="button" class="button" aria-expanded={help} onClick={() => setHelp(!help)}>
          Keys <kbd>?</kbd>
        </button>
      </div>
      <JudgingNote session={session} />
      {help && <Help />}
      {one ? (
        <div class="triage-one">
          <div class="triage-look">
            {detail && (detail.pictures ?? []).length > 0 ? (
              <Pictures pictures={detail.pictures ?? []} clock={clock} />
            ) : (
              <p class="no-picture">No picture is kept of this one.</p>
            )}
            <div class="triage-map">
              <RoadMapArea
                near
                filters={{ waiting: "yes" }}
                colouring="condition"
                shade={shade}
                chosen={{ defect: one.defect, position: one.position }}
              />
            </div>
          </div>
          <div class="triage-facts">
            <h2>{kindWord(one.kind)}</h2>
            <p class="note">
              {stateWord(one.state)}
              {one.street ? ` · ${one.street}, ${Math.round(one.chainage_m ?? 0)} m ${one.way} the line` : ""}
            </p>
            {queue.wrong[one.defect] && (
              <p class="wrong" role="alert">
                It came back: {queue.wrong[one.defect]}
              </p>
            )}
            <div class="outcomes">
              {OUTCOMES.map(({ key, outcome, label }) => (
                <button key={key} type="button" class="button outcome" onClick={() => give(outcome, label)}>
                  <kbd>{key}</kbd> {label}
                </button>
              ))}
            </div>
            <div class="triage-moves">
              <button type="button" class="button" onClick={() => setQueue(moved(queue, -1))} disabled={queue.at === 0}>
                <kbd>p</kbd> Previous
              </button>
              <button
                type="button"
                class="button"
                onClick={() => setQueue(moved(queue, 1))}
                disabled={queue.at >= queue.waiting.length - 1}
              >
                <kbd>n</kbd> Next
              </button>
              <button type="button" class="button" onClick={undo} disabled={undoable(queue) === null}>
                <kbd>u</kbd> Take back
              </button>
            </div>
            <p class="triage-said" role="status">
              {said}
            </p>
            <Facts one={detail} clock={clock} />
          </div>
        </div>
      ) : (
        <>
          {loaded && (
            <div class="empty">
              <h2>Nothing left to judge</h2>
              <p>What the next drive finds comes here.</p>
            </div>
          )}
          <p class="triage-said" role="status">
            {said}
          </p>
        </>
      )}
    </div>
  );
}

/** How many are left to judge, of all that the ledger has: the queue holds some hundred of them. */
function useLeft(queue: Queue, backlog: Backlog | null): number {
  const isWritten = queue.judged.length - onTheirWay(queue);
  // What is written after the backlog was asked for is still counted in it.
  const before = useMemo(() => isWritten, [backlog]);
  const all = JUDGED_STATES.reduce((sum, state) => sum + (backlog?.by_state[state] ?? 0), 0);
  return Math.max(queue.waiting.length, all - (isWritten - before) - onTheirWay(queue));
}

function Help() {
  return (
    <dl class="keys">
      {OUTCOMES.map(({ key, label }) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{label}</dd>
        </div>
      ))}
      {[
        ["n", "next, without a verdict"],
        ["p", "previous"],
        ["u", "take the last verdict back, while it is held"],
        ["?", "these words"],
      ].map(([key, words]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}
