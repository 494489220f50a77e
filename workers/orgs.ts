import type { Connection } from "../src/domain/connection.ts";
import { createReader, type RecordReader } from "../src/salesforce/coalesce-reads.ts";
import { openOrg } from "../src/salesforce/open-org.ts";
import type { Org } from "../src/salesforce/org.ts";

/** One org and the reader that shares its calls among everyone who asks at the same moment. */
export interface OpenedOrg {
  readonly org: Org;
  readonly reader: RecordReader;
}

/** The Salesforce orgs of this process, by the name of their connection. */
export type Orgs = ReadonlyMap<string, OpenedOrg>;

/**
 * Opens the org of every connection that has one; nothing is called before its first use.
 *
 * While `isMoreComing`, reads wait a little longer for company.
 */
export function openOrgs(
  connections: Iterable<Connection>,
  isMoreComing?: () => Promise<boolean>,
): Orgs {
  const waits = isMoreComing === undefined ? {} : { isMoreComing };
  const withOrg = [...connections].filter(({ salesforce }) => salesforce !== undefined);
  return new Map(
    withOrg.map((connection) => {
      const org = openOrg(connection);
      return [connection.name, { org, reader: createReader(org, waits) }];
    }),
  );
}
