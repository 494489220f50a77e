import { type ApiCall, type ApiReply, versionPath } from "./api-call.ts";

const OLDEST_VERSION = 31;
const NEWEST_VERSION = 68;
const FIRST_NAMED_VERSION = 65;
const RELEASES = ["Winter '26", "Spring '26", "Summer '26", "Winter '27"];

/** `GET /services/data`: the versions, oldest first; needs no session. */
export function versionList(): ApiReply {
  const body = RELEASES.map((label, at) => {
    const version = `${FIRST_NAMED_VERSION + at}.0`;
    return { label, url: versionPath(version), version };
  });
  return { status: 200, body };
}

/** `GET /services/data/vXX.X`: where the resources of a version are. */
export function resourceList(call: ApiCall): ApiReply {
  const names = ["sobjects", "query", "queryAll", "composite", "limits", "actions", "tooling"];
  const base = versionPath(call.version);
  return {
    status: 200,
    body: Object.fromEntries(names.map((name) => [name, `${base}/${name}`])),
  };
}

/** Says whether the org still, or already, serves a version. */
export function isServed(version: string): boolean {
  const number = Number(version);
  return number >= OLDEST_VERSION && number <= NEWEST_VERSION && Number.isInteger(number);
}
