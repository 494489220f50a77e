import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, callApi } from "../call-api.ts";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";

/** An event to be mended by hand. */
export interface EditFormProps {
  /** The call of the parked work. */
  readonly path: string;
  readonly event: object;
  readonly leave: () => void;
  readonly onReplayed: () => void;
}

/** Mends an event as JSON and replays it; it is checked as if it came in from outside. */
export function EditForm({ path, event, leave, onReplayed }: EditFormProps) {
  const [text, setText] = useState(JSON.stringify(event, undefined, 2));
  const { isBusy, error, begin } = useDoing();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const replay = () =>
    begin(async () => {
      const body = { event: parsed(text) };
      await callApi(`${path}/replay`, { method: "POST", body });
      onReplayed();
    });
  return (
    <>
      <label>
        <span>The event</span>
        <textarea
          ref={field}
          rows={Math.min(24, text.split("\n").length + 1)}
          spellcheck={false}
          autocapitalize="off"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <p class="quiet">
        <code>eventId</code> and <code>occurredAt</code> stay as they came: they decide between
        older and newer, so that nothing old takes effect. The audit trail tells which fields
        changed.
      </p>
      {error === undefined ? null : <Failed error={error} />}
      <div class="actions">
        <WorkButton look="strong" icon="replay" isBusy={isBusy} onClick={replay}>
          Replay this
        </WorkButton>
        <WorkButton onClick={leave}>Leave it as it was</WorkButton>
      </div>
    </>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : "it cannot be read";
    throw new ApiError(`This is no JSON yet: ${message}`, { code: "INPUT_INVALID", cause: error });
  }
}
