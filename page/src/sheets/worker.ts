/**
 * The sheets' worker: answers for the page's own files, so that it opens without a network. It does nothing else.
 *
 * What the API is asked goes past it, as if it were not there: the route is kept by the page (kept.ts), and cleared by it.
 * The list of files and its version are put in when the page is built (vite.config.ts).
 */

const FILES = "__FILES__" as unknown as string[];
const CACHE = "waywarden-sheets-__VERSION__";
const OURS = "waywarden-sheets-";

/** The few words of a worker that are used here; TypeScript's own are for a program that has no window. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}
const worker = self as unknown as Worker;

addEventListener("install", (event) => {
  const filled = caches
    .open(CACHE)
    // Asked anew of the server: the browser's own cache may hold an older page.
    .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" }))))
    .then(() => worker.skipWaiting());
  (event as Lasting).waitUntil(filled);
});

addEventListener("activate", (event) => {
  const cleared = caches
    .keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name))))
    .then(() => worker.clients.claim());
  (event as Lasting).waitUntil(cleared);
});

addEventListener("fetch", (event) => {
  const { request } = event as Asked;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin || !FILES.includes(address.pathname)) return;
  const kept = caches.open(CACHE).then((cache) => cache.match(address.pathname));
  (event as Asked).respondWith(kept.then((found) => found ?? fetch(request)));
});
