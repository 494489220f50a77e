/** One change of one record, as the outbound message tells it. */
export interface RecordNotification {
  /** The notification's own id, exactly as sent; the same on every resend. */
  readonly id: string;
  /** The type the sObject declares; null without one, or when it is no type of the org's own schema. */
  readonly objectType: string | null;
  /**
   * Field values as the text that was sent. Missing: not selected, or empty in Salesforce. null: sent as nil.
   * Without sObject there are none.
   */
  readonly fields: ReadonlyMap<string, string | null>;
}

/**
 * A Salesforce outbound message: up to 100 notifications of one organization.
 *
 * It deliberately carries no session id and no callback address: neither proves the sender.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_notifications.htm
 */
export interface OutboundMessage {
  readonly organizationId: string;
  /** The id of the outbound message definition; empty when it is not sent. */
  readonly actionId: string;
  readonly notifications: readonly RecordNotification[];
}
