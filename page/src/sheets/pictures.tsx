/** Pictures that the crew takes of a place, before and after; and those that the office does not keep. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { SheetDefect } from "./api";
import type { Deeds } from "./phone";
import { isTaken, type Shot, shotAgain, shotDropped, type Side } from "./shots";
import { shrunk } from "./shrink";
import { clockOf, newKey } from "./words";

const SIDES: Side[] = ["before", "after"];

interface Props {
  one: SheetDefect;
  /** Where it is, in words. */
  place: string;
  shots: Shot[];
  account: string;
  deeds: Deeds;
}

export function TakePictures({ one, place, shots, account, deeds }: Props) {
  const [busy, setBusy] = useState<Side | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const mine = shots.filter((each) => each.defect === one.defect && each.account === account);
  const take = async (of: Side, input: HTMLInputElement) => {
    const file = input.files?.[0];
    const observed = new Date().toISOString();
    if (!file) return;
    setBusy(of);
    setWrong(null);
    try {
      const jpeg = await shrunk(file);
      const shot: Shot = { key: newKey(), account, defect: one.defect, place, of, observed, tries: 0, step: "waiting", jpeg };
      await deeds.alterShots((all) => [...all, shot]);
    } catch (error) {
      setWrong((error as Error).message);
    }
    // The same file again is a change too.
    input.value = "";
    setBusy(null);
  };
  return (
    <div class="shots">
      {mine.map((shot) => (
        <Taken key={shot.key} shot={shot} deeds={deeds} />
      ))}
      {wrong && (
        <p class="warn" role="alert">
          {wrong}
        </p>
      )}
      <div class="pair">
        {SIDES.filter((of) => !isTaken(mine, one.defect, of)).map((of) => (
          <label key={of} class="big-button take">
            <input
              type="file"
              accept="image/*"
              capture="environment"
              disabled={busy !== null}
              onChange={(event) => take(of, event.currentTarget)}
            />
            {busy === of ? "One moment" : `Picture ${of}`}
          </label>
        ))}
      </div>
    </div>
  );
}

function Taken({ shot, deeds }: { shot: Shot; deeds: Deeds }) {
  const address = useAddress(shot.jpeg);
  if (shot.step === "refused" || shot.step === "held") return null;
  const words = shot.step === "sent" ? "sent: kept with road users hidden" : shot.tries > 0 ? "on its way" : "not sent yet";
  return (
    <div class={`done shot ${shot.step}`}>
      {address && <img src={address} alt={`The place ${shot.of} the repair, as it was taken`} />}
      <span>
        <b>Picture {shot.of}</b>, {clockOf(Date.parse(shot.observed))}
        <small>{words}</small>
      </span>
      {shot.step === "waiting" && shot.tries === 0 && (
        <button type="button" class="big-button plain" onClick={() => deeds.alterShots((all) => shotDropped(all, shot.key))}>
          Undo
        </button>
      )}
    </div>
  );
}

/** What the office does not keep is told, and holds nothing up. */
export function NotKept({ shots, account, deeds }: { shots: Shot[]; account: string | null; deeds: Deeds }) {
  const mine = shots.filter((one) => one.account === account && (one.step === "refused" || one.step === "held"));
  if (mine.length === 0) return null;
  const drop = (shot: Shot) => deeds.alterShots((all) => shotDropped(all, shot.key));
  return (
    <section class="not-kept" aria-label="Pictures that are not with the office">
      <h2>{mine.length === 1 ? "A picture is not with the office" : "Pictures are not with the office"}</h2>
      {mine.map((shot) => (
        <article key={shot.key} class="card-not-kept">
          <h3>
            {shot.place}, {shot.of}, {clockOf(Date.parse(shot.observed))}
          </h3>
          <p>{shot.step === "held" ? `The office does not take it now: ${shot.why}.` : sentence(shot.why ?? "")}</p>
          <div class="pair">
            {shot.step === "held" && (
              <button type="button" class="big-button" onClick={() => deeds.alterShots((all) => shotAgain(all, shot.key)).then(deeds.send)}>
                Try again
              </button>
            )}
            <button type="button" class="big-button" onClick={() => drop(shot)}>
              {shot.step === "held" ? "Delete it" : "All right"}
            </button>
          </div>
        </article>
      ))}
    </section>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

function useAddress(blob: Blob | null): string | null {
  const made = useMemo(() => (blob ? URL.createObjectURL(blob) : null), [blob]);
  useEffect(() => () => (made ? URL.revokeObjectURL(made) : undefined), [made]);
  return made;
}
