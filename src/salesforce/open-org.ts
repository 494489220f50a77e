import { readFile, stat } from "node:fs/promises";
import type { Connection } from "../domain/connection.ts";
import { askOrg, type Question } from "./ask-org.ts";
import { createCallPause } from "./call-pause.ts";
import { compositeCall, readComposite } from "./composite-call.ts";
import { describeObject } from "./describe-object.ts";
import { createLimitWatch, type LimitWatch } from "./limit-watch.ts";
import type { Org } from "./org.ts";
import { OrgAccessError } from "./org-errors.ts";
import { createSessionSource } from "./org-session.ts";
import { createOrgShape } from "./org-shape.ts";
import { sendCustomNotification } from "./send-custom-notification.ts";
import { signIn } from "./sign-in.ts";
import { readUpdates, updateCall } from "./update-records.ts";

const CALL_TIMEOUT_MS = 10_000;
/** A key of 16,384 bits has 13 kilobytes as PEM. */
const MOST_KEY_BYTES = 65_536;

/** What an org needs from the world; all of it has a default. */
export interface OrgDeps {
  readonly nowMs?: () => number;
  /** The time that assertions carry, where a better clock than this machine's is at hand. */
  readonly assertionNowMs?: () => Promise<number>;
  readonly timeoutMs?: number;
  readonly readKeyFile?: (path: string) => Promise<string>;
  /** Hears of every API call that was answered. */
  readonly heard?: () => void;
}

/**
 * Opens the org of a connection; nothing is called before its first use.
 *
 * @throws {OrgAccessError} when the connection has no `salesforce` settings.
 */
export function openOrg(connection: Connection, deps: OrgDeps = {}): Org {
  const { name, salesforce: settings } = connection;
  if (settings === undefined) {
    throw new OrgAccessError(name, { detail: "the connection has no salesforce settings" });
  }
  const { nowMs = Date.now, timeoutMs = CALL_TIMEOUT_MS, readKeyFile = readText } = deps;
  const { assertionNowMs = async () => nowMs() } = deps;
  const signInDeps = { org: name, settings, nowMs: assertionNowMs, timeoutMs, readKeyFile };
  const sessions = createSessionSource({ org: name, nowMs, signIn: () => signIn(signInDeps) });
  const limits = createLimitWatch(nowMs);
  const pause = createCallPause({ org: name, nowMs });
  const heard: LimitWatch = {
    ...limits,
    note: (header) => {
      deps.heard?.();
      limits.note(header);
    },
  };
  const asking = { org: name, sessions, limits: heard, pause, timeoutMs };
  const ask = (question: Question) => askOrg(asking, question);
  const notifying = { org: name, ask, typeIds: new Map<string, string>() };
  return {
    connection,
    sessions,
    shape: createOrgShape({ nowMs, describe: (type) => describeObject(asking, type) }),
    composite: async (queries) =>
      queries.length === 0
        ? []
        : readComposite(name, await askOrg(asking, compositeCall(queries)), queries.length),
    update: async (records) =>
      records.length === 0
        ? []
        : readUpdates(name, await askOrg(asking, updateCall(records)), records.length),
    notify: (notification) => sendCustomNotification(notifying, notification),
    usage: limits.usage,
    pause,
  };
}

/** Whoever types the path into the page could name a device or a pipe, which have no end. */
async function readText(path: string): Promise<string> {
  const file = await stat(path);
  if (!file.isFile() || file.size > MOST_KEY_BYTES) {
    throw new TypeError("no key file");
  }
  return readFile(path, "utf8");
}
