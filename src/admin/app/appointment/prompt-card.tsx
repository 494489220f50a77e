import type { Appointment, Prompt } from "../api-shapes.ts";
import { clockSeconds, day } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { Icon } from "../parts/icon.tsx";
import type { IconName } from "../parts/icon-paths.ts";
import { actionName, repName, shownConfirmation, shownPrompt } from "../words.ts";
import { Deliveries } from "./deliveries.tsx";
import { LinkInspector } from "./link-inspector.tsx";
import { ReceiptLadder } from "./receipt-ladder.tsx";

const ACTION_ICONS: Readonly<Record<string, IconName>> = {
  start: "record",
  stop: "stop",
  restart: "replay",
};

/** One prompt: what was asked of whom, when, how it went out and what came of it. */
export function PromptCard({
  prompt,
  appointment,
}: {
  readonly prompt: Prompt;
  readonly appointment: Appointment;
}) {
  const { promptId, action, state, reason, userId } = prompt;
  const confirmed = shownConfirmation(prompt.confirmation);
  const isSuperseded = state === "superseded";
  const deliveries = appointment.deliveries.filter((one) => one.promptId === promptId);
  const receipts = appointment.receipts.filter((one) => one.promptId === promptId);
  const rep = appointment.reps.find((one) => one.userId === userId) ?? { userId };
  return (
    <article class={isSuperseded ? "card prompt superseded" : "card prompt"}>
      <div class="card-head">
        <h3>
          <Icon name={ACTION_ICONS[action] ?? "bell"} />
          {isSuperseded ? <s>{actionName(action)}</s> : actionName(action)}
        </h3>
        <Chip shown={shownPrompt(state)} />
        {confirmed === undefined ? null : <Chip shown={confirmed} />}
        <span class="quiet">{repName(rep)}</span>
      </div>
      <Moments prompt={prompt} />
      <p class="quiet">{reason}</p>
      {deliveries.length === 0 ? null : <Deliveries deliveries={deliveries} />}
      {isSuperseded ? null : <ReceiptLadder prompt={prompt} receipts={receipts} />}
      <LinkInspector prompt={prompt} />
    </article>
  );
}

function Moments({ prompt: { dueAt, expiresAt, sentAt, state } }: { readonly prompt: Prompt }) {
  const when = `${day(dueAt)}, ${clockSeconds(dueAt)}`;
  return (
    <dl class="moments">
      <div>
        <dt>Due</dt>
        <dd>{state === "superseded" ? <s>{when}</s> : when}</dd>
      </div>
      {sentAt === undefined ? null : (
        <div>
          <dt>Sent</dt>
          <dd>{clockSeconds(sentAt)}</dd>
        </div>
      )}
      <div>
        <dt>Useful until</dt>
        <dd>{clockSeconds(expiresAt)}</dd>
      </div>
    </dl>
  );
}
