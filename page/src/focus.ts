/** Where the keyboard is when what it was on goes away. */

import { useEffect, useRef } from "preact/hooks";

/** Whether what had the focus is gone: a browser then puts it on the page's body, at its very beginning. */
export function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Where what was chosen closes, one goes on at its line in the list, or at the list. */
export function useFocusBack(chosen: string | null, list: string): void {
  const before = useRef<string | null>(null);
  useEffect(() => {
    const was = before.current;
    before.current = chosen;
    if (chosen !== null || was === null || !isLost()) return;
    const place = document.getElementById(list);
    const lines = [...(place?.querySelectorAll<HTMLElement>("[data-line]") ?? [])];
    (lines.find((line) => line.dataset.line === was) ?? place)?.focus();
  }, [chosen]);
}
