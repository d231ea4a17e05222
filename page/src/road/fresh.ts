/** What an address answers, asked anew with every refresh of the page. */

import { useEffect, useState } from "preact/hooks";

export interface Fresh<T> {
  /** undefined until the first answer; what was there stays while a later request fails. */
  got: T | undefined;
  wrong: string | null;
}

export function useFresh<T>(ask: () => Promise<T>, fetched: number): Fresh<T> {
  const [fresh, setFresh] = useState<Fresh<T>>({ got: undefined, wrong: null });
  useEffect(() => {
    let gone = false;
    ask().then(
      // The same answer stays the same value, so that nothing moves under who reads it.
      (got) => !gone && setFresh((before) => ({ got: JSON.stringify(before.got) === JSON.stringify(got) ? before.got : got, wrong: null })),
      (error: Error) => !gone && setFresh((before) => ({ ...before, wrong: error.message })),
    );
    return () => {
      gone = true;
    };
  }, [fetched]);
  return fresh;
}
