import type { CrmObject } from "../domain/crm-object.ts";
import type { MendRef, SiroMend } from "../domain/siro-mend.ts";
import type { RepairDecision } from "./decide-repair.ts";
import type { Siro } from "./open-siro.ts";
import type { SiroRecording } from "./read-recordings.ts";
import { SiroAnswerError, SiroRequestError } from "./siro-errors.ts";
import { userOf } from "./user-of.ts";

/** What carrying out a repair needs from the world. */
export interface CarryOutDeps {
  readonly settings: Pick<SiroMend, "repair">;
  readonly integrationConnectionId: string | undefined;
  readonly siro: Pick<Siro, "asUser">;
}

/** A recording that something was decided about. */
interface Decided {
  readonly ref: MendRef;
  readonly recording: SiroRecording | undefined;
}

/**
 * Does what was decided about a recording's link and says it in words; nothing is said of a link that is right.
 *
 * A dry run only says what would be done.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 */
export async function carryOutRepair(
  deps: CarryOutDeps,
  { ref, recording }: Decided,
  decision: Exclude<RepairDecision, { kind: "wait" }>,
): Promise<readonly string[]> {
  if (decision.kind === "give-up") {
    return [`The recording's link was left as it is: ${decision.why}`];
  }
  if (decision.kind === "right" || recording === undefined) {
    return [];
  }
  const { targets, wrongIds } = decision;
  const hung = wrongIds.length === 0 ? "nothing" : wrongIds.join(", ");
  if (deps.settings.repair === "dry-run") {
    const wanted = targets.slice(0, 1).map(wordOf).join();
    return [`Dry run: the recording would be linked to ${wanted} in Siro; it hangs on ${hung}`];
  }
  const linked = await linkToFirst(deps, { ref, recording, targets });
  return [`The recording was linked to ${wordOf(linked)} in Siro; it hung on ${hung}`];
}

interface LinkOrders {
  readonly ref: MendRef;
  readonly recording: SiroRecording;
  readonly targets: readonly CrmObject[];
}

/** Tries the targets in their order: one that Siro does not know is passed over. */
async function linkToFirst(
  { siro, integrationConnectionId = "" }: CarryOutDeps,
  { ref, recording, targets }: LinkOrders,
): Promise<CrmObject> {
  const { recordingId } = ref;
  const user = userOf(siro, ref, recording);
  let refusal: unknown;
  for (const target of targets) {
    try {
      await user.linkRecording({ recordingId, integrationConnectionId, target });
      return target;
    } catch (error) {
      if (!(error instanceof SiroRequestError || error instanceof SiroAnswerError)) {
        throw error;
      }
      // The refusal of the visit itself says more than that of its last resort.
      refusal ??= error;
    }
  }
  throw refusal;
}

function wordOf({ objectType, objectId }: CrmObject): string {
  return `${objectType} ${objectId}`;
}
