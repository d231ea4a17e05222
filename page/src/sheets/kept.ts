/** What stays on the phone, in IndexedDB: entries that are to be sent, and the route with its pictures. */

import type { Route } from "./api";
import type { Entry, Queue } from "./queue";
import type { Shot } from "./shots";

const NAME = "waywarden-sheets";
const ENTRIES = "entries";
const PHONE = "phone";
/** A store of its own: no phone on which entries wait has to have its first one rebuilt, nor waits for another tab to let go of it. */
const SHOTS = "waywarden-pictures";

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
  /** Whether the office takes pictures; not told by phones of before it could. */
  pictures?: boolean;
}

export const NOBODY: Phone = { account: null, role: "viewer", contact: null };

const opened: Record<string, Promise<IDBDatabase>> = {};

function open(name: string): Promise<IDBDatabase> {
  opened[name] ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asking = indexedDB.open(name, 1);
    asking.onupgradeneeded = () => {
      if (name === SHOTS) asking.result.createObjectStore(SHOTS, { keyPath: "key" });
      else {
        asking.result.createObjectStore(ENTRIES, { keyPath: "key" });
        asking.result.createObjectStore(PHONE);
      }
    };
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = () => reject(asking.error ?? new Error("the phone's store cannot be opened"));
  });
  return opened[name] as Promise<IDBDatabase>;
}

/** Work in one transaction, and wait until what it wrote is on the disk and not only in a buffer. */
async function within<T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore, done: (value: T) => void) => void): Promise<T> {
  const database = await open(store === SHOTS ? SHOTS : NAME);
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
export async function change(how: (queue: Queue) => Queue): Promise<Queue> {
  const after = await changeIn<Entry>(ENTRIES, how);
  return [...after].sort((a, b) => a.turn - b.turn);
}

/** The same of the pictures that were taken. */
export async function changeShots(how: (shots: Shot[]) => Shot[]): Promise<Shot[]> {
  const after = await changeIn<Shot>(SHOTS, how);
  return [...after].sort((a, b) => a.observed.localeCompare(b.observed));
}

function changeIn<T extends { key: string }>(name: string, how: (rows: T[]) => T[]): Promise<T[]> {
  return within<T[]>(name, "readwrite", (store, done) => {
    const asking = store.getAll() as IDBRequest<T[]>;
    asking.onsuccess = () => {
      const before = asking.result;
      const after = how(before);
      const left = new Set(after.map((one) => one.key));
      for (const one of before) if (!left.has(one.key)) store.delete(one.key);
      for (const one of after) if (!before.includes(one)) store.put(one);
      done(after);
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
