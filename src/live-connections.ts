import type { Redis } from "ioredis";
import {
  readConnectionsVersion,
  readStoredConnections,
  type StoredConnections,
} from "./books/connection-book.ts";
import { type Config, loadConfig } from "./config.ts";
import type { Connection } from "./domain/connection.ts";
import { readSettings } from "./domain/stored-connection.ts";

/** How soon a change that was made elsewhere is seen: one small question to Redis each time. */
const LOOK_EVERY_MS = 1_000;

/** What became known about the connections that were made in the operators' window. */
export type ConnectionsNews =
  | { readonly kind: "taken-up"; readonly version: number; readonly connections: number }
  /** One that cannot be used; the others are not touched by it. */
  | { readonly kind: "unusable"; readonly connection: string; readonly why: string }
  /** The process goes on with what it had, and tries again. */
  | { readonly kind: "not-taken-up"; readonly error: unknown };

/** What following the connections needs from the world. */
export interface LiveConnectionsDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly redis: Redis;
  readonly tell: (news: ConnectionsNews) => void;
}

/** The configuration with the connections of the file and of the store as they were at some version of the store. */
export interface LiveConfig {
  readonly config: Config;
  /** Grows with every change of a stored connection. */
  readonly version: number;
}

/** The connections of the file and of the store together, followed through every change. */
export interface LiveConnections extends LiveConfig {
  /** The connections of the file alone; in local mode the demo is one of them. */
  readonly fileConnections: ReadonlyMap<string, Connection>;
  /** Calls `change` with every later configuration, one at a time; one that throws is called again. */
  follow(change: (next: LiveConfig) => Promise<void>): void;
  /** Looks now; resolves when what is stored was taken up, or could not be. */
  refresh(): Promise<void>;
  close(): void;
}

/**
 * Reads the environment, the file and the store.
 *
 * A connection of the file wins over a stored one of the same name. With a stored connection and none in the file this
 * is not local mode; one that is made while local mode runs counts from the next start on for that.
 */
export async function openLiveConnections(deps: LiveConnectionsDeps): Promise<LiveConnections> {
  const { env, redis, tell } = deps;
  const { secretKey } = loadConfig(env);
  const first = await readStoredConnections(redis, secretKey);
  const base = loadConfig(env, { hasStoredConnections: first.entries.length > 0 });
  let version = first.version;
  let change: ((next: LiveConfig) => Promise<void>) | undefined;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    if (change === undefined || (await readConnectionsVersion(redis)) === version) {
      return;
    }
    const found = await readStoredConnections(redis, secretKey);
    const config = withStored(base, found, tell);
    await change({ config, version: found.version });
    version = found.version;
    tell({ kind: "taken-up", version, connections: config.connections.size });
  }

  function lookOnce(): Promise<void> {
    looking ??= look()
      .catch((error: unknown) => tell({ kind: "not-taken-up", error }))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  return {
    config: withStored(base, first, tell),
    version,
    fileConnections: base.connections,
    follow: (hear) => {
      change = hear;
      timer = setInterval(() => void lookOnce(), LOOK_EVERY_MS);
    },
    refresh: async () => {
      // A look that is under way may have begun before the change that the caller made.
      await looking;
      await lookOnce();
    },
    close: () => clearInterval(timer),
  };
}

function withStored(
  base: Config,
  { entries }: StoredConnections,
  tell: LiveConnectionsDeps["tell"],
): Config {
  const usable = entries.flatMap(({ name, stored }): [string, Connection][] => {
    const reading = stored === undefined ? undefined : readSettings(stored.settings);
    if (reading?.kind === "usable") {
      return [[name, reading.connection]];
    }
    const why =
      reading === undefined
        ? "it cannot be opened; was SECRET_KEY changed?"
        : reading.issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
    tell({ kind: "unusable", connection: name, why });
    return [];
  });
  return { ...base, connections: new Map([...usable, ...base.connections]) };
}
