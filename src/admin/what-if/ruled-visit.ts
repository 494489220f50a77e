import type { Appointment } from "../../domain/appointment.ts";
import type { Connection, Schedule } from "../../domain/connection.ts";
import type { Device } from "../../domain/device.ts";
import type { PromptAction } from "../../domain/prompt.ts";

/** The rules that are, and those that might be. */
export interface Rules {
  readonly before: Connection;
  readonly after: Connection;
}

/**
 * What a record comes to under one set of rules.
 *
 * visit: it is prompted for · held: it stands, with nobody to prompt · off: it will not take place, or is over ·
 * ignored: it is no appointment of ours · unread: the record could not be read.
 */
export type Outcome = "visit" | "held" | "off" | "ignored" | "unread";

/** One appointment as one set of rules makes it. */
export interface RuledVisit {
  readonly outcome: Outcome;
  readonly appointment: Appointment;
  /** Plain sentences: the rules that made it so, or why it could not be read. */
  readonly why: readonly string[];
}

/** One appointment under both sets of rules. */
export interface RuledPair {
  readonly before: RuledVisit;
  readonly after: RuledVisit;
}

/** What reading the records again came to. */
export type Rereading =
  | {
      readonly kind: "read";
      /** By record id; a record that is not among them is none that is read. */
      readonly visits: ReadonlyMap<string, RuledPair>;
      readonly apiCalls: number;
    }
  | {
      readonly kind: "not-read";
      /** A heading of the page of failures. */
      readonly code: string;
      readonly message: string;
      readonly apiCalls: number;
    };

/** One prompt as a plan wants it. */
export interface PlannedStep {
  readonly action: PromptAction;
  readonly appointment: Appointment;
  readonly dueAtMs: number;
  readonly expiresAtMs: number;
  readonly reason: string;
  readonly endsRecordId?: string;
}

/** A link as it would be built, its token left open. */
export interface TriedLink {
  /** Null where it would be refused. */
  readonly url: string | null;
  /** Why it would be refused; empty where it is not. */
  readonly reasons: string;
  readonly parts: readonly { readonly name: string; readonly value: string }[];
  /** Where the rep ends up after Siro; null for nowhere of ours. */
  readonly returnsTo: string | null;
}

/** What the other rooms do for a comparison; nothing here stores or sends anything. */
export interface WhatIfRooms {
  /** Reads the records once more and maps each by both sets of rules; only of a connection that has an org. */
  readonly readAgain: (rules: Rules, known: readonly Appointment[]) => Promise<Rereading>;
  readonly plan: (input: {
    readonly userId: string;
    readonly appointments: readonly Appointment[];
    readonly schedule: Schedule;
    readonly nowMs: number;
  }) => readonly PlannedStep[];
  readonly planDeliveries: (
    devices: readonly Device[],
    ladder: Schedule["ladder"],
  ) => readonly { readonly deviceId: string; readonly afterMs: number }[];
  readonly tryLink: (
    connection: Connection,
    step: { readonly action: PromptAction; readonly appointment: Appointment },
  ) => TriedLink;
}
