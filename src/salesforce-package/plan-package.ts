import type { Connection } from "../domain/connection.ts";
import { DATED_KEYS, DATED_TYPES, datedRules, isDatedType } from "../domain/dated-object.ts";
import type { PackageOptions, PlannedPackage, ReportableObject } from "./package-plan.ts";
import { ownFieldOf, watchedFields } from "./watched-fields.ts";

const API_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const URL_SAFE = /^[A-Za-z0-9._~-]+$/;

/**
 * Checks what a package needs and composes the endpoint.
 *
 * Of two webhook secrets the second is taken: while rotating, that is the new one.
 */
export function planPackage(
  connection: Connection,
  publicUrl: URL,
  options: PackageOptions,
): PlannedPackage {
  const secret = connection.webhookSecrets.at(-1);
  const problems = [
    ...urlProblems(publicUrl),
    ...options.objects.flatMap((object) => mappingProblems(connection, object)),
  ];
  if (secret === undefined) {
    problems.push(
      `${connection.name}: has no webhookSecrets; outbound messages need one of 32 characters or more`,
    );
  }
  if (secret === undefined || problems.length > 0) {
    return { kind: "refused", problems };
  }
  const baseUrl = `${publicUrl.origin}${publicUrl.pathname.replace(/\/+$/, "")}`;
  const plan = {
    ...options,
    connectionName: connection.name,
    baseUrl,
    endpointUrl: `${baseUrl}/webhooks/salesforce/${connection.name}/${encodeURIComponent(secret)}`,
    signIn: connection.salesforce?.auth.kind ?? "client-credentials",
    hasRepSignIn: connection.salesforce?.repSignIn !== undefined,
    mapping: connection.mapping,
  };
  return { kind: "planned", plan, warnings: warningsOf(connection, options, secret) };
}

function urlProblems(publicUrl: URL): string[] {
  const { protocol, port, username, password, search, hash } = publicUrl;
  if (protocol !== "https:") {
    return [
      "PUBLIC_URL: must be https; set PUBLIC_URL=https://… to the address under which Salesforce reaches the bridge",
    ];
  }
  const problems = [];
  if (port !== "" && Number(port) < 1024) {
    problems.push("PUBLIC_URL: Salesforce calls port 443 or ports from 1024 up");
  }
  if (username + password + search + hash !== "") {
    problems.push("PUBLIC_URL: must have no user, query or fragment");
  }
  return problems;
}

function mappingProblems({ name, mapping }: Connection, object: ReportableObject): string[] {
  if (!isDatedType(object)) {
    return [];
  }
  const key = DATED_KEYS[object];
  if (datedRules(mapping, object) === undefined) {
    return [`${name}: mapping.${key} names no startField, so no ${object} is an appointment`];
  }
  return watchedFields(object, mapping)
    .filter((field) => !API_NAME.test(field))
    .map((field) => `${name}: mapping.${key}: ${JSON.stringify(field)} is not a field's API name`);
}

function warningsOf(
  { name, mapping, salesforce }: Connection,
  { objects }: PackageOptions,
  secret: string,
): readonly string[] {
  const unreported = DATED_TYPES.filter(
    (type) => datedRules(mapping, type) !== undefined && !objects.includes(type),
  ).map(
    (type) =>
      `mapping.${DATED_KEYS[type]} is configured, but changes are not reported; add --with ${type.toLowerCase()}`,
  );
  return [
    ...unreported,
    ...objects.flatMap((object) => farRepWarnings(object, mapping)),
    ...(URL_SAFE.test(secret)
      ? []
      : [
          `the webhook secret of ${name} is percent-encoded in the endpoint; letters, digits, - and _ are safer`,
        ]),
    ...(salesforce === undefined
      ? [`${name} has no "salesforce" yet; without it messages are parked as NO_READER`]
      : []),
  ];
}

/** A flow sees the record's own fields alone. */
function farRepWarnings(
  object: ReportableObject,
  mapping: Connection["mapping"],
): readonly string[] {
  const path = isDatedType(object) ? datedRules(mapping, object)?.repField : undefined;
  if (!isDatedType(object) || path == null) {
    return [];
  }
  const [, ...further] = path.split(".");
  const last = further.at(-1);
  return last === undefined
    ? []
    : [
        `mapping.${DATED_KEYS[object]}.repField: ${object} reports changes of ${ownFieldOf(path)}; give the integration user Read on ${last} of the record behind it, whose own changes are not reported`,
      ];
}
