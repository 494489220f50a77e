import type { Redis } from "ioredis";
import { z } from "zod";
import { countAppointments } from "../books/appointment-book.ts";
import type { RepRef } from "../books/rep-book.ts";
import type { RecordRef } from "../books/timeline-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import { crmRecordIdSchema } from "../domain/crm-record-id.ts";
import type { ListedDevice } from "../domain/device-health.ts";
import type { Enrolment, EnrolOutcome } from "../domain/enrolment.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { TestedDevice } from "../domain/tested-device.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { Mailer } from "../outbound/mailer.ts";
import type { AdminQueues } from "./admin-queues.ts";

/** A link with each of its parameters explained; null where it cannot be built. */
export interface DescribedLink {
  readonly link: string | null;
  readonly linkParts: readonly {
    readonly name: string;
    readonly value: string;
    readonly meaning: string;
  }[];
}

/** What the operators' calls need from the world. */
export interface AdminApiDeps {
  /** The fail-fast connection. */
  readonly redis: Redis;
  readonly queues: AdminQueues;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly devices: {
    enrol(rep: RepRef, enrolment: Enrolment): Promise<EnrolOutcome>;
    revoke(deviceId: string): Promise<"revoked" | "unknown">;
    /** Undefined for an unknown rep. */
    test(rep: RepRef): Promise<readonly TestedDevice[] | undefined>;
    list(rep: RepRef): Promise<readonly ListedDevice[]>;
  };
  /** A prompt's link as it would be built now, from the newest appointment. */
  readonly describeLink: (
    connection: Connection,
    of: { readonly prompt: Prompt; readonly appointment: Appointment },
  ) => DescribedLink;
  /** The mail server; without it no invite can be mailed. */
  readonly mailer?: Pick<Mailer, "send"> | undefined;
  /** Where reps reach the bridge. */
  readonly publicUrl: URL;
  readonly nowMs: () => number;
}

type Params = Readonly<Record<string, unknown>>;

/**
 * Finds the connection that a path or a filter names.
 *
 * @throws {NotFoundError} when there is none.
 */
export function namedConnection(
  { connections }: Pick<AdminApiDeps, "connections">,
  name: unknown,
): Connection {
  const connection = connections.get(String(name));
  if (connection === undefined) {
    throw new NotFoundError("There is no connection of that name");
  }
  return connection;
}

/**
 * Reads the record that a path names; ids of 15 and 18 characters are the same.
 *
 * @throws {NotFoundError} for an unknown connection, and for what cannot be a record id.
 */
export function namedRecord(deps: Pick<AdminApiDeps, "connections">, params: Params): RecordRef {
  const { name } = namedConnection(deps, params["connection"]);
  return { connection: name, recordId: pathId(params["recordId"]) };
}

/**
 * Reads the record that a path names, also of a connection that was deleted: what is known of it stays readable.
 *
 * @throws {NotFoundError} for a connection that never was, and for what cannot be a record id.
 */
export async function readableRecord(
  deps: Pick<AdminApiDeps, "connections" | "redis">,
  params: Params,
): Promise<RecordRef> {
  const connection = await readableConnection(deps, params["connection"]);
  return { connection, recordId: pathId(params["recordId"]) };
}

/**
 * Finds the name of a connection whose appointments can be read: one that is served, or one that was deleted and left some.
 *
 * @throws {NotFoundError} when there is none.
 */
export async function readableConnection(
  deps: Pick<AdminApiDeps, "connections" | "redis">,
  name: unknown,
): Promise<string> {
  const wanted = String(name);
  const isLeft =
    !deps.connections.has(wanted) && (await countAppointments(deps.redis, wanted, 0)) > 0;
  return isLeft ? wanted : namedConnection(deps, wanted).name;
}

/**
 * Reads the rep that a path names.
 *
 * @throws {NotFoundError} for an unknown connection, and for what cannot be a user id.
 */
export function namedRep(deps: Pick<AdminApiDeps, "connections">, params: Params): RepRef {
  const { name } = namedConnection(deps, params["connection"]);
  return { connection: name, userId: pathId(params["userId"]) };
}

/** Page sizes of all lists. */
export const limitSchema = z.coerce.number().int().min(1).max(200).default(50);

function pathId(text: unknown): string {
  const id = crmRecordIdSchema.safeParse(text);
  if (!id.success) {
    throw new NotFoundError("Nothing has that id");
  }
  return id.data;
}
