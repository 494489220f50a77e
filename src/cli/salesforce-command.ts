import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Config } from "../config.ts";
import type { Connection } from "../domain/connection.ts";
import { buildPackage } from "../salesforce-package/build-package.ts";
import {
  type PackageOptions,
  type PackagePlan,
  REPORTABLE_OBJECTS,
  type ReportableObject,
} from "../salesforce-package/package-plan.ts";
import { planPackage } from "../salesforce-package/plan-package.ts";
import { readSettings } from "./read-settings.ts";
import { writePackage } from "./write-package.ts";

interface PackageFlags {
  readonly out?: string;
  readonly integrationUser?: string;
  readonly contactEmail?: string;
  readonly with?: readonly ReportableObject[];
  readonly serviceAppointments: boolean;
  readonly moreFields?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

interface Refusal {
  readonly kind: "refused";
  readonly problems: readonly string[];
  readonly exitCode: 1 | 2;
}

interface Written {
  readonly kind: "written";
  readonly connection: string;
  readonly out: string;
  readonly objects: readonly ReportableObject[];
  readonly files: readonly string[];
  readonly secretFiles: readonly string[];
  readonly warnings: readonly string[];
}

const OPTIONAL_OBJECTS: ReadonlyMap<string, ReportableObject> = new Map(
  REPORTABLE_OBJECTS.filter((object) => object !== "ServiceAppointment").map((object) => [
    object.toLowerCase(),
    object,
  ]),
);

/** The command `salesforce`, with `package`. What cannot be written ends the run with exit code 1. */
export function salesforceCommand(): Command {
  return new Command("salesforce")
    .description("what the Salesforce org of a connection needs")
    .addCommand(packageCommand());
}

function packageCommand(): Command {
  return new Command("package")
    .description("write the metadata that lets an org report its appointments")
    .argument("<connection>", "name of a connection in the connections file")
    .option("--out <dir>", "folder to write (default: siro-salesforce-<connection>)")
    .option(
      "--integration-user <username>",
      "the Salesforce user the bridge signs in as (default: the username of jwt-bearer)",
      usernameOf,
    )
    .option(
      "--contact-email <mail>",
      "contact of the External Client App (default: the integration user's name)",
      usernameOf,
    )
    .option(
      "--with <objects>",
      `report changes of these, too: ${[...OPTIONAL_OBJECTS.keys()].join(",")}`,
      objectsOf,
    )
    .option("--no-service-appointments", "for an org without Field Service and Scheduler")
    .option(
      "--more-fields",
      "let messages carry times and status, too, for days on which the API calls run out",
    )
    .option("--force", "write into a folder that is not empty")
    .option("--json", "print one JSON object")
    .action(runPackage);
}

function runPackage(name: string, flags: PackageFlags): void {
  const outcome = packageOutcome(name, flags);
  print(outcome, flags.json ?? false);
  if (outcome.kind === "refused") {
    throw new CommanderError(outcome.exitCode, "siro-bridge.packageRefused", "nothing was written");
  }
}

function packageOutcome(name: string, flags: PackageFlags): Written | Refusal {
  const reading = readSettings();
  if (reading.kind === "refused") {
    return refused(reading.problems);
  }
  const { config } = reading;
  const connection = config.connections.get(name);
  if (connection === undefined || config.isLocalMode) {
    return refused([unknownConnection(name, config)]);
  }
  const options = optionsOf(connection, flags);
  if ("kind" in options) {
    return options;
  }
  const planned = planPackage(connection, config.publicUrl, options);
  return planned.kind === "refused"
    ? refused(planned.problems)
    : write(planned.plan, planned.warnings, flags);
}

function optionsOf(connection: Connection, flags: PackageFlags): PackageOptions | Refusal {
  const auth = connection.salesforce?.auth;
  const ownUser = auth?.kind === "jwt-bearer" ? auth.username : undefined;
  const integrationUser = flags.integrationUser ?? ownUser;
  const chosen = new Set(flags.with);
  const objects = REPORTABLE_OBJECTS.filter((object) =>
    object === "ServiceAppointment" ? flags.serviceAppointments : chosen.has(object),
  );
  if (integrationUser === undefined) {
    return refused(["--integration-user: name the Salesforce user the bridge signs in as"], 2);
  }
  if (objects.length === 0) {
    return refused(["--no-service-appointments: nothing is left to report; add --with"], 2);
  }
  const { contactEmail = integrationUser, moreFields = false } = flags;
  return { integrationUser, contactEmail, objects, hasMoreFields: moreFields };
}

function write(
  plan: PackagePlan,
  warnings: readonly string[],
  { out = `siro-salesforce-${plan.connectionName}`, force = false }: PackageFlags,
): Written | Refusal {
  const files = buildPackage(plan);
  const problem = writePackage(out, files, force);
  return problem === undefined
    ? {
        kind: "written",
        connection: plan.connectionName,
        out,
        objects: plan.objects,
        files: [...files.keys()],
        secretFiles: [...files.values()].flatMap((file) => (file.holdsSecret ? [file.path] : [])),
        warnings,
      }
    : refused([problem]);
}

function refused(problems: readonly string[], exitCode: Refusal["exitCode"] = 1): Refusal {
  return { kind: "refused", problems, exitCode };
}

function unknownConnection(name: string, { connections, isLocalMode }: Config): string {
  return isLocalMode
    ? "no connection is configured; write connections.json or set CONNECTIONS_FILE"
    : `there is no connection ${JSON.stringify(name)}; there is: ${[...connections.keys()].join(", ")}`;
}

function print(outcome: Written | Refusal, isJson: boolean): void {
  if (isJson) {
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  } else if (outcome.kind === "refused") {
    process.stderr.write(outcome.problems.map((problem) => `error: ${problem}\n`).join(""));
  } else {
    process.stderr.write(outcome.warnings.map((warning) => `warning: ${warning}\n`).join(""));
    process.stdout.write(summaryOf(outcome));
  }
}

function summaryOf({ connection, out, objects, files, secretFiles }: Written): string {
  return `${files.length} files for ${objects.join(", ")} are in ${out}
The webhook secret of ${connection} is in ${secretFiles.join(", ")}:
only you can read the files; keep them out of version control and mail, and delete them once deployed.
Next, in that folder: sf project deploy start --manifest manifest/package.xml --target-org <org>
Every step: docs/salesforce-setup.md
`;
}

// A username has the form of an e-mail address.
function usernameOf(value: string): string {
  if (!/^[^\s@]+@[^\s@]+$/.test(value)) {
    throw new InvalidArgumentError("It must have the form name@example.com.");
  }
  return value;
}

function objectsOf(value: string): readonly ReportableObject[] {
  return value.split(",").map((name) => {
    const object = OPTIONAL_OBJECTS.get(name.trim().toLowerCase());
    if (object === undefined) {
      const known = [...OPTIONAL_OBJECTS.keys()].join(", ");
      throw new InvalidArgumentError(`Choose from ${known}, separated by commas.`);
    }
    return object;
  });
}
