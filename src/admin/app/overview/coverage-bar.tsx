import type { CoverageCounts } from "./coverage-shapes.ts";

const SLICES = [
  { key: "confirmed", look: "done", word: "recorded" },
  { key: "open", look: "sent", word: "sent, no sign yet" },
  { key: "notConfirmed", look: "due", word: "sent, not confirmed" },
  { key: "notSent", look: "not-sent", word: "not sent" },
] as const;

/** How the visits of a day stand, as a bar; its words are told when it is pointed at, or read out. */
export function CoverageBar({ counts }: { readonly counts: CoverageCounts }) {
  const slices = SLICES.filter(({ key }) => counts[key] > 0);
  const words = slices.map(({ key, word }) => `${counts[key].toLocaleString()} ${word}`).join(", ");
  return (
    <div class="bar" role="img" aria-label={words} title={words}>
      {slices.map(({ key, look }) => (
        <span key={key} class={`slice ${look}`} style={{ flexGrow: counts[key] }} />
      ))}
    </div>
  );
}
