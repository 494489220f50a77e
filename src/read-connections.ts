import { readFileSync } from "node:fs";
import type { z } from "zod";
import { type Connection, connectionsFileSchema } from "./domain/connection.ts";
import { canonicalRecordId } from "./domain/crm-record-id.ts";
import { errorCode } from "./error-code.ts";

/**
 * Reads the connections file with what its strings name in the environment; none when there is no file.
 *
 * What is wrong is added to `problems`, each line saying what to mend; nothing is thrown.
 */
export function readConnections(env: NodeJS.ProcessEnv, problems: string[]): readonly Connection[] {
  const path = env["CONNECTIONS_FILE"] ?? "connections.json";
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (env["CONNECTIONS_FILE"] !== undefined || errorCode(cause) !== "ENOENT") {
      problems.push(`CONNECTIONS_FILE: cannot read ${path}`);
    }
    return [];
  }
  return parseConnections(text, { path, env, problems });
}

interface ConnectionsSource {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  readonly problems: string[];
}

function parseConnections(text: string, source: ConnectionsSource): readonly Connection[] {
  let json: unknown;
  try {
    json = JSON.parse(text, (_key, value) => fromEnvironment(value, source));
  } catch {
    // The parser's own message quotes the file, and the file holds secrets.
    source.problems.push(`CONNECTIONS_FILE: ${source.path} is not valid JSON`);
    return [];
  }
  const parsed = connectionsFileSchema.safeParse(json);
  if (!parsed.success) {
    source.problems.push(...issueLines(parsed.error, `${source.path}: `));
    return [];
  }
  return parsed.data.connections.map((connection) => ({
    ...connection,
    organizationId: canonicalRecordId(connection.organizationId),
  }));
}

function fromEnvironment(value: unknown, { env, problems, path }: ConnectionsSource): unknown {
  if (typeof value !== "string" || !value.startsWith("$env:")) {
    return value;
  }
  const name = value.slice("$env:".length);
  const found = env[name];
  if (found === undefined) {
    problems.push(`${path}: the environment variable ${name} is named but not set`);
  }
  return found;
}

/** One line per issue: where it is, and what to mend. */
export function issueLines(error: z.ZodError, prefix: string): string[] {
  return error.issues.map((issue) => `${prefix}${issue.path.join(".")}: ${issue.message}`);
}
