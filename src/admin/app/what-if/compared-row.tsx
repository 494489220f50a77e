import type { ComponentChildren } from "preact";
import { apiPath } from "../call-api.ts";
import { clock, clockSeconds, dayAndClock, span } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { TimedText } from "../parts/timed-text.tsx";
import { actionName, repName, type Shown } from "../words.ts";
import type { Compared, Side } from "./what-if-shapes.ts";

const OUTCOMES: Readonly<Record<string, Shown>> = {
  held: { word: "Would be held", icon: "warn", tone: "warn" },
  ignored: { word: "Would be ignored", icon: "canceled", tone: "warn" },
  off: { word: "Would be off", icon: "canceled", tone: "warn" },
  unread: { word: "Could not be read", icon: "warn", tone: "bad" },
};
const DIFFERENT: Shown = { word: "Different", icon: "plan", tone: "accent" };
const SAME: Shown = { word: "The same", icon: "done", tone: "quiet" };
const UNREAD: Shown = { word: "Could not be read", icon: "warn", tone: "bad" };

/** One appointment: what would be different about it, in sentences, and side by side. */
export function ComparedRow({
  connection,
  item,
}: {
  readonly connection: string;
  readonly item: Compared;
}) {
  const { recordId, title, startAt, reps, sentences, before, after } = item;
  return (
    <li class="compared">
      <div class="compared-head">
        <div class="row-what">
          <a href={`/admin/appointments${apiPath(connection, recordId)}`}>{title || recordId}</a>
          <span class="quiet">
            <time dateTime={startAt}>{dayAndClock(startAt)}</time> ·{" "}
            {reps.map(repName).join(", ") || "No rep"}
          </span>
        </div>
        <Chip shown={shownVerdict(item)} />
      </div>
      {sentences.length === 0 ? null : (
        <ul class="sentences">
          {sentences.map((text) => (
            <li key={text}>
              <TimedText text={text} at={startAt} />
            </li>
          ))}
        </ul>
      )}
      {before === undefined || after === undefined ? null : (
        <details>
          <summary>Before and after</summary>
          <div class="columns">
            <SideView word="As it is" side={before} />
            <SideView word="As it would be" side={after} />
          </div>
        </details>
      )}
    </li>
  );
}

function SideView({ word, side }: { readonly word: string; readonly side: Side }) {
  const { startAt, endAt, title, reps, crmObjects, prompts, links, why } = side;
  return (
    <div class="side-view">
      <h3>{word}</h3>
      <dl class="side-facts">
        <Fact word="When">{span(startAt, endAt)}</Fact>
        <Fact word="Title">{title || "None"}</Fact>
        <Fact word="Reps">{reps.map(repName).join(", ") || "None"}</Fact>
        <Fact word="Records">
          {crmObjects.map(({ objectType, objectId }) => `${objectType} ${objectId}`).join(", ") ||
            "None"}
        </Fact>
        {why.length === 0 ? null : <Fact word="Why">{why.join(". ")}</Fact>}
        <Fact word="Prompts">
          {prompts
            .map(
              ({ action, dueAt, expiresAt }) =>
                `${actionName(action)}: ${clockSeconds(dueAt)}, until ${clock(expiresAt)}`,
            )
            .join(" · ") || "None"}
        </Fact>
        {links.map(({ action, url, reasons = "" }) => (
          <Fact key={action} word={`Link to ${action}`}>
            <code>{url ?? `Refused: ${reasons}`}</code>
          </Fact>
        ))}
      </dl>
    </div>
  );
}

function Fact({ word, children }: { readonly word: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function shownVerdict({ verdict, before, after }: Compared): Shown {
  switch (verdict) {
    case "same":
      return SAME;
    case "unread":
      return UNREAD;
    case "different": {
      const isOther = before?.outcome !== after?.outcome;
      return (isOther ? OUTCOMES[after?.outcome ?? ""] : undefined) ?? DIFFERENT;
    }
  }
}
