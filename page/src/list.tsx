/** The list of cameras: everything that the map shows, in words. The way in for keyboards and screen readers. */

import type { Camera } from "./api";
import type { CityClock } from "./time";
import { healthKind, healthWord, percent, plural, whole } from "./words";

interface Props {
  cameras: Camera[];
  chosen: Camera | null;
  clock: CityClock;
  link: (camera: string) => string;
}

export function CameraList({ cameras, chosen, clock, link }: Props) {
  if (cameras.length === 0) {
    return (
      <div class="empty">
        <h2>No cameras yet</h2>
        <p>
          Add a <code>[[camera]]</code> block to city.toml and start again.
        </p>
      </div>
    );
  }
  const counted = cameras.some((camera) => camera.last_hour !== null);
  return (
    <>
      <div class="list-head">
        <h2>{plural(cameras.length, "camera")}</h2>
        <span>last hour counted</span>
      </div>
      <ul class="cameras">
        {cameras.map((camera) => (
          <li key={camera.camera}>
            <a href={link(camera.camera)} data-line={camera.camera} aria-current={camera === chosen ? "true" : undefined}>
              <span class={`mark ${healthKind(camera)}`} aria-hidden="true" />
              <span class="name">{camera.name || camera.camera}</span>
              <span class="number">{camera.last_hour ? whole(camera.last_hour.count) : "–"}</span>
              <span class="more">{lastHour(camera, clock)}</span>
            </a>
          </li>
        ))}
      </ul>
      {!counted && (
        <div class="empty">
          <h2>No counts yet</h2>
          <p>
            Run <code>waywarden count --city city.toml --store FILE</code>, with the store that this page reads.
          </p>
        </div>
      )}
    </>
  );
}

function lastHour(camera: Camera, clock: CityClock): string {
  const parts: string[] = [];
  if (healthKind(camera) === "unwell") parts.push(healthWord(camera));
  const hour = camera.last_hour;
  if (hour === null) {
    parts.push("no counts yet");
  } else {
    const start = Date.parse(hour.start);
    const end = Date.parse(hour.end);
    parts.push(`${clock.day(end)} ${clock.time(start)}–${clock.time(end)}`);
    parts.push(hour.basis);
    if (hour.observed_s < 3599) parts.push(`${percent(hour.observed_s / 3600)} watched`);
  }
  return parts.join(" · ");
}
