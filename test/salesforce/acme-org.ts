import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { StubOrgOptions } from "../../src/local-mode/stub-org/stub-org-options.ts";
import { type OrgDeps, openOrg } from "../../src/salesforce/open-org.ts";
import type { Org } from "../../src/salesforce/org.ts";

/** How a test's org and the connection to it differ from the usual ones. */
export interface AcmeOptions {
  readonly stub?: StubOrgOptions;
  readonly mapping?: object;
  readonly deps?: OrgDeps;
}

/** A stub org, and the real connection to it. */
export interface AcmeOrg {
  readonly stub: StubOrg;
  readonly org: Org;
  /** How many API calls were made that bring records; a composite is one. */
  readonly dataCalls: () => number;
}

/** Starts an org with a connection; stop the stub when done. */
export async function startAcmeOrg(options: AcmeOptions = {}): Promise<AcmeOrg> {
  const stub = await startStubOrg(options.stub);
  const org = openOrg(acmeConnection(stub, options.mapping), options.deps);
  return { stub, org, dataCalls: () => stub.calls.count("composite") };
}

/** The connection to a stub org. */
function acmeConnection({ url, app, organizationId }: StubOrg, mapping = {}): Connection {
  const { clientId, clientSecret } = app;
  return connectionSchema.parse({
    name: "acme",
    organizationId,
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    salesforce: {
      instanceUrl: url,
      auth: { kind: "client-credentials", clientId, clientSecret },
    },
    mapping,
  });
}

/** Adds a rep: the user and the resource; returns the resource's id and the user's. */
export function addRep({ store }: StubOrg, email: string): { resourceId: string; userId: string } {
  const userId = idOf(store.insert("User", { FirstName: "Dana", LastName: "Reed", Email: email }));
  const resourceId = idOf(
    store.insert("ServiceResource", { Name: "Dana", RelatedRecordId: userId }),
  );
  return { resourceId, userId };
}

/** Adds a visit at an account, by default with nobody assigned; returns its id. */
export function addVisit(
  { store }: StubOrg,
  own: Readonly<Record<string, string | number | boolean | null>> = {},
): string {
  return idOf(
    store.insert("ServiceAppointment", {
      Subject: "Solar consultation",
      Status: "Scheduled",
      SchedStartTime: "2026-11-23T14:00:00.000Z",
      SchedEndTime: "2026-11-23T15:00:00.000Z",
      EarliestStartTime: "2026-11-23T08:00:00.000Z",
      DueDate: "2026-11-23T20:00:00.000Z",
      ...own,
    }),
  );
}

/** Assigns a resource to a visit; returns the assignment's id. */
export function assign({ store }: StubOrg, visitId: string, resourceId: string): string {
  return idOf(
    store.insert("AssignedResource", {
      ServiceAppointmentId: visitId,
      ServiceResourceId: resourceId,
      IsPrimaryResource: true,
    }),
  );
}
