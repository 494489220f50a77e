import { Copyable } from "../parts/copyable.tsx";
import { Note } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import type { OwnSecret, ShownOnce } from "./connection-shapes.ts";

/** What senders call the two kinds. */
export const SECRET_WORDS: Readonly<Record<OwnSecret, string>> = {
  webhookSecrets: "Webhook secret",
  signingSecrets: "Signing secret",
};

/** Secrets that the bridge made just now; they are shown this once. */
export function ShownSecrets({
  shownOnce,
  close,
}: {
  readonly shownOnce: ShownOnce;
  readonly close: () => void;
}) {
  const kinds = (["webhookSecrets", "signingSecrets"] as const).filter(
    (kind) => shownOnce[kind] !== undefined,
  );
  return kinds.length === 0 ? null : (
    <Note tone="accent" role="status">
      <p>
        <strong>Copy {kinds.length === 1 ? "it" : "them"} now:</strong> nobody can read{" "}
        {kinds.length === 1 ? "it" : "them"} again.
      </p>
      {kinds.map((kind) => (
        <div class="stack" key={kind}>
          <span>
            {SECRET_WORDS[kind]}
            {kind === "webhookSecrets"
              ? ", for outbound messages and bearer events"
              : ", for signed events"}
          </span>
          <Copyable text={shownOnce[kind] ?? ""} label={SECRET_WORDS[kind]} />
        </div>
      ))}
      <div class="actions">
        <WorkButton onClick={close}>I have copied {kinds.length === 1 ? "it" : "them"}</WorkButton>
      </div>
    </Note>
  );
}
