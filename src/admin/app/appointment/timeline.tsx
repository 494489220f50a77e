import { useState } from "preact/hooks";
import type { TimelineEntry } from "../api-shapes.ts";
import { clockSeconds, day } from "../moments.ts";
import { Icon } from "../parts/icon.tsx";
import { Empty } from "../parts/messages.tsx";
import { TimedText } from "../parts/timed-text.tsx";
import { KIND_GROUPS, type KindGroup, markOf } from "./timeline-kinds.ts";

/** Everything that happened, in order; narrowed to some kinds where that is asked for. */
export function Timeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const [chosen, setChosen] = useState<string>();
  const groups = KIND_GROUPS.filter(({ kinds }) => entries.some(({ kind }) => kinds.test(kind)));
  const group = groups.find(({ name }) => name === chosen);
  const shown = entries.filter(({ kind }) => group === undefined || group.kinds.test(kind));
  return (
    <section class="block" aria-label="Timeline">
      <div class="card-head">
        <h2>Timeline</h2>
        {groups.length > 1 ? (
          <GroupChoice groups={groups} chosen={group?.name} choose={setChosen} />
        ) : null}
      </div>
      {entries.length === 0 ? <Empty icon="clock" title="Nothing has happened yet" /> : null}
      <ol class="timeline card">
        {shown.map((entry, at) => (
          <Entry
            key={`${entry.at} ${at}`}
            entry={entry}
            isNewDay={at === 0 || day(entry.at) !== day(shown[at - 1]?.at ?? entry.at)}
          />
        ))}
      </ol>
    </section>
  );
}

function GroupChoice({
  groups,
  chosen,
  choose,
}: {
  readonly groups: readonly KindGroup[];
  readonly chosen: string | undefined;
  readonly choose: (name: string | undefined) => void;
}) {
  return (
    <fieldset class="segments">
      <legend class="unseen">Show</legend>
      <button type="button" aria-pressed={chosen === undefined} onClick={() => choose(undefined)}>
        All
      </button>
      {groups.map(({ name }) => (
        <button
          key={name}
          type="button"
          aria-pressed={chosen === name}
          onClick={() => choose(name)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

function Entry({
  entry: { at, kind, text, isSuperseded = false },
  isNewDay,
}: {
  readonly entry: TimelineEntry;
  readonly isNewDay: boolean;
}) {
  const { icon, tone, word } = markOf(kind);
  return (
    <li class={`entry ${tone}`}>
      {isNewDay ? <span class="entry-day">{day(at)}</span> : null}
      <time dateTime={at}>{clockSeconds(at)}</time>
      <span class="entry-mark">
        <Icon name={icon} />
      </span>
      <span class="entry-text">
        {isSuperseded ? (
          <s>
            <TimedText text={text} at={at} />
          </s>
        ) : (
          <TimedText text={text} at={at} />
        )}
        {isSuperseded ? <span class="tag">superseded</span> : null}
        {word === undefined ? null : <span class={`tag ${tone}`}>{word}</span>}
      </span>
    </li>
  );
}
