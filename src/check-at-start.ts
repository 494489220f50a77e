import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Config, ConfigError } from "./config.ts";
import type { Connection } from "./domain/connection.ts";
import { errorCode } from "./error-code.ts";
import { listenProblem } from "./listen-problem.ts";

/** The web process of a bridge that was killed just now lets go of its port by itself. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 100;

/**
 * Refuses at once what a process of the tree would only stumble over later.
 *
 * @throws {ConfigError} listing every reason.
 */
export async function checkAtStart(
  config: Pick<Config, "connections" | "roles" | "host" | "port">,
): Promise<void> {
  const problems = [
    ...[...config.connections.values()].flatMap(keyFileProblems),
    ...(config.roles.has("web") ? await addressProblems(config) : []),
  ];
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
}

function keyFileProblems({ name, salesforce }: Connection): readonly string[] {
  if (salesforce?.auth.kind !== "jwt-bearer") {
    return [];
  }
  const path = salesforce.auth.privateKeyFile;
  const where = `connection ${name}: salesforce.auth.privateKeyFile ${path}`;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    return [`${where} cannot be read (${errorCode(cause) ?? "unknown reason"})`];
  }
  try {
    createPrivateKey(text);
    return [];
  } catch {
    // The library's own words may quote the key.
    return [`${where} is not a private key in PEM form`];
  }
}

async function addressProblems(address: Pick<Config, "host" | "port">): Promise<readonly string[]> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const error = await tryAddress(address);
    if (error === undefined) {
      return [];
    }
    if (errorCode(error) !== "EADDRINUSE" || performance.now() >= deadlineMs) {
      return [`PORT: ${listenProblem(address, error)}`];
    }
    await delay(LOOK_MS);
  }
}

async function tryAddress({ host, port }: Pick<Config, "host" | "port">): Promise<unknown> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return undefined;
  } catch (error) {
    return error;
  }
}
