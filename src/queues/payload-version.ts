import { z } from "zod";

/**
 * The form of what jobs carry, by queue; 1 where none stands here.
 *
 * Raise a queue's number when a worker before it would misunderstand the jobs; what is merely added needs no new one.
 */
const VERSIONS: ReadonlyMap<string, number> = new Map();

const stampedSchema = z.object({ v: z.number() });

/** The version of the payloads that this bridge writes into a queue, and the newest one that it reads. */
export function payloadVersionOf(queue: string): number {
  return VERSIONS.get(queue) ?? 1;
}

/** Marks a payload with its version, under `v`. */
export function stampPayload(queue: string, payload: object | null | undefined): object {
  return { ...payload, v: payloadVersionOf(queue) };
}

/** Says whether a payload was written by a newer bridge; one without a mark is from before there were marks. */
export function isNewerPayload(queue: string, payload: unknown): boolean {
  const { data } = stampedSchema.safeParse(payload);
  return data !== undefined && data.v > payloadVersionOf(queue);
}
