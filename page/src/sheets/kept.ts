/** What stays on the phone, in IndexedDB: entries that are to be sent, and the route with its pictures. */

import type { Route } from "./api";
import type { Entry, Queue } from "./queue";

const NAME = "waywarden-sheets";
const ENTRIES = "entries";
const PHONE = "phone";

export interface KeptRoute {
  route: Route;
  /** By their addresses. */
  pictures: Record<string, Blob>;
  /** When it was fetched, in ms. */
  at: number;
}

/** What the phone knows besides: under which account one works, and when the office was last reached. */
export interface Phone {
  account: string | null;
  role: string;
  contact: number | null;
  /** Somebody signed out, and the office was not told yet: its session is to be ended before anything else. */
  leaving: boolean;
}

export const NOBODY: Phone = { account: null, role: "viewer", contact: null, leaving: false };

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asking = indexedDB.open(NAME, 1);
    asking.onupgradeneeded = () => {
      asking.result.createObjectStore(ENTRIES, { keyPath: "key" });
      asking.result.createObjectStore(PHONE);
    };
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = () => reject(asking.error ?? new Error("the phone's store cannot be opened"));
  });
  return opened;
}

/** Work in one transaction, and wait until what it wrote is on the disk and not only in a buffer. */
async function within<T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore, done: (value: T) => void) => void): Promise<T> {
  const database = await open();
  return new Promise<T>((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    let value: T | undefined;
    transaction.oncomplete = () => resolve(value as T);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("the phone's store is full"));
    work(transaction.objectStore(store), (found) => {
      value = found;
    });
  });
}

/** Change the queue and return it as it is then. Tabs take turns: each reads what the one before wrote. */
export function change(how: (queue: Queue) => Queue): Promise<Queue> {
  return within<Queue>(ENTRIES, "readwrite", (store, done) => {
    const asking = store.getAll() as IDBRequest<Entry[]>;
    asking.onsuccess = () => {
      const before = asking.result;
      const after = how(before);
      const left = new Set(after.map((one) => one.key));
      for (const one of before) if (!left.has(one.key)) store.delete(one.key);
      for (const one of after) if (!before.includes(one)) store.put(one);
      done([...after].sort((a, b) => a.turn - b.turn));
    };
  });
}

export function keep(key: "route", value: KeptRoute | null): Promise<void>;
export function keep(key: "phone", value: Phone): Promise<void>;
export function keep(key: string, value: unknown): Promise<void> {
  return within<void>(PHONE, "readwrite", (store) => {
    if (value === null) store.delete(key);
    else store.put(value, key);
  });
}

export function kept(key: "route"): Promise<KeptRoute | undefined>;
export function kept(key: "phone"): Promise<Phone | undefined>;
export function kept(key: string): Promise<unknown> {
  return within<unknown>(PHONE, "readonly", (store, done) => {
    const asking = store.get(key);
    asking.onsuccess = () => done(asking.result);
  });
}
