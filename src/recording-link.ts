import type { IssuedLink, LinkParts } from "./deliveries/issue-link.ts";
import { buildRecordingLink } from "./links/links.ts";

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
