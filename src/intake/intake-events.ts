/** The ways in. */
export type IntakeSource = "outbound-message" | "json" | "siro";

/** A request that was answered with success: everything in it is durable, or deliberately dropped. */
export interface AckedNotification {
  readonly source: IntakeSource;
  readonly connection: string;
  readonly outcome: "stored" | "dropped";
  /** The outbound message definition; empty on the other paths. */
  readonly actionId: string;
  readonly notifications: number;
  /** How many different ids the notifications carry. */
  readonly ids: number;
  readonly accepted: number;
  readonly duplicates: number;
  /** Stored, but only for an operator: no record, unknown type or bad id. */
  readonly unusable: number;
  readonly tookMs: number;
}

/** A request that was refused; `connection` is null unless the request got as far as its door. */
interface RefusedNotification {
  readonly source: IntakeSource;
  readonly connection: string | null;
  readonly reason: string;
  readonly status: number;
  readonly tookMs: number;
  /** Why a message is unreadable, or the name of the error underneath; never a message of one. */
  readonly detail: string | null;
}

/** What the intake tells about its work; nothing here holds bodies, secrets or names of people. */
export interface IntakeEvents {
  notificationReceived(source: IntakeSource): void;
  notificationAcked(entry: AckedNotification): void;
  notificationRefused(entry: RefusedNotification): void;
  organizationUnknown(connection: string): void;
  messageUnreadable(entry: { readonly connection: string; readonly reason: string }): void;
  quarantineFailed(entry: { readonly connection: string; readonly cause: string }): void;
  intakeBroke(error: unknown): void;
}
