/** What the sheets' page asks of the API. An answer that does not come, or is not the API's, is `Unreachable`. */

import type { Orders, Picture, Session, Stop } from "../road/api";

export interface SheetDefect {
  defect: string;
  /** The number of its newest entry in the ledger; null where the ledger does not know it. */
  newest: number | null;
  pictures: Picture[];
  state?: string;
  kind?: string | null;
  severity?: string | null;
  extent_m2?: number | null;
  depth_mm?: number | null;
  way?: string | null;
  /** Of which other defect somebody said that this is it. */
  merged_into?: string | null;
}

export interface SheetStop extends Omit<Stop, "defects"> {
  defects: SheetDefect[];
}

export interface Route {
  day: string;
  begins: string;
  crew: number;
  back: string;
  stops: SheetStop[];
}

/** What came back, whoever sent it: a hotel's sign-in page answers 200 as well. */
export interface Came {
  status: number;
  /** null where it is not JSON. */
  json: unknown;
  retryAfterS: number | null;
  /** The server's clock, in ms; null where it told none. */
  at: number | null;
}

export class Unreachable extends Error {}

const API = "/api/v1";
const PATIENCE_MS = 20_000;

export async function ask(address: string, init: RequestInit = {}): Promise<Came> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      ...init,
      cache: "no-store",
      headers: { accept: "application/json", ...init.headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await response.text();
  } catch {
    throw new Unreachable("no network, or the server does not answer");
  }
  const said = response.headers.get("content-type") ?? "";
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  const at = Date.parse(response.headers.get("date") ?? "");
  return {
    status: response.status,
    json: /json/.test(said) ? parsed(text) : null,
    retryAfterS: Number.isFinite(wait) ? wait : null,
    at: Number.isFinite(at) ? at : null,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function got<T>(address: string, looksRight: (json: T) => boolean): Promise<{ json: T; at: number | null }> {
  const came = await ask(address);
  const json = came.json as (T & { detail?: string; status?: number }) | null;
  if (json && came.status === 200 && looksRight(json)) return { json, at: came.at };
  if (json && json.status === came.status && came.status < 500) throw new Error(json.detail ?? `The server answered ${came.status}.`);
  throw new Unreachable(`what came is not the office's answer (${came.status})`);
}

export const getOrders = () => got<Orders>(`${API}/orders`, (json) => "plan" in json).then((found) => found.json);
export const getRoute = (crew: number) => got<Route>(`${API}/orders/crews/${crew}`, (json) => Array.isArray(json.stops));

/** Who is signed in; null where this server has no accounts. */
export async function getSession(): Promise<{ session: Session | null; at: number | null }> {
  const came = await ask(`${API}/session`);
  const json = came.json as (Session & { status?: number }) | null;
  if (json && came.status === 200 && "account" in json) return { session: json, at: came.at };
  if (json && came.status === 404 && json.status === 404) return { session: null, at: came.at };
  throw new Unreachable(`what came is not the office's answer (${came.status})`);
}

export async function getPicture(href: string): Promise<Blob | null> {
  try {
    const response = await fetch(href, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok && response.headers.get("content-type") === "image/jpeg" ? await response.blob() : null;
  } catch {
    return null;
  }
}

export function post(address: string, body: object, csrf: string, key: string): Promise<Came> {
  const headers = { "content-type": "application/json", "X-CSRF-Token": csrf, "Idempotency-Key": key };
  return ask(address, { method: "POST", headers, body: JSON.stringify(body) });
}

export async function endSession(csrf: string): Promise<void> {
  const came = await ask(`${API}/session`, { method: "DELETE", headers: { "X-CSRF-Token": csrf } });
  if (came.status === 204 || came.status === 401) return;
  if (came.status >= 500) throw new Unreachable(`the session could not be ended (${came.status})`);
  throw new Error(`The session could not be ended (${came.status}).`);
}
