/** Light or dark: the system's wish, or the one that was chosen with the button. */

export type Theme = "light" | "dark";

const KEY = "waywarden-theme";

/** Put the theme on the page; with no choice made, the system decides, also when it changes its mind. */
export function followSystem(changed: (theme: Theme) => void): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    if (!chosen()) document.documentElement.dataset.theme = system.matches ? "dark" : "light";
    changed(theme());
  };
  system.addEventListener("change", apply);
  apply();
}

export function theme(): Theme {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

export function chooseTheme(wanted: Theme): void {
  document.documentElement.dataset.theme = wanted;
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function chosen(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
