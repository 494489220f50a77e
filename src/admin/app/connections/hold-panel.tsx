import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { dayAndClock } from "../moments.ts";
import { Failed, Note } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import type { ListedConnection } from "./connection-shapes.ts";

/** Whether a connection delivers, and the way to stop that and to go on; both are asked twice. */
export function HoldPanel({
  connection: { name, hold },
  onChange,
}: {
  readonly connection: ListedConnection;
  readonly onChange: () => void;
}) {
  const [isAsking, setIsAsking] = useState(false);
  const { isBusy, error, begin } = useDoing();
  const { mayChange } = useMe();
  const way = hold === null ? HOLD : RELEASE;
  const change = () =>
    begin(async () => {
      await callApi(`/connections${apiPath(name)}/${way.verb}`, { method: "POST" });
      setIsAsking(false);
      onChange();
    });
  return (
    <section class="card" aria-label="Sending">
      <div class="card-head">
        <h2>Sending</h2>
        {isAsking || !mayChange ? null : (
          <WorkButton icon={way.icon} onClick={() => setIsAsking(true)}>
            {way.word}
          </WorkButton>
        )}
      </div>
      <HoldState hold={hold} />
      {isAsking ? (
        <fieldset class="confirm">
          <legend class="unseen">{way.word}?</legend>
          <p>{way.question}</p>
          <div class="actions">
            <WorkButton look={way.look} isBusy={isBusy} onClick={change}>
              {way.answer}
            </WorkButton>
            <WorkButton onClick={() => setIsAsking(false)}>Leave it as it is</WorkButton>
          </div>
        </fieldset>
      ) : null}
      {error === undefined ? null : <Failed error={error} />}
    </section>
  );
}

const HOLD = {
  verb: "hold",
  word: "Put on hold",
  icon: "pause",
  look: "danger",
  question:
    "No rep of this connection gets a prompt until somebody releases it. What is still useful then goes out at once; what is not is dropped, and says so.",
  answer: "Send nothing",
} as const;

const RELEASE = {
  verb: "release",
  word: "Release",
  icon: "send",
  look: "strong",
  question: "Every prompt that waits and is still useful goes out now.",
  answer: "Send again",
} as const;

function HoldState({ hold }: Pick<ListedConnection, "hold">) {
  return hold === null ? (
    <p class="quiet">Prompts go out at their moment.</p>
  ) : (
    <Note tone="warn">
      <p>
        On hold since <time dateTime={hold.since}>{dayAndClock(hold.since)}</time> by {hold.by}:
        events are taken in and planned, and nothing is sent.
      </p>
    </Note>
  );
}
