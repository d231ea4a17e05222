import { afterEach, describe, expect, it, vi } from "vitest";
import { getJson, NoAnswer, reach } from "./api";

afterEach(() => vi.unstubAllGlobals());

describe("asking", () => {
  it("says in our words that no answer came", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(getJson("/api/v1/city")).rejects.toThrow("The server does not answer; either it is not running, or there is no network.");
    await expect(getJson("/api/v1/city")).rejects.toBeInstanceOf(NoAnswer);
  });
  it("is silent about what was called off", async () => {
    const called = new DOMException("off", "AbortError");
    vi.stubGlobal("fetch", () => Promise.reject(called));
    await expect(reach("/x", { signal: AbortSignal.abort() })).rejects.toBe(called);
  });
  it("takes no other page for an answer, and the API's word for what is wrong", async () => {
    const answer = (body: string, status: number) => vi.stubGlobal("fetch", async () => new Response(body, { status }));
    answer("<h1>Welcome to the hotel</h1>", 200);
    await expect(getJson("/x")).rejects.toBeInstanceOf(NoAnswer);
    answer('{"detail":"no such street"}', 404);
    await expect(getJson("/x")).rejects.toThrow("no such street");
    answer("", 503);
    await expect(getJson("/x")).rejects.toThrow("The server answered 503.");
  });
});
