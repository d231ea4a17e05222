/** Asking the program that printed this page's address: it wants the token of its run. */

export const HERE = location.pathname.replace(/\/$/, "");
export const TOKEN = new URLSearchParams(location.search).get("token") ?? "";

export async function ask<T>(address: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { "x-waywarden-token": TOKEN };
  if (body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  const response = await fetch(address, init);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? `The server answered ${response.status}.`);
  return answer as T;
}
