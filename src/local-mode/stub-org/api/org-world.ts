import type { OrgSchema } from "../schema/org-schema.ts";
import type { RecordStore } from "../store/record-store.ts";
import type { ApiUsage } from "./api-usage.ts";
import type { QueryCursors } from "./query-cursors.ts";

/** A custom notification that the org was asked to send. */
export interface SentNotification {
  readonly customNotifTypeId: string;
  readonly recipientIds: readonly string[];
  readonly title: string;
  readonly body: string;
  readonly targetId: string | null;
}

/** What the calls of the API work on. */
export interface OrgWorld {
  readonly schema: OrgSchema;
  readonly store: RecordStore;
  readonly usage: ApiUsage;
  readonly cursors: QueryCursors;
  readonly nowMs: () => number;
  /** Rows of one answer to a query, unless the call asks for fewer. */
  readonly pageSize: number;
  readonly canSendNotifications: boolean;
  readonly notifications: SentNotification[];
}
