/** Times in the city's own zone, never the reader's. */

export interface CityClock {
  zone: string;
  time(ms: number): string;
  /** The same, with the zone's name beside it in the hour that stands twice as clocks are put back. */
  timeInFull(ms: number): string;
  day(ms: number): string;
  dayAndTime(ms: number): string;
  /** The zone's short name at that time, such as BST. */
  zoneName(ms: number): string;
  /** Each that holds in the period, in order: "GMT-4, then GMT-5" where the clocks change. */
  zoneNames(fromMs: number, toMs: number): string;
  /** "2026-05-04T07:30" in the city's zone, for a datetime-local field. */
  field(ms: number): string;
  /** The time that such a field means; null if it is none. */
  fromField(text: string): number | null;
}

const DAY_MS = 86_400_000;
/** By so much clocks are put back: an hour, and half of one on Lord Howe Island. */
const PUT_BACK_MS = [3_600_000, 1_800_000];

export function cityClock(zone: string): CityClock {
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
  const time = make({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = make({ weekday: "short", day: "numeric", month: "short" });
  const year = make({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const name = make({ timeZoneName: "short" });
  const parts = make({
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const field = (ms: number): string => {
    const found = Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
    return `${found.year?.padStart(4, "0")}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
  };
  const zoneName = (ms: number) => name.formatToParts(ms).find((part) => part.type === "timeZoneName")?.value ?? zone;
  const isTwice = (ms: number) => PUT_BACK_MS.some((by) => field(ms - by) === field(ms) || field(ms + by) === field(ms));
  return {
    zone,
    time: (ms) => time.format(ms),
    timeInFull: (ms) => (isTwice(ms) ? `${time.format(ms)} ${zoneName(ms)}` : time.format(ms)),
    day: (ms) => day.format(ms).replace(",", ""),
    dayAndTime: (ms) => `${year.format(ms).replace(/,/g, "")}, ${time.format(ms)}`,
    zoneName,
    zoneNames: (fromMs, toMs) => {
      const names = [zoneName(fromMs)];
      for (let ms = fromMs + DAY_MS; ms < toMs + DAY_MS; ms += DAY_MS) {
        const next = zoneName(Math.min(ms, toMs));
        if (next !== names.at(-1)) names.push(next);
      }
      return names.join(", then ");
    },
    field,
    fromField: (text) => {
      const asUtc = Date.parse(`${text}Z`);
      if (Number.isNaN(asUtc)) return null;
      // The offset at the answer, not at the guess: two rounds settle it, also near a change of the clocks.
      let guess = asUtc;
      for (let round = 0; round < 2; round += 1) guess = asUtc - (Date.parse(`${field(guess)}Z`) - guess);
      return guess;
    },
  };
}

const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];

/** Round local times in [fromMs, toMs], at most `most` of them. */
export function timeTicks(fromMs: number, toMs: number, most: number, clock: CityClock): number[] {
  const spanMin = (toMs - fromMs) / 60_000;
  const step = STEPS_MIN.find((minutes) => spanMin / minutes <= most) ?? 1440 * Math.ceil(spanMin / 1440 / most);
  const walk = Math.min(step, 15) * 60_000;
  const ticks: number[] = [];
  for (let ms = Math.ceil(fromMs / walk) * walk; ms <= toMs; ms += walk) {
    const [hours = "0", minutes = "0"] = clock.field(ms).slice(11).split(":");
    const dayMinute = Number(hours) * 60 + Number(minutes);
    if (dayMinute % Math.min(step, 1440) === 0) ticks.push(ms);
  }
  return ticks;
}
