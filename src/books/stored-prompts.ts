import { z } from "zod";
import type { Appointment } from "../domain/appointment.ts";
import { type Prompt, promptSchema } from "../domain/prompt.ts";

/** Whose prompts they are, and for which appointment: what the place they are stored at says of them. */
export interface PromptsPlace extends Pick<Appointment, "recordType" | "recordId"> {
  readonly userId: string;
}

const storedListSchema = z.array(z.looseObject({}));
const promptListSchema = z.array(promptSchema);

/**
 * Packs one rep's prompts for one appointment: what their place says is left out, and the state of one that waits.
 *
 * They are the largest part of a waiting appointment, and they wait for weeks.
 */
export function packPrompts(prompts: readonly Prompt[]): string {
  return JSON.stringify(prompts.map(packed));
}

function packed({ userId: _, recordType: __, recordId: ___, ...prompt }: Prompt) {
  const { state, ...rest } = prompt;
  return state === "waiting" ? rest : prompt;
}

/** Unpacks them; prompts that were stored whole, by an earlier version, are read as well. */
export function unpackPrompts(text: string, place: PromptsPlace): readonly Prompt[] {
  const { userId, recordType, recordId } = place;
  const stored = storedListSchema.parse(JSON.parse(text));
  return promptListSchema.parse(
    stored.map((prompt) => ({ state: "waiting", userId, recordType, recordId, ...prompt })),
  );
}
