import { CommanderError, InvalidArgumentError } from "commander";
import type { Config } from "../config.ts";
import { type AdminCall, callAdminApi } from "./call-admin-api.ts";
import { ownUrlOf, readSettings } from "./read-settings.ts";

/** The flags of every command that asks a running bridge. */
export interface BridgeFlags {
  readonly url?: string;
  readonly json?: boolean;
}

/** How `--url` is told in every help. */
export const URL_FLAG = "base URL of the running bridge (default: this machine)";

/** A running bridge, as commands ask it. */
export interface AskedBridge {
  readonly config: Config;
  /**
   * Calls the operators' API and gives the body of its answer.
   *
   * @throws {CommanderError} with exit code 1, after it said why, when there is none.
   */
  readonly ask: (call: Omit<AdminCall, "baseUrl">) => Promise<unknown>;
}

/**
 * Finds the bridge that this configuration, or `--url`, means.
 *
 * `failed` says in two words what did not come about.
 *
 * @throws {CommanderError} with exit code 1, after it said why, when the configuration cannot be used.
 */
export function theBridge(flags: BridgeFlags, failed: string): AskedBridge {
  const reading = readSettings();
  if (reading.kind === "refused") {
    const reason = `the configuration cannot be used:\n  - ${reading.problems.join("\n  - ")}`;
    return failAsked({ reason, failed }, flags);
  }
  const { config } = reading;
  const baseUrl = (flags.url ?? ownUrlOf(config)).replace(/\/+$/, "");
  return {
    config,
    ask: async (call) => {
      const answer = await callAdminApi(config, { ...call, baseUrl });
      return answer.kind === "done"
        ? answer.body
        : failAsked({ reason: answer.reason, failed }, flags);
    },
  };
}

/** Says why a command failed, as `--json` wants it, and ends it with exit code 1. */
export function failAsked(
  { reason, failed }: { readonly reason: string; readonly failed: string },
  { json }: BridgeFlags,
): never {
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ ok: false, reason })}\n`);
  } else {
    process.stderr.write(`✗ ${failed}: ${reason}\n`);
  }
  throw new CommanderError(1, "siro-bridge.failed", failed);
}

/** Reads `--url`. */
export function readUrl(text: string): string {
  if (!(URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) {
    throw new InvalidArgumentError("It must be an http or https URL.");
  }
  return text;
}
