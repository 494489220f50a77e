import type { StubLink } from "./siro-world.ts";

/** A link as the app understands it. */
export interface TappedLink {
  readonly action: string;
  readonly title: string | null;
  readonly conversationType: string | null;
  readonly redirectUrl: string | null;
  readonly link: StubLink | null;
  readonly trigger: "deeplink" | "modern-deeplink";
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads a link the way the app's platform does; undefined when it is none of Siro's and opens a browser.
 *
 * Deliberately without the bridge's own link library, so that the two can disagree. What the app makes of broken
 * `crmObjects` is nowhere written: here they are left out. A conversation type that is no UUID falls back to the
 * default without a word.
 *
 * @see https://docs.siro.ai/triggering-recordings/deep-links
 */
export function readTappedLink(link: string, host: string): TappedLink | undefined {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url === undefined || url.host !== host || !/^\/record\/?$/.test(url.pathname)) {
    return undefined;
  }
  const { searchParams } = url;
  const type = searchParams.get("conversationType");
  return {
    action: searchParams.get("action") ?? "",
    title: searchParams.get("title"),
    conversationType: type !== null && UUID.test(type) ? type : null,
    redirectUrl: searchParams.get("redirectUrl"),
    link: crmLinkOf(searchParams),
    trigger: searchParams.has("crmObjects") ? "modern-deeplink" : "deeplink",
  };
}

function crmLinkOf(searchParams: URLSearchParams): StubLink | null {
  const integrationConnectionId = searchParams.get("integrationConnectionId");
  const objects = objectsOf(searchParams.get("crmObjects") ?? "[]");
  return integrationConnectionId === null || objects.length === 0
    ? null
    : { integrationConnectionId, objects };
}

function objectsOf(text: string): StubLink["objects"] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isCrmObject) : [];
  } catch {
    return [];
  }
}

function isCrmObject(value: unknown): value is StubLink["objects"][number] {
  return (
    typeof value === "object" &&
    value !== null &&
    "objectType" in value &&
    "objectId" in value &&
    typeof value.objectId === "string"
  );
}
