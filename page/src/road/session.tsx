/** Signing in and out. Who is signed in is known to the server; here is only what it answered. */

import { useEffect, useState } from "preact/hooks";
import { getSaid, type Session, signIn, signInAtProvider, signOut } from "./api";

interface Props {
  /** null where this server has no accounts; undefined until it is known. */
  session: Session | null | undefined;
  setSession: (session: Session) => void;
}

/** The roles whose word counts; a viewer only looks. */
const WRITERS = ["inspector", "foreman", "manager", "administrator"];

export function mayJudge(session: Session | null | undefined): boolean {
  return session != null && session.account !== null && session.csrf !== undefined && WRITERS.includes(session.role);
}

/** Said before any key is pressed, to whom a verdict would be refused. */
export function JudgingNote({ session }: Pick<Props, "session">) {
  if (session == null || mayJudge(session)) return null;
  return (
    <p class="judging-note">
      {session.account === null
        ? "Verdicts go into the ledger under an account: sign in before the first one."
        : `A ${session.role} only looks: verdicts are an inspector's.`}
    </p>
  );
}

export function SignIn({ session, setSession }: Props) {
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const provider = session?.account === null ? (session.provider ?? null) : null;
  useEffect(() => {
    if (provider !== null) getSaid().then(setWrong, () => undefined);
  }, [provider]);
  if (session === undefined) return null;
  if (session === null) {
    return <p class="note">This server has no accounts: verdicts can be written with <code>waywarden ledger triage</code>.</p>;
  }
  if (session.account !== null) {
    const nobody: Session = { account: null, role: "viewer", provider: session.provider ?? null };
    const out = () => signOut(session.csrf ?? "").then(() => setSession(nobody), (error: Error) => setWrong(error.message));
    return (
      <p class="signed-in">
        Signed in as <b>{session.account}</b> ({session.role}){" "}
        <button type="button" class="button" onClick={out}>
          Sign out
        </button>
        {wrong && <span role="alert">{wrong}</span>}
      </p>
    );
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      setSession(await signIn(String(form.get("name")), String(form.get("password"))));
      setWrong(null);
    } catch (error) {
      setWrong((error as Error).message);
    }
    setBusy(false);
  };
  const elsewhere = async () => {
    setBusy(true);
    try {
      location.assign((await signInAtProvider()).address);
    } catch (error) {
      setWrong((error as Error).message);
    }
    // Also where the browser goes: whoever comes back with "back" finds the page as it was left.
    setBusy(false);
  };
  return (
    <form class="sign-in" onSubmit={submit} aria-label="Sign in">
      <label class="field">
        <span>Work name</span>
        <input name="name" autocomplete="username" required autocapitalize="none" spellcheck={false} />
      </label>
      <label class="field">
        <span>Password</span>
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button type="submit" class="button primary" disabled={busy}>
        Sign in
      </button>
      {provider !== null && (
        <button type="button" class="button" disabled={busy} onClick={elsewhere}>
          Sign in with {provider}
        </button>
      )}
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}
