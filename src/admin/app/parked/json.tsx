/** What the bridge puts in the place of a value that it hides. */
const HIDDEN = "•••••";

/** A value as indented JSON; what is hidden looks like it, and is said so. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const pieces = JSON.stringify(value, undefined, 2).split(HIDDEN);
  return (
    <section aria-label={label}>
      <pre class="json">
        {pieces.map((piece, at) => (
          <span key={at}>
            {at === 0 ? null : (
              <span class="hidden-value" title="Hidden">
                {HIDDEN}
              </span>
            )}
            {piece}
          </span>
        ))}
      </pre>
    </section>
  );
}
