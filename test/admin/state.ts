import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { changeAppointment, readDossier } from "../../src/books/appointment-book.ts";
import { changeCommand } from "../../src/books/change-feed-book.ts";
import { changeRep } from "../../src/books/change-rep.ts";
import { rememberPromptToken } from "../../src/books/prompt-token-book.ts";
import { livePromptCommand, promptsCommands } from "../../src/books/rep-book.ts";
import { type Appointment, appointmentSchema } from "../../src/domain/appointment.ts";
import { type Parked, parkedSchema } from "../../src/domain/parked.ts";
import { type Prompt, promptSchema } from "../../src/domain/prompt.ts";

const HOUR_MS = 3_600_000;

/** The rep of test appointments. */
export const REP = {
  userId: "0055f00000AbCdEAAV",
  email: "rita@example.com",
  name: "Rita Rep",
};

/** The record of test appointments. */
export const RECORD_ID = "08p5f000000AbCdAAK";

/** Builds an appointment by its schema: an hour from now unless said otherwise. */
export function anAppointment(input: Partial<Appointment> = {}): Appointment {
  const startAtMs = input.startAtMs ?? Date.now() + HOUR_MS;
  return appointmentSchema.parse({
    recordType: "ServiceAppointment",
    recordId: RECORD_ID,
    status: "scheduled",
    startAtMs,
    endAtMs: startAtMs + HOUR_MS,
    title: "Roof inspection",
    crmObjects: [],
    reps: [REP],
    ...input,
  });
}

/** Builds a prompt by its schema: a start that is due, for the test appointment. */
export function aPrompt(input: Partial<Prompt> = {}): Prompt {
  return promptSchema.parse({
    promptId: `p${randomUUID()}`,
    userId: REP.userId,
    recordType: "ServiceAppointment",
    recordId: RECORD_ID,
    action: "start",
    dueAtMs: Date.now() - 1_000,
    expiresAtMs: Date.now() + HOUR_MS,
    generation: 1,
    state: "due",
    reason: "the visit begins",
    token: randomUUID().replaceAll("-", "").slice(0, 22),
    ...input,
  });
}

/** Stores an appointment through the book. */
export async function storeAppointment(
  redis: Redis,
  appointment: Appointment,
  connection = "acme",
): Promise<void> {
  const { recordId, reps } = appointment;
  await changeAppointment(redis, { connection, recordId }, (before) => ({
    result: undefined,
    commands: [changeCommand({ connection, recordId })],
    next: {
      appointment,
      version: { occurredAtMs: Date.now(), readAtMs: 0, eventId: randomUUID() },
      contentHash: randomUUID(),
      knownUserIds: [
        ...new Set([...(before?.knownUserIds ?? []), ...reps.map(({ userId }) => userId)]),
      ],
    },
  }));
}

/** Stores a rep's prompts for one appointment through the book; the last one is live, and known by its token. */
export async function storePrompts(
  redis: Redis,
  prompts: readonly Prompt[],
  connection = "acme",
): Promise<void> {
  const last = prompts.at(-1);
  if (last === undefined) {
    return;
  }
  const { userId, recordId } = last;
  const rep = { connection, userId };
  const dossier = await readDossier(redis, { connection, recordId });
  if (dossier === undefined) {
    throw new Error("an appointment comes before its prompts");
  }
  const before = dossier.prompts.filter((one) => one.userId === userId);
  await changeRep(redis, rep, () => ({
    result: undefined,
    commands: [
      ...promptsCommands(rep, { stored: dossier.stored, prompts: before }, prompts),
      livePromptCommand(rep, last.promptId),
      changeCommand({ connection, recordId }),
    ],
  }));
  for (const prompt of prompts) {
    await rememberPromptToken(redis, prompt, { ...rep, recordId, promptId: prompt.promptId });
  }
}

/** Builds parked work by its schema: an event that no reader could read. */
export function aParkedEvent(input: Partial<Parked> = {}): Parked {
  const eventId = randomUUID();
  return parkedSchema.parse({
    id: `acme~crm-events-${eventId}`,
    connection: "acme",
    reason: "NO_READER",
    detail: "nothing can be read",
    recordType: "ServiceAppointment",
    recordId: RECORD_ID,
    work: {
      kind: "event",
      event: {
        kind: "record-changed",
        connection: "acme",
        eventId,
        source: "json",
        receivedAtMs: Date.now(),
        recordType: "ServiceAppointment",
        recordId: RECORD_ID,
        occurredAtMs: Date.now(),
      },
    },
    firstParkedAtMs: Date.now(),
    lastParkedAtMs: Date.now(),
    ...input,
  });
}
