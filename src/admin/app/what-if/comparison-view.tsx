import { useState } from "preact/hooks";
import { Empty, FailureLink, Note } from "../parts/messages.tsx";
import { More } from "../parts/more.tsx";
import type { Tone } from "../words.ts";
import { ComparedRow } from "./compared-row.tsx";
import { Snippet } from "./snippet.tsx";
import type { Comparison } from "./what-if-shapes.ts";

const SHOWN_AT_ONCE = 50;

interface Sum {
  readonly key: keyof Comparison["totals"];
  readonly word: string;
  readonly tone: Tone;
  /** Told only where there is one. */
  readonly isRare?: true;
}

const SUMS: readonly Sum[] = [
  { key: "different", word: "different", tone: "accent" },
  { key: "same", word: "the same", tone: "quiet" },
  { key: "newlyHeld", word: "would be held", tone: "warn", isRare: true },
  { key: "newlyIgnored", word: "would be ignored", tone: "warn", isRare: true },
  { key: "newlyOff", word: "would be off", tone: "warn", isRare: true },
  { key: "unread", word: "could not be read", tone: "bad", isRare: true },
  { key: "apiCalls", word: "API calls used", tone: "quiet" },
];

/** What other rules would have made of the last appointments: sums, what to know, and each visit. */
export function ComparisonView({ comparison }: { readonly comparison: Comparison }) {
  const { totals, notes, connection } = comparison;
  return totals.looked === 0 ? (
    <Empty icon="today" title="No appointment is known yet">
      There is nothing to compare over until the first event has come.
    </Empty>
  ) : (
    <>
      <section class="card" aria-label="In sum">
        <h2>Over the last {totals.looked} appointments</h2>
        <dl class="figures">
          {SUMS.filter(({ key, isRare }) => isRare !== true || totals[key] > 0).map(
            ({ key, word, tone }) => (
              <Figure key={key} word={word} number={totals[key]} tone={tone} />
            ),
          )}
        </dl>
        {notes
          .filter(({ level }) => level === "plain")
          .map(({ text }) => (
            <p key={text} class="quiet">
              {text}
            </p>
          ))}
      </section>
      {notes
        .filter(({ level }) => level === "warn")
        .map(({ text, code }) => (
          <Note key={text} tone="warn" role="status">
            <p>{text}</p>
            {code === undefined ? null : (
              <div class="actions">
                <FailureLink code={code} />
              </div>
            )}
          </Note>
        ))}
      <Snippet settings={comparison.settings} connection={connection} />
      <Visits comparison={comparison} />
    </>
  );
}

function Visits({ comparison: { items, connection } }: { readonly comparison: Comparison }) {
  const [isAll, setIsAll] = useState(false);
  const [most, setMost] = useState(SHOWN_AT_ONCE);
  const shown = isAll ? items : items.filter(({ verdict }) => verdict !== "same");
  return (
    <section class="block" aria-label="Appointments">
      <div class="toolbar">
        <fieldset class="segments">
          <legend class="unseen">Show</legend>
          <button type="button" aria-pressed={!isAll} onClick={() => setIsAll(false)}>
            Only different
          </button>
          <button type="button" aria-pressed={isAll} onClick={() => setIsAll(true)}>
            All
          </button>
        </fieldset>
      </div>
      {shown.length === 0 ? (
        <Empty icon="done" title="Nothing would come out differently">
          These rules would have done the same for every one of them.
        </Empty>
      ) : (
        <ul class="rows">
          {shown.slice(0, most).map((item) => (
            <ComparedRow key={item.recordId} connection={connection} item={item} />
          ))}
        </ul>
      )}
      <More
        list={{
          items: shown,
          hasMore: shown.length > most,
          isLoading: false,
          more: () => setMost(most + SHOWN_AT_ONCE),
        }}
      />
    </section>
  );
}

function Figure({
  word,
  number,
  tone,
}: {
  readonly word: string;
  readonly number: number;
  readonly tone: Tone;
}) {
  const isTinted = tone !== "quiet" && number > 0;
  return (
    <div class={isTinted ? `figure ${tone}` : "figure"}>
      <dt>{word}</dt>
      <dd>{number.toLocaleString()}</dd>
    </div>
  );
}
