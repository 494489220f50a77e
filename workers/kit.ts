import type { Redis } from "ioredis";
import type { Config } from "../src/config.ts";
import type { Channel } from "../src/devices/channels/channel.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { ChannelKind } from "../src/domain/device.ts";
import type { PromptRef } from "../src/domain/prompt.ts";
import type { ReceiptKind } from "../src/domain/receipt.ts";
import type { WriteBackRef } from "../src/domain/write-back.ts";
import type { Mailer } from "../src/outbound/mailer.ts";
import type { Poster } from "../src/outbound/post-json.ts";
import type { AlertsQueue } from "../src/queues/alerts.ts";
import type { CrmEventsQueue } from "../src/queues/crm-events.ts";
import type { DeliveriesQueue } from "../src/queues/deliveries.ts";
import type { PromptsQueue } from "../src/queues/prompts.ts";
import type { PlannedChange } from "../src/write-back/announce-plan.ts";
import type { WriteBackLook } from "../src/write-back/write-back-desk.ts";
import type { SiroMends } from "./open-siro-mends.ts";
import type { SiroSyncs } from "./open-siro-syncs.ts";
import type { Siros } from "./open-siros.ts";
import type { Orgs } from "./orgs.ts";
import type { PlanRep } from "./plan-rep.ts";
import type { Shares } from "./shares.ts";
import type { Turns } from "./turns.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** The way back to the CRM's records, for every connection that has one. */
export interface WriteBacks {
  /** Hears of a plan's change; a failure is told and never stands in the way of the plan. */
  announce(connection: Connection, change: PlannedChange): Promise<void>;
  /** Hears that a device accepted a prompt. */
  sent(ref: PromptRef): Promise<void>;
  /** Hears that the recording that a prompt began was seen, ended, or was linked. */
  recorded(ref: PromptRef, by: ReceiptKind): Promise<void>;
  /** Makes one write that waited in the queue; `looks` counts how often it was looked at. */
  write(ref: WriteBackRef, looks: number): Promise<WriteBackLook>;
}

/** Where alerts wait, and what they leave by. */
export interface AlertsKit {
  readonly queue: AlertsQueue;
  readonly poster: Poster;
  readonly mailer: Mailer | undefined;
}

/** What the worker process has at hand; each adapter takes out what its verb asks for. */
export interface WorkerKit {
  readonly config: Config;
  readonly redis: Redis;
  readonly crmEvents: CrmEventsQueue;
  readonly prompts: PromptsQueue;
  readonly planRep: PlanRep;
  readonly deliveries: DeliveriesQueue;
  readonly channels: ReadonlyMap<ChannelKind, Channel>;
  readonly orgs: Orgs;
  /** Absent where nobody is told of trouble. */
  readonly alerts?: AlertsKit;
  /** Absent where nobody asks Siro. */
  readonly siros?: Siros;
  /** Absent where nothing is changed in Siro. */
  readonly siroMends?: SiroMends;
  /** Absent where no visit is put to Siro. */
  readonly siroSyncs?: SiroSyncs;
  /** Absent where nothing is written back. */
  readonly writeBacks?: WriteBacks;
  /** Who may make a first attempt in the prompt's own job; absent where every delivery is a job. */
  readonly turns?: Turns;
  /** How many deliveries of one connection may be in hand; absent where there is no bound. */
  readonly deliveryShares?: Shares;
  readonly events: WorkerEvents;
  /** When this process began to work: what was confirmed before may come from a restored backup. */
  readonly startedAtMs?: number;
  /** The connections changed since this generation of workers began. */
  readonly isOutdated?: () => Promise<boolean>;
}
