import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import fc from "fast-check";
import { judgeReply } from "../../src/siro/judge-reply.ts";
import type { Siro } from "../../src/siro/open-siro.ts";
import { clientOf } from "../siro/siro-stage.ts";
import { fuzz } from "./fuzz.ts";
import { type LyingServer, startLyingServer } from "./lying-server.ts";
import { spoiledBytes } from "./wild-bytes.ts";
import { bentJson } from "./wild-json.ts";
import { wildText } from "./wild-text.ts";

const id = fc.uuid();
const moment = fc.constantFrom("2026-03-08T09:30:00.000Z", "9999-12-31T23:59:59Z");

const mobileEvent = fc.record({
  id,
  recordingId: fc.option(id),
  userId: fc.option(id),
  eventCode: fc.constantFrom(
    "deeplinkReceived",
    "deeplinkConsumed",
    "recorderStateChange",
    "consentStatusChanged",
  ),
  event: fc.record({
    value: fc.constant("start"),
    fullUrl: fc.constant("https://app.siro.ai/record?action=stop"),
    status: fc.constant("granted"),
    name: fc.option(wildText),
  }),
  createdAt: moment,
});
const recording = fc.record({
  id,
  userId: id,
  title: fc.option(wildText),
  createdAt: moment,
  durationInMilliseconds: fc.option(fc.nat()),
  crm: fc.option(
    fc.record({ contacts: fc.array(fc.record({ externalId: wildText }), { maxLength: 3 }) }),
  ),
});
const row = fc.oneof(
  mobileEvent,
  recording,
  fc.record({ id, email: fc.option(wildText), disabled: fc.boolean() }),
  fc.record({ id, externalId: fc.option(wildText), recordingId: fc.option(id) }),
  fc.record({
    id,
    name: fc.option(wildText),
    integrationPlatform: wildText,
    isActive: fc.boolean(),
  }),
);
const rows = fc.array(row, { maxLength: 4 });
const answer = fc.oneof(
  fc.record({
    data: fc.oneof(rows, fc.array(rows, { maxLength: 2 })),
    cursor: fc.option(wildText),
  }),
  rows,
  fc.record({ error: fc.jsonValue({ maxDepth: 1 }) }),
  fc.record({
    issues: fc.array(
      fc.record({ path: fc.array(fc.oneof(wildText, fc.nat()), { maxLength: 3 }) }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ data: fc.record({ organizationId: wildText, accessToken: wildText }) }),
);

const body = fc.oneof(
  bentJson(answer).map((text) => Buffer.from(text)),
  spoiledBytes(bentJson(answer)),
);
const status = fc.oneof(
  { weight: 4, arbitrary: fc.constant(200) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(201, 301, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 599),
  },
);
const retryAfter = fc.option(
  fc.oneof(
    fc.constantFrom("1", "120", "1e9", "-5", "9".repeat(400), "Fri, 27 Nov 2026 00:00:00 GMT"),
    wildText,
  ),
  { nil: undefined },
);

/** What is asked of Siro, by turns. */
const QUESTIONS: readonly ((siro: Siro) => Promise<unknown>)[] = [
  (siro) => siro.readMobileEvents({ afterMs: 0 }),
  (siro) => siro.readRecordings({ updatedFromMs: 0 }),
  (siro) => siro.readUsers(),
  (siro) => siro.readEngagements("08p5f0000000001AAA"),
  (siro) => siro.readConnections(),
  (siro) => siro.readOrganizationId(),
  async (siro) => siro.asUser?.("user-1").titleRecording("recording-1", "Roof"),
];

let server: LyingServer;
let siro: Siro;
beforeAll(async () => {
  server = await startLyingServer();
  const settings = {
    apiToken: "an-invented-token",
    apiBaseUrl: server.url,
    userApiBaseUrl: server.url,
    userApp: { clientId: "app", clientSecret: "invented" },
  };
  siro = clientOf({ settings });
});
afterAll(() => server.stop());

describe("whatever Siro answers", () => {
  fuzz("over HTTP, it is understood or an error that is explained", {
    input: fc.record({ body, status, retryAfter, question: fc.nat(QUESTIONS.length - 1) }),
    handle: async (drawn) => {
      server.lie({ ...drawn, headers: {} });
      await QUESTIONS[drawn.question]?.(siro);
    },
    runs: 150,
    regressions: [
      // More rows than fit onto the stack as arguments.
      {
        body: Buffer.from(`[${"1,".repeat(300_000)}1]`),
        status: 200,
        retryAfter: undefined,
        question: 2,
      },
    ],
  });

  fuzz("it asks for a pause of an hour at most", {
    input: fc.record({ text: bentJson(answer), status, retryAfter }),
    handle: (reply) => {
      const judged = judgeReply("acme", reply);
      if (judged.kind === "failed") {
        const waitMs = "retryAfterMs" in judged.error ? (judged.error.retryAfterMs ?? 0) : 0;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(3_600_000);
      }
    },
    runs: 200,
    regressions: [
      {
        text: JSON.stringify({ issues: [{ path: Array(200_000).fill(null) }] }),
        status: 400,
        retryAfter: undefined,
      },
    ],
  });
});
