/** The triage queue: one defect at a time, judged with a key. Nobody waits for the network in between. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Theme } from "../theme";
import type { CityClock } from "../time";
import { whole } from "../words";
import { getDefect, getDefects, judge, type Session, type WholeDefect } from "./api";
import { Facts, Pictures } from "./life";
import { RoadMapArea } from "./map-area";
import { current, EMPTY_QUEUE, filled, judgedAs, moved, type Queue, returned, stepped, undoable } from "./queue";
import { mayJudge, SignIn } from "./session";
import { kindWord, OUTCOMES, stateWord } from "./words";

/** So long a verdict is held before it is sent: until then "u" takes it back without a trace. */
const HELD_MS = 4000;
const SLICE = 100;
const FEW = 10;
const AHEAD = 3;

interface Props {
  clock: CityClock;
  shade: Theme;
  session: Session | null;
  setSession: (session: Session) => void;
  written: () => void;
}

export function Triage({ clock, shade, session, setSession, written }: Props) {
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
      const got = await getDefects({ state: "suspected,reopened", limit: String(SLICE) });
      setQueue((before) => filled(before, got.defects));
    } catch (error) {
      setSaid((error as Error).message);
    }
    asking.current = false;
    setLoaded(true);
  }, []);

  useEffect(() => {
    if (queue.waiting.length < FEW) fill();
  }, [queue.waiting.length < FEW, queue.judged.length % FEW === 0]);

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

  const writtenCount = queue.judged.filter((each) => each.step === "written").length;
  const detail = one ? (details[one.defect] ?? null) : null;
  return (
    <div class="triage">
      <div class="triage-top">
        <SignIn session={session} setSession={setSession} />
        <p class="triage-count">
          {one ? `${whole(queue.at + 1)} of ${whole(queue.waiting.length)}${queue.waiting.length >= SLICE ? " or more" : ""}` : ""} ·{" "}
          {whole(writtenCount)} written, {whole(queue.judged.length - writtenCount)} on their way
        </p>
        <button type="button" class="button" aria-expanded={help} onClick={() => setHelp(!help)}>
          Keys <kbd>?</kbd>
        </button>
      </div>
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
            <Facts one={detail} clock={clock} />
          </div>
        </div>
      ) : (
        loaded && (
          <div class="empty">
            <h2>Nothing left to judge</h2>
            <p>What the next drive finds comes here.</p>
          </div>
        )
      )}
      <p class="triage-said" role="status">
        {said}
      </p>
    </div>
  );
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
