import { isDeepStrictEqual } from "node:util";
import type { Connection } from "../src/domain/connection.ts";
import { createReader, type RecordReader } from "../src/salesforce/coalesce-reads.ts";
import { type OrgDeps, openOrg } from "../src/salesforce/open-org.ts";
import type { Org } from "../src/salesforce/org.ts";
import { createEventsInHand, type EventsInHand } from "./events-in-hand.ts";

/** One org and the reader that shares its calls among everyone who asks at the same moment. */
export interface OpenedOrg {
  readonly org: Org;
  readonly reader: RecordReader;
  /** The events that are being followed. */
  readonly inHand: EventsInHand;
}

/** What the orgs need from the world; all of it has a default. */
export interface OrgsDeps {
  /** While more is on its way, reads wait a little longer for company. */
  readonly isMoreComing?: () => Promise<boolean>;
  readonly org?: OrgDeps;
  /** Orgs that are open already; of a connection that did not change it is kept, with all it learned. */
  readonly earlier?: Orgs;
}

/** The Salesforce orgs of this process, by the name of their connection. */
export type Orgs = ReadonlyMap<string, OpenedOrg>;

/** Opens the org of every connection that has one; nothing is called before its first use. */
export function openOrgs(connections: Iterable<Connection>, deps: OrgsDeps = {}): Orgs {
  const { org: orgDeps, earlier, ...waits } = deps;
  const withOrg = [...connections].filter(({ salesforce }) => salesforce !== undefined);
  return new Map(
    withOrg.map((connection) => {
      const known = earlier?.get(connection.name);
      if (known !== undefined && isDeepStrictEqual(known.org.connection, connection)) {
        return [connection.name, known];
      }
      const org = openOrg(connection, orgDeps);
      const reader = createReader(org, waits);
      return [connection.name, { org, reader, inHand: createEventsInHand(reader.isSlow) }];
    }),
  );
}
