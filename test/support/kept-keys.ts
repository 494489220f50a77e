import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

/** A kind of keys as docs/operations.md lists them. */
export interface KeptKeys {
  /** As it is written there. */
  readonly text: string;
  readonly pattern: RegExp;
  /** Redis ends each of them at a moment of its own. */
  readonly endsByItself: boolean;
}

/** Reads the table of what is kept in Redis. */
export function readKeptKeys(): readonly KeptKeys[] {
  const rows = readFileSync("docs/operations.md", "utf8").matchAll(
    /^\| (?<keys>`sb[:-].*?) \| .*? \| (?<ends>.*) \|$/gm,
  );
  return [...rows].flatMap(({ groups: { keys = "", ends = "" } = {} }) =>
    [...keys.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => ({
      text,
      pattern: patternOf(text),
      endsByItself: ends.startsWith("by itself"),
    })),
  );
}

/** Names the keys of a Redis that are on no line of the table, or that have no end where their line says so. */
export async function findEndlessKeys(redis: Redis): Promise<readonly string[]> {
  const kinds = readKeptKeys();
  const keys = await redis.keys("*");
  const endsInMs = await Promise.all(keys.map((key) => redis.pttl(key)));
  return keys.filter((key, at) => {
    const kind = kinds.find(({ pattern }) => pattern.test(key));
    return kind === undefined || (kind.endsByItself && endsInMs[at] === -1);
  });
}

function patternOf(text: string): RegExp {
  const escaped = text.replace(/[{}]/g, "\\$&");
  const last = escaped.replace(/…$/, ".+");
  return new RegExp(`^${last.replaceAll("…", "[^:{}]+")}$`);
}
