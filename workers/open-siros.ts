import type { Redis } from "ioredis";
import { openSiroBudget } from "../src/books/siro-budget-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import { openSiro, type Siro } from "../src/siro/open-siro.ts";
import { createSeenEvents, type SeenEvents } from "./seen-events.ts";

/** Siro, for every connection that has a token; one budget per token over all workers. */
export interface Siros {
  readonly clients: ReadonlyMap<string, Siro>;
  readonly seen: SeenEvents;
}

/** Opens Siro for every connection that has a token; nothing is asked before the first look. */
export function openSiros(
  connections: Iterable<Connection>,
  redis: Redis,
  options: { readonly timeoutMs?: number } = {},
): Siros {
  const deps = { ...options, budget: openSiroBudget(redis), nowMs: Date.now };
  const clients = [...connections].flatMap((connection): [string, Siro][] => {
    const siro = openSiro(connection, deps);
    return siro === undefined ? [] : [[connection.name, siro]];
  });
  return { clients: new Map(clients), seen: createSeenEvents() };
}
