/** What the API says of one appointment's way, in one word. */
export type Outlook =
  | "planned"
  | "due"
  | "sent"
  | "opened"
  | "done"
  | "not-sent"
  | "parked"
  | "canceled";

/** A rep as appointments name them. */
export interface NamedRep {
  readonly userId: string;
  readonly name?: string;
  readonly email?: string;
  readonly timeZone?: string;
}

/** One CRM record that a recording is attached to. */
export interface CrmObject {
  readonly objectType: string;
  readonly objectId: string;
}

/** One parameter of a link, explained. */
export interface LinkPart {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

/** One thing that a rep is asked to do. */
export interface Prompt {
  readonly promptId: string;
  readonly action: string;
  readonly userId: string;
  readonly dueAt: string;
  readonly expiresAt: string;
  readonly state: string;
  readonly reason: string;
  readonly firedAt?: string;
  readonly sentAt?: string;
  readonly answeredAt?: string;
  readonly link?: string | null;
  readonly linkParts?: readonly LinkPart[];
  /** Whether Siro told of the recording; absent for a stop. */
  readonly confirmation?: string;
}

/** One line of the list of appointments. */
export interface ListedAppointment {
  readonly connection: string;
  readonly recordType: string | null;
  readonly recordId: string;
  readonly status: string;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly title: string | null;
  readonly summary?: string;
  /** The zone of the times in the summary. */
  readonly summaryTimeZone?: string;
  readonly outlook?: Outlook;
  readonly crmObjects: readonly CrmObject[];
  readonly reps: readonly NamedRep[];
}

/** One prompt to one device. */
export interface Delivery {
  readonly deliveryId: string;
  readonly promptId: string;
  readonly deviceId: string;
  readonly channel: string;
  readonly label?: string;
  readonly state: string;
  readonly attempts: number;
  readonly answer: string;
  readonly updatedAt: string;
}

/** One piece of evidence of what happened after a prompt was sent. */
export interface Receipt {
  readonly kind: string;
  readonly promptId: string;
  readonly source: string;
  readonly at: string;
  readonly certainty?: string;
  readonly recordingId?: string;
}

/** One line of an appointment's history. */
export interface TimelineEntry {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly eventId?: string;
  readonly promptId?: string;
  readonly isSuperseded?: boolean;
}

/** Everything that is known of one record. */
export interface Appointment extends ListedAppointment {
  readonly prompts: readonly Prompt[];
  readonly deliveries: readonly Delivery[];
  readonly receipts: readonly Receipt[];
  readonly timeline: readonly TimelineEntry[];
}

/** Where a list goes on. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** How full a queue is. */
export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly oldestWaitingMs: number;
}

/** How today's appointments stand. */
export interface TodayCounts {
  readonly planned: number;
  readonly due: number;
  readonly sent: number;
  readonly opened: number;
  readonly done: number;
  readonly notSent: number;
  readonly parked: number;
  readonly canceled: number;
}

/** How late prompts were in the last hour. */
export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** How the org answered last. */
export interface OrgHealth {
  readonly state: string;
  readonly at: string;
  readonly apiShare: number | null;
  readonly warnings: readonly string[];
}

/** How Siro answered last. */
export interface SiroHealth {
  readonly state: string;
  readonly at: string;
}

/** One connection on the overview. */
export interface ConnectionOverview {
  readonly name: string;
  readonly appointments: number;
  readonly parked: number;
  readonly waiting: number;
  readonly due: number;
  readonly late: number;
  /** Nothing of it is sent. */
  readonly hold?: { readonly by: string; readonly since: string } | null;
  readonly salesforce: OrgHealth | null;
  readonly siro?: SiroHealth | null;
  readonly today?: TodayCounts;
  /** The zone whose day `today` is. */
  readonly timeZone?: string;
  readonly lateness?: Lateness | null;
}

/** The last error of one kind. */
export interface LastError {
  readonly code: string;
  readonly at: string;
  readonly message: string;
}

/** How the whole bridge stands. */
export interface Overview {
  readonly asOf?: string;
  readonly connections: readonly ConnectionOverview[];
  readonly queues: Readonly<Record<string, QueueDepth>>;
  readonly oldestWaitingMs: number;
  readonly lagMs: number;
  readonly lastErrors: readonly LastError[];
}

/** One device of a rep, without its address. */
export interface Device {
  readonly deviceId: string;
  readonly channel: string;
  readonly state: string;
  readonly label: string;
  readonly createdAt: string;
  readonly lastAcceptedAt?: string;
  readonly health: { readonly level: "good" | "warn" | "bad"; readonly text: string };
}

/** A rep with all devices. */
export interface Rep extends NamedRep {
  readonly devices: readonly Device[];
}

/** An invitation, told once. */
export interface Invite {
  readonly url: string;
  readonly qrSvg: string;
  readonly expiresAt: string;
}

/** How a test prompt fared on one device. */
export interface TestedDevice {
  readonly deviceId: string;
  readonly channel: string;
  readonly outcome: string;
  readonly answer: string;
}
