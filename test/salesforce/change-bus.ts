import avro from "avsc";
import type { BusEvent, PubSubStub } from "./pubsub-stub.ts";

const LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: () => 0,
});

const nullable = (type: unknown) => ["null", type];

const HEADER = {
  type: "record",
  name: "ChangeEventHeader",
  fields: [
    { name: "entityName", type: "string" },
    { name: "recordIds", type: { type: "array", items: "string" } },
    {
      name: "changeType",
      type: {
        type: "enum",
        name: "ChangeType",
        symbols: [
          ...["CREATE", "UPDATE", "DELETE", "UNDELETE"],
          ...["GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE", "GAP_OVERFLOW", "SNAPSHOT"],
        ],
      },
    },
    { name: "changeOrigin", type: "string" },
    { name: "transactionKey", type: "string" },
    { name: "sequenceNumber", type: "int" },
    { name: "commitTimestamp", type: "long" },
    { name: "commitNumber", type: "long" },
    { name: "commitUser", type: "string" },
    ...["nulledFields", "diffFields", "changedFields"].map((name) => ({
      name,
      type: { type: "array", items: "string" },
    })),
  ],
};

/** The schema of every change in these tests: the header, and the fields that some objects have. */
const CHANGE = {
  type: "record",
  name: "ChangeEvent",
  namespace: "com.sforce.eventbus",
  fields: [
    { name: "ChangeEventHeader", type: HEADER },
    { name: "ServiceAppointmentId", type: nullable("string"), default: null },
    { name: "EventId", type: nullable("string"), default: null },
    { name: "IsChild", type: nullable("boolean"), default: null },
    { name: "LastModifiedDate", type: nullable("long"), default: null },
    {
      name: "Name",
      type: [
        "null",
        "string",
        {
          type: "record",
          name: "PersonName",
          fields: [{ name: "LastName", type: nullable("string"), default: null }],
        },
      ],
      default: null,
    },
  ],
};

const SCHEDULING = {
  type: "record",
  name: "AppointmentSchedulingEvent",
  namespace: "com.sforce.eventbus",
  fields: [
    { name: "CreatedDate", type: "long" },
    { name: "CreatedById", type: "string" },
    { name: "ChangeType", type: nullable("string") },
    {
      name: "ServiceAppointmentFields",
      type: nullable({
        type: "record",
        name: "SvcApptSchdEvent",
        fields: [{ name: "ServiceAppointmentId", type: nullable("string") }],
      }),
    },
  ],
};

const types = {
  change: avro.Type.forSchema(JSON.parse(JSON.stringify(CHANGE)), { registry: { long: LONG } }),
  scheduling: avro.Type.forSchema(JSON.parse(JSON.stringify(SCHEDULING)), {
    registry: { long: LONG },
  }),
};

/** Tells the stub both schemas. */
export function addSchemas(stub: PubSubStub): void {
  stub.addSchema("change", CHANGE);
  stub.addSchema("scheduling", SCHEDULING);
}

/** Replay ids are bytes of any value, ten of them. */
export function replayId(number: number): Buffer {
  return Buffer.concat([Buffer.from([0, 255, 0xc3, 0x28]), Buffer.from([0, 0, 0, 0, 9, number])]);
}

/** What a test says about a change. */
export interface ChangeSpec {
  readonly entity?: string;
  readonly ids?: readonly string[];
  readonly type?: string;
  readonly origin?: string;
  readonly user?: string;
  readonly atMs?: number;
  readonly serviceAppointmentId?: string;
  readonly eventId?: string;
  readonly isChild?: boolean;
}

/** The moment of every change that names no other. */
export const CHANGED_AT_MS = Date.parse("2026-11-23T09:00:00Z");

/** A change as it lies on the bus. */
export function aChange(number: number, spec: ChangeSpec = {}): BusEvent {
  const payload = types.change.toBuffer({
    ChangeEventHeader: {
      entityName: spec.entity ?? "ServiceAppointment",
      recordIds: spec.ids ?? [appointmentId(number)],
      changeType: spec.type ?? "UPDATE",
      changeOrigin: spec.origin ?? "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/",
      transactionKey: "0001-ab",
      sequenceNumber: 1,
      commitTimestamp: BigInt(spec.atMs ?? CHANGED_AT_MS),
      // Beyond what a number holds.
      commitNumber: 2n ** 61n + 1n,
      commitUser: spec.user ?? "005000000000009AAA",
      nulledFields: [],
      diffFields: [],
      changedFields: ["0x02"],
    },
    ServiceAppointmentId: spec.serviceAppointmentId ?? null,
    EventId: spec.eventId ?? null,
    IsChild: spec.isChild ?? null,
    LastModifiedDate: null,
    Name: null,
  });
  return { replayId: replayId(number), schemaId: "change", payload };
}

/** A platform event of Scheduler as it lies on the bus. */
export function aSchedulingEvent(number: number, serviceAppointmentId: string): BusEvent {
  const payload = types.scheduling.toBuffer({
    CreatedDate: BigInt(CHANGED_AT_MS),
    CreatedById: "005000000000009AAA",
    ChangeType: "CREATE",
    ServiceAppointmentFields: { ServiceAppointmentId: serviceAppointmentId },
  });
  return { replayId: replayId(number), schemaId: "scheduling", payload };
}

/** An invented appointment's id, 18 characters. */
export function appointmentId(number: number): string {
  return `08p000000000${String(number).padStart(3, "0")}AAA`;
}
