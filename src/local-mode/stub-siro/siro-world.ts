import { randomUUID } from "node:crypto";

/** A user of Siro's: a rep with a phone. */
export interface StubUser {
  readonly id: string;
  readonly email: string | null;
  readonly firstName: string;
  readonly disabled: boolean;
}

/** A record of the CRM as links name it. */
export interface StubCrmObject {
  readonly objectType: string;
  readonly objectId: string;
}

/** What a recording hangs on. */
export interface StubLink {
  readonly integrationConnectionId: string;
  readonly objects: readonly StubCrmObject[];
}

/** One recording, from its first second on. */
export interface StubRecording {
  readonly id: string;
  readonly userId: string;
  title: string | null;
  conversationType: string;
  /** By what it was begun. */
  readonly trigger: "button-press" | "deeplink" | "modern-deeplink";
  readonly createdAtMs: number;
  updatedAtMs: number;
  state: "recording" | "paused" | "ended" | "cancelled";
  isProcessed: boolean;
  /** What its link asked for. */
  readonly wanted: StubLink | null;
  /** What Siro confirmed. */
  linked: StubLink | null;
}

/** One event of an app, as it is stored. */
export interface StubEvent {
  readonly id: string;
  readonly userId: string;
  readonly recordingId: string | null;
  readonly eventCode: string;
  readonly event: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  /** False while the phone that holds it has no network. */
  isUploaded: boolean;
}

/** A connection of Siro's to a CRM. */
export interface StubConnection {
  readonly name: string;
  readonly integrationPlatform: string;
  readonly isActive: boolean;
}

/** Everything this Siro knows. */
export interface SiroWorld {
  readonly organizationId: string;
  readonly nowMs: () => number;
  readonly users: Map<string, StubUser>;
  readonly recordings: Map<string, StubRecording>;
  readonly events: StubEvent[];
  /** Visits that were put here over the API, as they were sent, by their id in the CRM. */
  readonly engagements: Map<string, unknown>;
  /** Where Siro has its records from. */
  readonly connections: StubConnection[];
  /** Ids of the CRM that were never synced: nothing can be linked to them. */
  readonly unknownObjects: Set<string>;
}

/** A world without anybody in it. */
export function createSiroWorld(organizationId: string, nowMs: () => number): SiroWorld {
  return {
    organizationId,
    nowMs,
    users: new Map(),
    recordings: new Map(),
    events: [],
    engagements: new Map(),
    connections: [],
    unknownObjects: new Set(),
  };
}

/** Adds a user. */
export function addUser(world: SiroWorld, own: Partial<StubUser> = {}): StubUser {
  const id = own.id ?? randomUUID();
  const user = { email: null, firstName: "Rep", disabled: false, ...own, id };
  world.users.set(id, user);
  return user;
}

/** The part of a wanted link that can be confirmed; null when there is none. */
export function confirmable(world: SiroWorld, wanted: StubLink | null): StubLink | null {
  const objects = (wanted?.objects ?? []).filter(
    ({ objectId }) => !world.unknownObjects.has(objectId),
  );
  return wanted === null || objects.length === 0 ? null : { ...wanted, objects };
}
