import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { Drill } from "../drill.ts";
import { ACME, START_LEAD_MS } from "./tenants.ts";

const LASTS_MS = 600_000;
const TRIES = 40;

interface OrgVisit {
  readonly recordId: string;
  readonly userId: string;
  startAtMs: number;
}

/** Visits that live in the first tenant's org: the bridge hears of them by id, and has to read them. */
export class OrgDay {
  readonly visits: OrgVisit[] = [];
  readonly #drill: Drill;
  readonly #org: StubOrg;

  constructor(drill: Drill) {
    const { org } = drill.world;
    if (org === undefined) {
      throw new Error("this world has no org");
    }
    this.#drill = drill;
    this.#org = org;
  }

  /** Books visits, each for a rep of its own with a device; nobody is told. */
  async book(count: number, startAtMs: number): Promise<void> {
    const { store } = this.#org;
    for (let at = 0; at < count; at += 1) {
      const userId = idOf(store.insert("User", { FirstName: "Rep", LastName: `No ${at}` }));
      const resource = store.insert("ServiceResource", { Name: `${at}`, RelatedRecordId: userId });
      const visit = store.insert("ServiceAppointment", {
        Subject: "Roof inspection",
        Status: "Scheduled",
        SchedStartTime: new Date(startAtMs),
        SchedEndTime: new Date(startAtMs + LASTS_MS),
      });
      store.insert("AssignedResource", {
        ServiceAppointmentId: idOf(visit),
        ServiceResourceId: idOf(resource),
        IsPrimaryResource: true,
      });
      this.#hold({ recordId: idOf(visit), userId, startAtMs });
    }
    await this.enrol();
  }

  #hold(visit: OrgVisit): void {
    this.visits.push(visit);
    this.#note(visit);
  }

  /** Writes down when a visit is, by which it is judged whether its prompts come in time. */
  #note({ recordId, userId, startAtMs }: OrgVisit): void {
    const visit = {
      connection: ACME.name,
      recordId,
      userIds: [userId, userId],
      versions: [],
    } as const;
    this.#drill.orgBook.open(visit, {
      eventId: `${recordId} at ${startAtMs}`,
      occurredAtMs: Date.now(),
      status: "scheduled",
      userId,
      startAtMs,
      endAtMs: startAtMs + LASTS_MS,
    });
  }

  /** Gives every rep a device. */
  async enrol(): Promise<void> {
    const { desk, sink } = this.#drill.world;
    await desk.enrol(
      this.visits.map(({ userId }) => ({ connection: ACME.name, userId })),
      sink,
    );
  }

  /** Moves all visits; nobody is told. */
  move(startAtMs: number): void {
    for (const visit of this.visits) {
      this.#org.store.update(visit.recordId, {
        SchedStartTime: new Date(startAtMs),
        SchedEndTime: new Date(startAtMs + LASTS_MS),
      });
      visit.startAtMs = startAtMs;
      this.#note(visit);
    }
  }

  /** Sends an outbound message about all of them, again until it is acknowledged. */
  async tell(): Promise<void> {
    const { url } = this.#drill.world;
    const door = `${url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;
    await this.#org.sendOutboundMessage(door, {
      objectType: "ServiceAppointment",
      recordIds: this.visits.map(({ recordId }) => recordId),
      fields: ["Id"],
      retryUntilAcked: { maxAttempts: TRIES, firstDelayMs: 500 },
    });
  }

  /** Waits until every rep has got the start of the visit as it stands, and says who has not. */
  async expectStarts(): Promise<void> {
    const { sink } = this.#drill.world;
    const arrived = ({ recordId, startAtMs }: OrgVisit) =>
      sink.arrivals.some(
        (one) =>
          one.recordId === recordId &&
          one.action === "start" &&
          one.dueAtMs === startAtMs - START_LEAD_MS,
      );
    await this.#drill.at(Math.max(...this.visits.map(({ startAtMs }) => startAtMs)));
    await this.#drill.until(
      () => this.visits.every(arrived),
      "the starts of the org's visits, all as they stand",
    );
  }
}
