/** Signing in on the phone. Nothing that waits is lost meanwhile. */

import { useState } from "preact/hooks";
import { NoAnswer } from "../api";
import { Unreachable } from "./api";
import type { Deeds, Held } from "./phone";
import { countsOf } from "./queue";

export function SignInPanel({ held, deeds }: { held: Held; deeds: Deeds }) {
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState(held.phone.account === null);
  const account = held.phone.account;
  const waiting = countsOf(held.queue, account).waiting;
  const others = Object.entries(countsOf(held.queue, account).others);
  if (held.link === "no accounts") {
    return <p class="warn">This server has no accounts: what a crew does is written with <code>waywarden ledger write</code>.</p>;
  }
  if (!open) {
    // One may go on for the whole day like this: the form does not stand in the way.
    return (
      <div class="sheet-signed-out">
        <span>
          <b>{account} is signed out.</b> {waiting > 0 ? "What waits is safe on this phone." : ""}
        </span>
        <button type="button" class="big-button" onClick={() => setOpen(true)}>
          Sign in
        </button>
      </div>
    );
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      await deeds.signIn(String(form.get("name")), String(form.get("password")));
      setWrong(null);
    } catch (error) {
      setWrong(error instanceof NoAnswer || error instanceof Unreachable ? "No network: signing in needs one." : (error as Error).message);
    }
    setBusy(false);
  };
  return (
    <form class="sheet-sign-in" onSubmit={submit} aria-label="Sign in">
      {account === null ? (
        <h2>Sign in to write down what is done</h2>
      ) : (
        <>
          <h2>{account} is signed out</h2>
          <p>{waiting > 0 ? `Sign in again to send what waits (${waiting}).` : "Sign in again to send what you write down."}</p>
        </>
      )}
      {others.map(([name, count]) => (
        <p key={name}>
          {count} of <b>{name}</b> {count === 1 ? "waits" : "wait"} on this phone: only {name} can send {count === 1 ? "it" : "them"}.
        </p>
      ))}
      <label>
        Work name
        <input name="name" autocomplete="username" required autocapitalize="none" spellcheck={false} defaultValue={account ?? ""} />
      </label>
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button type="submit" class="big-button primary" disabled={busy}>
        Sign in
      </button>
      {wrong && (
        <p class="warn" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}
