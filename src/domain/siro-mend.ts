import { z } from "zod";
import { type PromptRef, promptRefSchema } from "./prompt.ts";

/** What the bridge may change in Siro; part of a connection's `siro` settings, and all of it off by default. */
export const siroMendSchema = z.strictObject({
  /** Whether a recording that hangs on nothing, or on other records, is linked to its visit's. */
  repair: z.enum(["off", "dry-run", "on"]).default("off"),
  /** How long after a recording was seen to be processed Siro may still link it by itself. */
  repairAfterMinutes: z.number().min(0).max(1440).default(15),
  /** Whether a recording that a `restart` began gets its visit's title, which that link cannot carry. */
  titleRestarts: z.boolean().default(false),
  /** Whether visits are put to Siro as engagements before their start is due. */
  syncEngagements: z.boolean().default(false),
});
export type SiroMend = Readonly<z.infer<typeof siroMendSchema>>;

/** The settings that mending needs, as far as they are looked at here. */
interface MendNeeds {
  readonly integrationConnectionId?: string | undefined;
  readonly siro?:
    | (SiroMend & { readonly apiToken?: string | undefined; readonly userApp?: object | undefined })
    | undefined;
}

/** Says what a connection lacks for what it wants changed in Siro. */
export function mendProblems({ siro, integrationConnectionId }: MendNeeds): readonly string[] {
  if (siro === undefined) {
    return [];
  }
  const { repair, titleRestarts, syncEngagements, apiToken, userApp } = siro;
  const given = { apiToken, userApp, integrationConnectionId };
  const needs: Readonly<Record<string, readonly (keyof typeof given)[]>> = {
    ...(repair === "off" ? {} : { repair: ["apiToken", "integrationConnectionId"] }),
    ...(repair === "on" ? { "repair on": ["userApp"] } : {}),
    ...(titleRestarts ? { titleRestarts: ["apiToken", "userApp"] } : {}),
    ...(syncEngagements ? { syncEngagements: ["apiToken"] } : {}),
  };
  return Object.entries(needs).flatMap(([setting, keys]) =>
    keys.filter((key) => given[key] === undefined).map((key) => `${setting} needs ${key}`),
  );
}

/** Which recording waits to be looked after: the named one of a prompt's, else its first. */
export const mendJobSchema = promptRefSchema.extend({ recordingId: z.string().optional() });
export type MendJob = Readonly<z.infer<typeof mendJobSchema>>;

/** Tells one recording that waits from another of the same prompt. */
export function mendIdOf({ promptId, recordingId }: MendJob): string {
  return recordingId === undefined ? promptId : `${promptId}-${recordingId.replaceAll(":", "")}`;
}

/** The recording that a prompt began, as it is looked after. */
export interface MendRef extends PromptRef {
  readonly recordingId: string;
}
