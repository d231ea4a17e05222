/** The page's dealings with the phone's store and the office: one hook, which holds what is shown and what one can do. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../road/api";
import { signIn as begin } from "../road/api";
import { endSession, getPicture, getRoute, getSession, post, Unreachable } from "./api";
import { change, keep, type KeptRoute, kept, NOBODY, type Phone } from "./kept";
import { afterSignOut, backOffMs, heldFor, nextOf, pruned, type Queue } from "./queue";
import { leave, type Outcome, sendAll } from "./sending";
import { picturesOf } from "./words";

/** The office is asked again after so long though nothing is to be sent, while somebody looks at the page. */
const FRESH_MS = 5 * 60_000;
const CHANNEL = "waywarden-sheets";

export type Link = "unknown" | "reached" | "unreachable" | "signed out" | "no accounts";

export interface Held {
  /** False until the phone's store has been read. */
  read: boolean;
  queue: Queue;
  kept: KeptRoute | null;
  phone: Phone;
  link: Link;
  busy: boolean;
  /** How far the phone's clock is ahead of the server's, in ms. */
  aheadMs: number | null;
  /** What went wrong last, in words. */
  wrong: string | null;
}

const NOTHING: Held = { read: false, queue: [], kept: null, phone: NOBODY, link: "unknown", busy: false, aheadMs: null, wrong: null };

export interface Deeds {
  alter: (how: (queue: Queue) => Queue) => Promise<void>;
  send: () => Promise<void>;
  fetchRoute: (crew: number) => Promise<void>;
  forgetRoute: () => Promise<void>;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
}

export function usePhone(): [Held, Deeds] {
  const [held, setHeld] = useState<Held>(NOTHING);
  const now = useRef(held);
  now.current = held;
  const timer = useRef<number | undefined>(undefined);
  const tries = useRef(0);
  const others = useRef<BroadcastChannel | null>(null);
  /** Grows when the phone is cleared: what was on its way then must not be kept any more. */
  const era = useRef(0);
  const put = (more: Partial<Held>) => {
    now.current = { ...now.current, ...more };
    setHeld(now.current);
  };

  const later = (ms: number) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => (document.visibilityState === "visible" || isAnyLeft() ? send() : later(FRESH_MS)), ms);
  };

  /** Whether the office is to be told something: an entry, or that somebody has signed out. */
  const isAnyLeft = () => {
    const { phone, queue } = now.current;
    return phone.leaving || (phone.account !== null && nextOf(queue, phone.account, Date.now()) !== null);
  };

  const send = useCallback(async () => {
    if (now.current.busy || !now.current.read) return;
    put({ busy: true });
    const begun = era.current;
    let outcome: Outcome | null = null;
    try {
      // Nobody is asked who is signed in while nothing waits: a page that lies open must not keep a session alive.
      if (now.current.link === "reached" && !isAnyLeft() && now.current.kept) await fetchRoute(now.current.kept.route.crew);
      else outcome = await alone(() => sendAll({ ...door, change: shared, post, now: Date.now }));
      if (outcome && era.current === begun) await heard(outcome);
    } catch (error) {
      put({ wrong: (error as Error).message });
    }
    put({ busy: false });
    plan(outcome);
  }, []);

  /** The phone's store is asked, and not what is shown: another tab may have signed out. */
  const isLeaving = async () => (await kept("phone"))?.leaving === true;
  const door = {
    session: getSession,
    leaving: isLeaving,
    end: endSession,
    left: async () => {
      const phone = { ...((await kept("phone")) ?? NOBODY), leaving: false };
      await keep("phone", phone);
      put({ phone });
      others.current?.postMessage("changed");
    },
  };

  /** Change the queue, show it, and tell other tabs. */
  const shared = async (how: (queue: Queue) => Queue) => {
    const queue = await change(how);
    put({ queue });
    others.current?.postMessage("changed");
    return queue;
  };

  const heard = async (outcome: Outcome) => {
    const reached = outcome.kind !== "unreachable";
    tries.current = reached ? 0 : tries.current + 1;
    const link: Link = reached && outcome.kind === "done" ? "reached" : (outcome.kind as Link);
    put({ link, aheadMs: outcome.aheadMs ?? now.current.aheadMs, wrong: null });
    if (outcome.session === null && !reached) return;
    await remember({ contact: Date.now(), ...whoIs(outcome.session, now.current.phone) });
    if (outcome.kind === "done" && now.current.kept) await fetchRoute(now.current.kept.route.crew);
  };

  /** When to try again: soon after a failure, when a held entry is let go, or after a while to look what is new. */
  const plan = (outcome: Outcome | null) => {
    const held = heldFor(now.current.queue, Date.now());
    const left = isAnyLeft();
    let ms = FRESH_MS;
    if (outcome?.kind === "unreachable") ms = Math.max((outcome.waitS ?? 0) * 1000, backOffMs(tries.current, Math.random()));
    else if (left && outcome?.kind !== "signed out" && outcome?.kind !== "no accounts") ms = 1000;
    later(held === null ? ms : Math.min(ms, held + 50));
  };

  const remember = async (more: Partial<Phone>) => {
    const phone = { ...now.current.phone, ...more };
    await keep("phone", phone);
    put({ phone });
  };

  const fetchRoute = useCallback(async (crew: number) => {
    try {
      const begun = era.current;
      const { json: route } = await getRoute(crew);
      const before = now.current.kept?.pictures ?? {};
      const pictures: Record<string, Blob> = {};
      const keepIt = async () => {
        if (era.current !== begun) return;
        const found: KeptRoute = { route, pictures: { ...pictures }, at: Date.now() };
        await keep("route", found);
        put({ kept: found, wrong: null });
      };
      const hrefs = picturesOf(route);
      for (const href of hrefs) if (before[href]) pictures[href] = before[href];
      // The route first: pictures may take long, and the words are what is needed.
      await keepIt();
      const missing = hrefs.filter((href) => !pictures[href]);
      for (const href of missing) {
        const picture = await getPicture(href);
        if (picture) pictures[href] = picture;
      }
      if (missing.length > 0 && now.current.kept?.route === route) await keepIt();
      if (era.current === begun) await remember({ contact: Date.now() });
    } catch (error) {
      put(error instanceof Unreachable ? { link: "unreachable" } : { wrong: (error as Error).message });
    }
  }, []);

  const deeds = useRef<Deeds>({
    alter: async (how) => {
      await shared(how);
      // Asked once something is on the phone that must not be cleared away to make room.
      navigator.storage?.persist?.().catch(() => false);
      plan(null);
    },
    send,
    fetchRoute,
    forgetRoute: async () => {
      era.current += 1;
      await keep("route", null);
      put({ kept: null });
      others.current?.postMessage("cleared");
    },
    signIn: async (name, password) => {
      if (await isLeaving()) await leave(door);
      const session = await begin(name, password);
      await remember({ contact: Date.now(), ...whoIs(session, now.current.phone) });
      put({ link: "reached" });
      await send();
    },
    signOut: async () => {
      // First what lies on this phone: that has to go though nobody answers.
      era.current += 1;
      await keep("route", null);
      const phone = { ...NOBODY, leaving: true };
      await keep("phone", phone);
      await shared(afterSignOut);
      put({ kept: null, phone, link: "signed out" });
      others.current?.postMessage("cleared");
      try {
        await leave(door);
      } catch (error) {
        put({ link: "unreachable" });
        plan(null);
        throw error;
      }
    },
  });

  useEffect(() => {
    const reload = () => Promise.all([change((queue) => pruned(queue, Date.now())), kept("route"), kept("phone")]);
    reload().then(
      ([queue, route, phone]) => {
        put({ read: true, queue, kept: route ?? null, phone: phone ?? NOBODY });
        send();
      },
      () => put({ read: true, wrong: "This browser lets the page keep nothing: what is written down here would be lost. Leave its private mode." }),
    );
    const look = () => document.visibilityState === "visible" && send();
    others.current = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
    others.current?.addEventListener("message", (message) => {
      if (message.data === "cleared") era.current += 1;
      reload().then(([queue, route, phone]) => put({ queue, kept: route ?? null, phone: phone ?? NOBODY }), () => undefined);
    });
    addEventListener("online", send);
    addEventListener("pageshow", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer.current);
      others.current?.close();
      removeEventListener("online", send);
      removeEventListener("pageshow", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return [held, deeds.current];
}

/** Who works on this phone: whoever is signed in, and else still whoever was, as sessions end while one is away. */
function whoIs(session: Session | null, before: Phone): Partial<Phone> {
  return session?.account ? { account: session.account, role: session.role } : { account: before.account, role: before.role };
}

/** One tab sends at a time; null where another one does. Without locks (no https) two would send the same key: once is written. */
async function alone<T>(work: () => Promise<T>): Promise<T | null> {
  if (!navigator.locks) return work();
  return navigator.locks.request(CHANNEL, { ifAvailable: true }, (lock) => (lock ? work() : null));
}
