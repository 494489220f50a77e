import { ApiLimitError, OrgAccessError, OrgUnavailableError } from "./org-errors.ts";

/** Why an org cannot be asked for a while. */
type PausingError = ApiLimitError | OrgAccessError | OrgUnavailableError;

/**
 * What all who read from an org in this process know of its trouble: one refusal counts for everyone.
 *
 * After a refusal nobody reads for as long as the org asks, or for a time that grows with every refusal in a row;
 * then one read goes ahead, and the others follow once it was answered.
 */
export interface CallPause {
  /** Makes one call, and remembers whether the org was to be asked. */
  watch<T>(call: () => Promise<T>): Promise<T>;
  /**
   * Reads, unless reads have to wait.
   *
   * @throws {ApiLimitError | OrgAccessError | OrgUnavailableError} without a call, as `refusal` says.
   */
  read<T>(calls: () => Promise<T>): Promise<T>;
  /** Why reads have to wait now, and for how long; undefined when they may go ahead. */
  refusal(): PausingError | undefined;
}

/** What the pause needs from the world. */
export interface CallPauseDeps {
  readonly org: string;
  readonly nowMs: () => number;
}

/** Without a time from the org: short after a hiccup, seldom enough for an outage. */
const OUTAGE_PAUSE = { firstMs: 1_000, mostMs: 15_000 } as const;
/** A secret is mended by people, and then nobody should have to wait for long. */
const ACCESS_PAUSE = { firstMs: 5_000, mostMs: 30_000 } as const;
/** So long those wait, at least, who come while one read tries whether the org answers again. */
const PROBE_MS = 1_000;

interface Trouble {
  readonly error: PausingError;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** How many pauses there were since the org answered last. */
  readonly pauses: number;
}

/** Makes the pause of one org; it is open at first. */
export function createCallPause({ org, nowMs }: CallPauseDeps): CallPause {
  let trouble: Trouble | undefined;
  let isProbing = false;
  /** When the newest call began that was answered. */
  let answeredMs = 0;

  function failed(error: PausingError, beganAtMs: number): void {
    const atMs = nowMs();
    if (beganAtMs < answeredMs && error.retryAfterMs === undefined) {
      // It hung, and later calls were answered since.
      return;
    }
    // A call that was under way when the pause began tells nothing new.
    const isKnown = trouble !== undefined && atMs < trouble.untilMs;
    const pauses = (trouble?.pauses ?? 0) + (isKnown ? 0 : 1);
    const untilMs = atMs + pauseMs(error, pauses);
    if (trouble === undefined || !isKnown || untilMs > trouble.untilMs) {
      trouble = { error, sinceMs: atMs, untilMs, pauses };
    }
  }
  function answered(beganAtMs: number): void {
    answeredMs = Math.max(answeredMs, beganAtMs);
    if (trouble !== undefined && beganAtMs >= trouble.sinceMs) {
      trouble = undefined;
    }
  }
  function refusal(): PausingError | undefined {
    if (trouble === undefined) {
      return;
    }
    const waitMs = Math.max(trouble.untilMs - nowMs(), isProbing ? PROBE_MS : 0);
    return waitMs > 0 ? again(org, trouble.error, waitMs) : undefined;
  }
  return {
    refusal,
    watch: async (call) => {
      const beganAtMs = nowMs();
      try {
        const answer = await call();
        answered(beganAtMs);
        return answer;
      } catch (error) {
        if (error instanceof ApiLimitError || error instanceof OrgUnavailableError) {
          failed(error, beganAtMs);
        }
        throw error;
      }
    },
    read: async (calls) => {
      const refused = refusal();
      if (refused !== undefined) {
        throw refused;
      }
      const isProbe = trouble !== undefined;
      isProbing ||= isProbe;
      try {
        return await calls();
      } catch (error) {
        // Elsewhere it may be one action that is not allowed; who may not read may not do anything.
        if (error instanceof OrgAccessError) {
          failed(error, nowMs());
        }
        throw error;
      } finally {
        isProbing &&= !isProbe;
      }
    },
  };
}

function pauseMs(error: PausingError, pauses: number): number {
  const { firstMs, mostMs } = error instanceof OrgAccessError ? ACCESS_PAUSE : OUTAGE_PAUSE;
  return error.retryAfterMs ?? Math.min(mostMs, firstMs * 2 ** (pauses - 1));
}

function again(org: string, cause: PausingError, retryAfterMs: number): PausingError {
  const options = { detail: "it said so a moment ago", retryAfterMs, cause };
  if (cause instanceof ApiLimitError) {
    return new ApiLimitError(org, options);
  }
  return cause instanceof OrgAccessError
    ? new OrgAccessError(org, options)
    : new OrgUnavailableError(org, options);
}
