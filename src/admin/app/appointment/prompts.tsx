import type { Appointment } from "../api-shapes.ts";
import { Empty } from "../parts/messages.tsx";
import { count } from "../words.ts";
import { PromptCard } from "./prompt-card.tsx";

/** What reps were or will be asked to do; what a later plan replaced stands at the end. */
export function Prompts({ appointment }: { readonly appointment: Appointment }) {
  const { prompts } = appointment;
  const live = prompts.filter(({ state }) => state !== "superseded");
  const superseded = prompts.filter(({ state }) => state === "superseded");
  return (
    <section class="block" aria-label="Prompts">
      <h2>Prompts</h2>
      {prompts.length === 0 ? (
        <Empty icon="bell" title="Nothing is planned">
          The timeline below says why.
        </Empty>
      ) : null}
      {live.map((prompt) => (
        <PromptCard key={prompt.promptId} prompt={prompt} appointment={appointment} />
      ))}
      {superseded.length === 0 ? null : (
        <details class="card">
          <summary>{count(superseded.length, "earlier plan")}, superseded</summary>
          <div class="stack">
            {superseded.map((prompt) => (
              <PromptCard key={prompt.promptId} prompt={prompt} appointment={appointment} />
            ))}
          </div>
        </details>
      )}
    </section>
  );
}
