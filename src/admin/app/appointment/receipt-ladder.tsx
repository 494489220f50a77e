import type { Prompt, Receipt } from "../api-shapes.ts";
import { clockSeconds } from "../moments.ts";
import { Icon } from "../parts/icon.tsx";

/** What can be known to have happened, weakest evidence first. */
const RUNGS = [
  ["sent", "Sent"],
  ["delivered", "Shown"],
  ["opened", "Opened"],
  ["returned", "Came back"],
  ["received", "Siro got it"],
  ["consumed", "Siro acted"],
  ["recording", "Recording"],
  ["stopped", "Stopped"],
  ["linked", "On the record"],
] as const;

const CERTAINTIES: Readonly<Record<string, string>> = {
  objects: "matched by its records",
  time: "matched by rep and time",
};

/** The evidence of what came of a prompt; a rung that is not reached proves nothing. */
export function ReceiptLadder({
  prompt: { sentAt },
  receipts,
}: {
  readonly prompt: Prompt;
  readonly receipts: readonly Receipt[];
}) {
  if (sentAt === undefined && receipts.length === 0) {
    return null;
  }
  return (
    <ol class="ladder" aria-label="What is known to have happened">
      {RUNGS.map(([kind, word]) => {
        const receipt = receiptOf(kind, receipts);
        const at = kind === "sent" ? sentAt : receipt?.at;
        return at === undefined ? (
          <MissingRung key={kind} word={word} />
        ) : (
          <Rung key={kind} word={word} at={at} certainty={receipt?.certainty ?? ""} />
        );
      })}
    </ol>
  );
}

/** A visit may have several recordings: it has stopped, and is on the record, when each of them has. */
function receiptOf(kind: string, receipts: readonly Receipt[]): Receipt | undefined {
  const ofKind = receipts.filter((one) => one.kind === kind);
  if (kind !== "stopped" && kind !== "linked") {
    return ofKind[0];
  }
  const idsOf = (some: readonly Receipt[]) => new Set(some.map(({ recordingId }) => recordingId));
  const begun = idsOf(receipts.filter((one) => one.kind === "recording"));
  const done = idsOf(ofKind);
  const isForAll = begun.size < 2 || [...begun].every((id) => done.has(id));
  return isForAll ? ofKind.at(-1) : undefined;
}

function MissingRung({ word }: { readonly word: string }) {
  return (
    <li class="rung">
      <span class="dot" />
      <span>
        {word}
        <span class="unseen">: nothing known</span>
      </span>
    </li>
  );
}

function Rung({
  word,
  at,
  certainty,
}: {
  readonly word: string;
  readonly at: string;
  readonly certainty: string;
}) {
  const how = CERTAINTIES[certainty];
  return (
    <li class="rung reached">
      <span class="dot">
        <Icon name="done" />
      </span>
      <span class="rung-word">{word}</span>
      <time dateTime={at}>{clockSeconds(at)}</time>
      {how === undefined ? null : <small>{how}</small>}
    </li>
  );
}
