import { NotificationUnreadableError } from "./intake-errors.ts";
import type { OutboundMessage, RecordNotification } from "./outbound-message.ts";

/** Real ids have 15 or 18 letters and digits; hand-made messages use other safe tokens. */
const NOTIFICATION_ID = /^[A-Za-z0-9._-]{1,100}$/;

/** What the text that is being read will become. */
export type TextTarget = "organizationId" | "actionId" | "notificationId" | "field";

/** A notification while it is read. */
export interface NotificationDraft {
  id: string | null;
  objectType: string | null;
  hasRecord: boolean;
  readonly fields: Map<string, string | null>;
}

/**
 * A message while it is read, element by element, in document order.
 *
 * `depth` is kept by the caller: 1 is Envelope, 2 Body, 3 notifications, 4 Notification, 5 sObject, 6 a field.
 */
export interface MessageReading {
  depth: number;
  /** The depth of an element whose whole content is passed over; 0 when none is. */
  passedOverDepth: number;
  target: TextTarget | null;
  fieldName: string;
  text: string;
  isNil: boolean;
  isCompound: boolean;
  hasBody: boolean;
  hasMessage: boolean;
  organizationId: string | null;
  actionId: string | null;
  readonly notifications: NotificationDraft[];
}

/** Starts the reading of one message. */
export function startReading(): MessageReading {
  return {
    depth: 0,
    passedOverDepth: 0,
    target: null,
    fieldName: "",
    text: "",
    isNil: false,
    isCompound: false,
    hasBody: false,
    hasMessage: false,
    organizationId: null,
    actionId: null,
    notifications: [],
  };
}

/**
 * Ends the reading.
 *
 * @throws {NotificationUnreadableError} when the organization, all notifications or the id of one are missing.
 */
export function finishReading(reading: MessageReading): OutboundMessage {
  const { organizationId, actionId } = reading;
  requireStructure(reading.hasMessage && reading.notifications.length > 0);
  if (organizationId === null || organizationId === "") {
    throw new NotificationUnreadableError("ORGANIZATION_MISSING");
  }
  return {
    organizationId,
    actionId: actionId ?? "",
    notifications: reading.notifications.map(toNotification),
  };
}

/** Returns the notification that is being read. */
export function lastDraft({ notifications }: MessageReading): NotificationDraft {
  const draft = notifications.at(-1);
  if (draft === undefined) {
    throw new NotificationUnreadableError("STRUCTURE");
  }
  return draft;
}

/**
 * Insists on the structure of the schema.
 *
 * @throws {NotificationUnreadableError} when it does not hold.
 */
export function requireStructure(holds: boolean): void {
  if (!holds) {
    throw new NotificationUnreadableError("STRUCTURE");
  }
}

function toNotification({ id, objectType, fields }: NotificationDraft): RecordNotification {
  if (id === null || !NOTIFICATION_ID.test(id)) {
    throw new NotificationUnreadableError("STRUCTURE");
  }
  return { id, objectType, fields };
}
