import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import { buildPackage } from "../../src/salesforce-package/build-package.ts";
import type { PackageFile } from "../../src/salesforce-package/package-file.ts";
import {
  type PackageOptions,
  type PackagePlan,
  REPORTABLE_OBJECTS,
} from "../../src/salesforce-package/package-plan.ts";
import { planPackage } from "../../src/salesforce-package/plan-package.ts";

/** A webhook secret that is awkward in a URL and in XML. */
export const AWKWARD_SECRET = `a<b>&"c"'d'/%2F?#é ${"x".repeat(32)}`;

/** The usual address. */
const PUBLIC_URL = new URL("https://bridge.example.com");

/** Everything the package can report. */
const ALL: PackageOptions = {
  integrationUser: "siro.bridge@acme.example",
  contactEmail: "admin@acme.example",
  objects: REPORTABLE_OBJECTS,
  hasMoreFields: false,
};

/** A connection with a plain secret and dated leads and opportunities. */
export function aConnection(own: Readonly<Record<string, unknown>> = {}): Connection {
  return connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["s".repeat(32)],
    mapping: {
      lead: { startField: "Visit_Start__c", endField: "Visit_End__c", repField: "Closer__c" },
      opportunity: { startField: "acme__Demo_At__c" },
    },
    ...own,
  });
}

/** The plan of a connection that is known to be fit. */
export function aPlan(
  connection: Connection = aConnection(),
  own: Partial<PackageOptions> = {},
  publicUrl: URL = PUBLIC_URL,
): PackagePlan {
  const planned = planPackage(connection, publicUrl, { ...ALL, ...own });
  if (planned.kind === "refused") {
    throw new Error(planned.problems.join("; "));
  }
  return planned.plan;
}

/** The files of a plan. */
export function aPackage(plan: PackagePlan = aPlan()): ReadonlyMap<string, PackageFile> {
  return buildPackage(plan);
}

/** The reasons against a package. */
export function problemsOf(
  connection: Connection,
  own: Partial<PackageOptions> = {},
  publicUrl: URL = PUBLIC_URL,
): readonly string[] {
  const planned = planPackage(connection, publicUrl, { ...ALL, ...own });
  return planned.kind === "refused" ? planned.problems : [];
}
