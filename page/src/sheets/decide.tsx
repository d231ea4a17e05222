/** What could not simply be written: others wrote in between, or the office refuses. Nothing goes away by itself. */

import { useState } from "preact/hooks";
import { factWord } from "../road/words";
import type { Deeds } from "./phone";
import { again, closedAs, dropped, type Entry, factLabel, onNewest, type Queue } from "./queue";
import { clockOf, newKey } from "./words";

export function Decide({ queue, account, deeds }: { queue: Queue; account: string | null; deeds: Deeds }) {
  const mine = queue.filter((one) => one.account === account && (one.step === "overtaken" || one.step === "refused"));
  if (mine.length === 0) return null;
  return (
    <section class="to-decide" aria-label="To decide">
      <h2>To decide</h2>
      {mine.map((one) => (
        <One key={one.key} entry={one} deeds={deeds} />
      ))}
    </section>
  );
}

function One({ entry, deeds }: { entry: Entry; deeds: Deeds }) {
  const [sure, setSure] = useState(false);
  const closed = entry.step === "overtaken" ? closedAs(entry) : null;
  return (
    <article class="card-decide">
      <h3>
        {entry.place}: {factLabel(entry.fact).toLowerCase()}
        {entry.material ? `, ${entry.material}` : ""}, {when(entry.observed)}
      </h3>
      {entry.step === "overtaken" ? (
        <>
          <p>{closed ? `The office has it as ${closed} already:` : "Others wrote about this place since you last saw it:"}</p>
          <ul>
            {(entry.written ?? []).map((one) => (
              <li key={one.number}>
                <b>{factWord(one.fact)}</b>, {when(one.observed_at)}, on the word of {one.role === "estimate" ? "the program" : article(one.role)}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>The office does not take it: {entry.why}</p>
      )}
      <div class="pair">
        {closed ? null : entry.step === "overtaken" ? (
          <button type="button" class="big-button" onClick={() => deeds.alter((queue) => onNewest(queue, entry.key, newKey())).then(deeds.send)}>
            Send mine on top
          </button>
        ) : (
          <button type="button" class="big-button" onClick={() => deeds.alter((queue) => again(queue, entry.key)).then(deeds.send)}>
            Try again
          </button>
        )}
        {sure ? (
          <button type="button" class="big-button danger" onClick={() => deeds.alter((queue) => dropped(queue, entry.key))}>
            Yes, drop mine
          </button>
        ) : (
          <button type="button" class="big-button" onClick={() => setSure(true)}>
            Drop mine
          </button>
        )}
      </div>
    </article>
  );
}

function article(role: string): string {
  return `${/^[aeio]/.test(role) ? "an" : "a"} ${role}`;
}

function when(at: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return today ? clockOf(date.getTime()) : `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${clockOf(date.getTime())}`;
}
