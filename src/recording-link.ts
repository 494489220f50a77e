import type { IssuedLink, LinkParts } from "./deliveries/issue-link.ts";
import { canonicalRecordId } from "./domain/crm-record-id.ts";
import { buildRecordingLink, type FoundRecordingLink, parseRecordingLink } from "./links/links.ts";
import type { SeenLink } from "./siro/seen-link.ts";

/** Joins the deliveries to the link library: parts in, a finished link or the reasons against it out. */
export function buildLink(parts: LinkParts, host: string): IssuedLink {
  const built = buildRecordingLink(parts, { host });
  return built.kind === "built"
    ? { kind: "issued", url: built.url }
    : {
        kind: "refused",
        reasons: built.issues.map(({ code, field }) => `${code}(${field})`).join(", "),
      };
}

/** Joins Siro's evidence to the link library: what a reported link asks for, and about which records. */
export function readSeenLink(fullUrl: string, host: string): SeenLink | undefined {
  const parsed = parseRecordingLink(fullUrl, { host });
  if (parsed.kind === "refused") {
    return undefined;
  }
  if (parsed.kind === "legacy-app-link") {
    const { appointmentId, opportunityId } = parsed.link;
    return { objectIds: canonicalIds([appointmentId, opportunityId]) };
  }
  const { action, crmObjects = [], opportunityId } = parsed.link;
  return {
    ...(action === undefined ? {} : { action }),
    objectIds: canonicalIds([...crmObjects.map(({ objectId }) => objectId), opportunityId]),
  };
}

/** One parameter of a link: how it reads, and what it asks of Siro's app. */
export interface LinkPart {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

/** Takes a link apart for people; parameters that Siro does not document come last. */
export function explainLink(url: string, host: string): readonly LinkPart[] {
  const parsed = parseRecordingLink(url, { host });
  if (parsed.kind !== "recording-link") {
    return [];
  }
  const known = Object.entries(parsed.link).flatMap(([name, value]) => partsOf(name, value));
  const extra = Object.entries(parsed.extra).map(([name, value]) => ({
    name,
    value,
    meaning: "Siro does not document this parameter",
  }));
  return [...known, ...extra];
}

const MEANINGS: Readonly<Record<string, string>> = {
  title: "The name that the recording gets",
  conversationType: "The kind of conversation, by its id in Siro",
  redirectUrl: "Where the rep comes back to after Siro",
  integrationConnectionId: "The CRM connection in Siro that the records below belong to",
  opportunityId: "The opportunity that the recording hangs on (the older way to say it)",
};

const ACTION_MEANINGS: Readonly<Record<string, string>> = {
  start: "Begin a recording; one that runs already goes on",
  stop: "End the recording that runs",
  restart: "End the recording that runs and begin the next one",
};

function partsOf(
  name: string,
  value: string | FoundRecordingLink["crmObjects"],
): readonly LinkPart[] {
  if (value === undefined) {
    return [];
  }
  if (typeof value !== "string") {
    return value.map(({ objectType, objectId }) => ({
      name,
      value: `${objectType} ${objectId}`,
      meaning: `The recording is attached to this ${objectType}`,
    }));
  }
  const meaning = name === "action" ? ACTION_MEANINGS[value] : MEANINGS[name];
  return [{ name, value, meaning: meaning ?? "" }];
}

function canonicalIds(ids: readonly (string | undefined)[]): readonly string[] {
  return ids.filter((id) => id !== undefined).map(canonicalRecordId);
}
