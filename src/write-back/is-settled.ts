import type { Prompt } from "../domain/prompt.ts";
import type { WriteBackRef } from "../domain/write-back.ts";

/** Says whether the books show what a write waits for: its job is added before the plan is committed. */
export function isSettled(
  { promptId, awaits }: WriteBackRef,
  prompts: readonly Pick<Prompt, "promptId" | "state">[],
): boolean {
  const prompt = prompts.find((one) => one.promptId === promptId);
  switch (awaits) {
    case "planned":
      return prompt !== undefined;
    case "dropped":
      return prompt?.state !== "waiting" && prompt?.state !== "due";
    case "sent":
    case "recorded":
      return true;
  }
}
