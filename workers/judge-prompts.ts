import { readDossier } from "../src/books/appointment-book.ts";
import { changeRep } from "../src/books/change-rep.ts";
import { listDevices } from "../src/books/device-book.ts";
import { readRepState } from "../src/books/rep-book.ts";
import { readSiroMarks } from "../src/books/siro-mark-book.ts";
import { forgetToJudge, judgeLater, listToJudge } from "../src/books/siro-watch-book.ts";
import { type ConfirmOutcome, confirmPrompt } from "../src/deliveries/confirm-prompt.ts";
import { escalatePrompt } from "../src/deliveries/escalate-prompt.ts";
import type { PromptRef } from "../src/domain/prompt.ts";
import type { SiroWatch } from "../src/domain/siro-watch.ts";
import type { WorkerKit } from "./kit.ts";

/** Judges the prompts of a connection whose time to be confirmed is over; returns how many are not. */
export async function judgePrompts(
  kit: WorkerKit,
  connection: string,
  settings: SiroWatch,
): Promise<number> {
  const { redis } = kit;
  const { lookedAtMs = 0 } = await readSiroMarks(redis, connection);
  let notConfirmed = 0;
  for (const ref of await listToJudge(redis, connection, Date.now())) {
    const outcome = await judge(kit, ref, { settings, lookedAtMs });
    await (outcome.kind === "wait"
      ? judgeLater(redis, ref, outcome.untilMs)
      : forgetToJudge(redis, ref));
    notConfirmed += outcome.kind === "not-confirmed" ? 1 : 0;
  }
  return notConfirmed;
}

function judge(
  { redis, deliveries }: WorkerKit,
  ref: PromptRef,
  ground: { readonly settings: SiroWatch; readonly lookedAtMs: number },
): Promise<ConfirmOutcome> {
  return confirmPrompt(
    {
      ...ground,
      readRepState: () => readRepState(redis, ref),
      changeRep: (decide) => changeRep(redis, ref, decide),
      escalate: () =>
        escalatePrompt(
          {
            listDevices: () => listDevices(redis, ref),
            readDeliveries: async () => (await readDossier(redis, ref))?.deliveries ?? [],
            rush: (refs) => deliveries.rush(refs),
          },
          ref,
        ),
    },
    ref,
  );
}
