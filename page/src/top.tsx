/** The head of both pages: where one is, the other one, and the theme. */

import type { City } from "./api";
import { chooseTheme, type Theme } from "./theme";

interface Props {
  city: City | null;
  here: "traffic" | "road";
  shade: Theme;
  choose: (shade: Theme) => void;
}

export function Top({ city, here, shade, choose }: Props) {
  return (
    <header class="top">
      <h1>Waywarden</h1>
      <nav class="halves" aria-label="Views">
        <a href="/" aria-current={here === "traffic" ? "page" : undefined}>
          Traffic
        </a>
        <a href="/road" aria-current={here === "road" ? "page" : undefined}>
          Road
        </a>
      </nav>
      {city && (
        <span class="city">
          {city.name} · times in {city.time_zone}
        </span>
      )}
      <nav aria-label="Pages">
        <a href="/keeps">What these cameras keep</a>
        <a href="/api/v1">API</a>
        <ThemeButton shade={shade} choose={choose} />
      </nav>
    </header>
  );
}

function ThemeButton({ shade, choose }: { shade: Theme; choose: (shade: Theme) => void }) {
  const other: Theme = shade === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        chooseTheme(other);
        choose(other);
      }}
    >
      {other === "dark" ? "Dark" : "Light"}
    </button>
  );
}
