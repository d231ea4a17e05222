/** How far a count can be trusted, in words, and which counts a reader wants to see. Pure. */

import type { Interval } from "./api";

export type Quality = "good" | "usable" | "doubtful";

const FROM_WORST: Quality[] = ["doubtful", "usable", "good"];

/** What each doubt means, as it stands after "doubtful: ". */
export const DOUBTS: Record<string, string> = {
  partly_watched: "watched in part",
  barely_watched: "watched for less than half",
  gap: "its hour has a gap",
  zero_run: "zeros for too long",
  stuck: "the same count for too long",
  unusual: "unusual for the hour",
  out_of_range: "out of range for the hour",
  imbalance: "in and out differ",
  gross_imbalance: "in and out differ by far",
  disagreement: "a second count disagrees",
  camera_moved: "the camera was moved",
  bad_light: "bad light",
  bad_picture: "bad picture",
};

/** What can be chosen to be shown; the key is what stands in the address. */
export const ACCEPTED: Record<string, { label: string; qualities: Quality[] | null }> = {
  any: { label: "all", qualities: null },
  usable: { label: "good and usable", qualities: ["good", "usable"] },
  good: { label: "good only", qualities: ["good"] },
};

export function accepts(key: string, quality: Quality | null): boolean {
  const wanted = ACCEPTED[key]?.qualities ?? null;
  return wanted === null || (quality !== null && wanted.includes(quality));
}

/** The quality of a sum: that of its worst part; null where a part has not been judged. */
export function worst(rows: Pick<Interval, "quality">[]): Quality | null {
  if (rows.length === 0 || rows.some((row) => row.quality === null)) return null;
  return FROM_WORST.find((quality) => rows.some((row) => row.quality === quality)) ?? null;
}

export function doubtsOf(rows: Pick<Interval, "doubts">[]): string[] {
  const seen = new Set(rows.flatMap((row) => row.doubts));
  return [...Object.keys(DOUBTS), ...[...seen].sort()].filter((doubt, at, all) => seen.has(doubt) && all.indexOf(doubt) === at);
}

/** "doubtful: out of range for the hour, bad picture". */
export function inWords(quality: Quality | null, doubts: string[]): string {
  if (quality === null) return "not judged yet";
  const why = doubts.map((doubt) => DOUBTS[doubt] ?? doubt.replaceAll("_", " ")).join(", ");
  return why ? `${quality}: ${why}` : quality;
}
