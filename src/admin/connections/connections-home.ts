import type { Connection } from "../../domain/connection.ts";

/** One thing that testing a connection found; no secret, no content of a record. */
export interface CheckFinding {
  readonly check: string;
  readonly level: "ok" | "warn" | "fail";
  readonly message: string;
  readonly whatToDo?: string;
}

/** Where connections come from, and what can be found out about them. */
export interface ConnectionsHome {
  /** Those of the connections file; in local mode the demo is one of them. */
  readonly fileConnections: ReadonlyMap<string, Connection>;
  readonly isLocalMode: boolean;
  /** Seals what is stored. */
  readonly secretKey: Buffer;
  /** Hosts on this machine or by number that may be called all the same. */
  readonly outboundAllow: readonly string[];
  /** Has this process serve what is stored now. */
  readonly refresh: () => Promise<void>;
  /** Runs the checks of `siro-bridge connections check`. */
  readonly check: (connection: Connection) => Promise<readonly CheckFinding[]>;
}
