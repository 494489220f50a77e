/** What was looked at. */
export type CheckName =
  | "configuration"
  | "redis"
  | "bridge"
  | "channels"
  | "clock"
  | "instance-url"
  | "links"
  | "secrets"
  | "sign-in"
  | "access"
  | "api-share"
  | "siro"
  | "sample";

/** One thing that a check found; the texts hold no secret, no token and no content of a record. */
export interface Finding {
  readonly check: CheckName;
  /** The name of the connection it is about. */
  readonly connection?: string;
  /** `warn` is worth knowing, `fail` has to be mended. */
  readonly level: "ok" | "warn" | "fail";
  readonly message: string;
  readonly whatToDo?: string;
}

/** What is wrong or odd, and what mends it. */
export interface Trouble {
  readonly message: string;
  readonly whatToDo?: string;
}

/** All is well. */
export function ok(check: CheckName, message: string): Finding {
  return { check, level: "ok", message };
}

/** Something to know about, that does not keep the bridge from its work. */
export function warn(check: CheckName, trouble: Trouble): Finding {
  return { check, level: "warn", ...trouble };
}

/** Something that has to be mended. */
export function fail(check: CheckName, trouble: Trouble): Finding {
  return { check, level: "fail", ...trouble };
}

/** The same findings, as findings about a connection. */
export function about(connection: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, connection }));
}
