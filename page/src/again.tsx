/** What went wrong, and that the page goes on by itself. */

export function Again({ wrong }: { wrong: string | null }) {
  if (wrong === null) return null;
  return (
    <p class="wrong" role="alert">
      {wrong} The page tries again in a minute.
    </p>
  );
}
