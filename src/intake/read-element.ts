import { NotificationUnreadableError } from "./intake-errors.ts";
import {
  lastDraft,
  type MessageReading,
  requireStructure,
  type TextTarget,
} from "./message-reading.ts";
import {
  isNil,
  NAMESPACE,
  type ResolvePrefix,
  recordTypeOf,
  type XmlElement,
} from "./xml-element.ts";
import type { XmlLimits } from "./xml-limits.ts";

/**
 * Takes an opened element; unknown ones inside `notifications` are passed over with all they hold.
 *
 * @throws {NotificationUnreadableError} when it must not stand here.
 */
export function openElement(
  reading: MessageReading,
  element: XmlElement,
  resolvePrefix: ResolvePrefix,
): void {
  if (reading.passedOverDepth > 0) {
    return;
  }
  if (reading.target !== null) {
    openInsideText(reading);
    return;
  }
  switch (reading.depth) {
    case 6:
      openField(reading, element);
      return;
    case 5:
      openNotificationPart(reading, element, resolvePrefix);
      return;
    case 4:
      openMessagePart(reading, element);
      return;
    default:
      openFrame(reading, element);
  }
}

/** Takes a piece of text or CDATA; text outside of the read elements is passed over. */
export function addText(reading: MessageReading, piece: string, limits: XmlLimits): void {
  if (reading.text.length + piece.length > limits.maxTextLength) {
    throw new NotificationUnreadableError("LIMIT");
  }
  if (reading.target !== null && reading.passedOverDepth === 0) {
    reading.text += piece;
  }
}

/** Takes the end of the innermost open element. */
export function closeElement(reading: MessageReading): void {
  if (reading.passedOverDepth > 0) {
    reading.passedOverDepth =
      reading.passedOverDepth === reading.depth ? 0 : reading.passedOverDepth;
    return;
  }
  if (reading.target !== null) {
    keepText(reading, reading.target);
  }
}

function openFrame(reading: MessageReading, { uri, local }: XmlElement): void {
  if (reading.depth === 1) {
    requireStructure(uri === NAMESPACE.soap && local === "Envelope");
  } else if (reading.depth === 3) {
    requireStructure(
      uri === NAMESPACE.outbound && local === "notifications" && !reading.hasMessage,
    );
    reading.hasMessage = true;
  } else if (uri === NAMESPACE.soap && local === "Header" && !reading.hasBody) {
    reading.passedOverDepth = reading.depth;
  } else {
    requireStructure(uri === NAMESPACE.soap && local === "Body" && !reading.hasBody);
    reading.hasBody = true;
  }
}

function openMessagePart(reading: MessageReading, element: XmlElement): void {
  const name = element.uri === NAMESPACE.outbound ? element.local : "";
  if (name === "Notification") {
    reading.notifications.push({
      id: null,
      objectType: null,
      hasRecord: false,
      fields: new Map(),
    });
  } else if (name === "OrganizationId") {
    requireStructure(reading.organizationId === null);
    startText(reading, "organizationId", element);
  } else if (name === "ActionId") {
    requireStructure(reading.actionId === null);
    startText(reading, "actionId", element);
  } else {
    reading.passedOverDepth = reading.depth;
  }
}

function openNotificationPart(
  reading: MessageReading,
  element: XmlElement,
  resolvePrefix: ResolvePrefix,
): void {
  const draft = lastDraft(reading);
  const name = element.uri === NAMESPACE.outbound ? element.local : "";
  if (name === "sObject") {
    requireStructure(!draft.hasRecord);
    draft.hasRecord = true;
    draft.objectType = recordTypeOf(element, resolvePrefix);
  } else if (name === "Id") {
    requireStructure(draft.id === null);
    startText(reading, "notificationId", element);
  } else {
    reading.passedOverDepth = reading.depth;
  }
}

function openField(reading: MessageReading, element: XmlElement): void {
  if (element.uri !== NAMESPACE.sObject) {
    reading.passedOverDepth = reading.depth;
    return;
  }
  reading.fieldName = element.local;
  startText(reading, "field", element);
}

function openInsideText(reading: MessageReading): void {
  requireStructure(reading.target === "field");
  reading.isCompound = true;
  reading.passedOverDepth = reading.depth;
}

function startText(reading: MessageReading, target: TextTarget, element: XmlElement): void {
  reading.target = target;
  reading.text = "";
  reading.isCompound = false;
  reading.isNil = isNil(element);
}

function keepText(reading: MessageReading, target: TextTarget): void {
  const value = reading.isNil ? null : reading.text;
  reading.target = null;
  reading.text = "";
  if (target === "notificationId") {
    lastDraft(reading).id = value;
  } else if (target !== "field") {
    reading[target] = value;
  } else if (!(reading.isCompound || lastDraft(reading).fields.has(reading.fieldName))) {
    lastDraft(reading).fields.set(reading.fieldName, value);
  }
}
