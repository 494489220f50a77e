import {
  type ConnectionSettings,
  OWN_SECRETS,
  setSecrets,
  withoutSecrets,
} from "../../domain/connection-secrets.ts";
import type { Hold } from "../../domain/hold.ts";
import { isoInstant } from "../../domain/instant.ts";
import { readSettings, type StoredConnection } from "../../domain/stored-connection.ts";
import { type KnownConnection, revisionOf } from "./known-connection.ts";

/** Words one connection for the list: what it is, where it comes from, whether it delivers. Never a secret. */
export function presentConnection(known: KnownConnection) {
  const { name, inFile, entry, hold } = known;
  const settings = settingsOf(known);
  const stored = inFile === undefined ? entry?.stored : undefined;
  return {
    name,
    source: inFile === undefined ? ("page" as const) : ("file" as const),
    /** A connection of this name was made in the page as well, and the file hides it. */
    hidesStored: inFile !== undefined && entry !== undefined,
    organizationId: textOf(settings["organizationId"]),
    hasSalesforce: settings["salesforce"] !== undefined,
    hasSiro: settings["siro"] !== undefined,
    hold: hold === undefined ? null : presentHold(hold),
    problem: problemOf(known),
    changedAt: stored === undefined ? null : isoInstant(stored.changedAtMs),
    changedBy: stored?.changedBy ?? null,
    secrets: presentSecrets(settings, stored),
  };
}

/** Words one connection with its settings, the secrets left out, and the addresses that senders call. */
export function describeConnection(known: KnownConnection, publicUrl: URL) {
  const { name, inFile, entry } = known;
  const at = (path: string) => new URL(path, publicUrl).href;
  return {
    ...presentConnection(known),
    settings: withoutSecrets(settingsOf(known)),
    revision: inFile === undefined && entry !== undefined ? revisionOf(entry) : null,
    addresses: {
      events: at(`/webhooks/events/${name}`),
      outboundMessages: `${at(`/webhooks/salesforce/${name}/`)}<webhook secret>`,
      siro: at(`/webhooks/siro/${name}`),
    },
  };
}

/** When and by whom a connection was put on hold. */
export function presentHold({ by, sinceMs }: Hold) {
  return { by, since: isoInstant(sinceMs) };
}

function settingsOf({ inFile, entry }: KnownConnection): ConnectionSettings {
  return inFile ?? entry?.stored?.settings ?? {};
}

/** Write-only: that it is set, how many values are valid, and when it was changed last. */
function presentSecrets(settings: ConnectionSettings, stored: StoredConnection | undefined) {
  return setSecrets(settings).map((path) => {
    const changedAtMs = stored?.secretDates[path];
    const own = OWN_SECRETS.find((one) => one === path);
    const value = own === undefined ? undefined : settings[own];
    return {
      path,
      count: Array.isArray(value) ? value.length : 1,
      changedAt: changedAtMs === undefined ? null : isoInstant(changedAtMs),
    };
  });
}

function problemOf({ inFile, entry }: KnownConnection): string | null {
  if (inFile !== undefined || entry === undefined) {
    return null;
  }
  if (entry.stored === undefined) {
    return "It cannot be opened; was SECRET_KEY changed? Delete it and make it again";
  }
  const reading = readSettings(entry.stored.settings);
  return reading.kind === "usable"
    ? null
    : `This version cannot use it: ${reading.issues.map(({ path, message }) => `${path}: ${message}`).join("; ")}`;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
