import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import type { AdminRoute } from "../../src/admin/admin-route.ts";
import { type AdminRouterDeps, adminApiRoutes } from "../../src/admin/admin-router.ts";
import { openOperators } from "../../src/admin/open-operators.ts";
import { park } from "../../src/books/parked-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { appendTimeline } from "../../src/books/timeline-book.ts";
import { keepUnreadable } from "../../src/books/unreadable-book.ts";
import {
  type AdminServer,
  type AdminStore,
  API_TOKEN,
  aConnection,
  bodyOf,
  PASSWORD,
  SECRET_KEY,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import {
  anAppointment,
  aParkedEvent,
  aPrompt,
  RECORD_ID,
  REP,
  storeAppointment,
  storePrompts,
} from "./state.ts";

let store: AdminStore;
let admin: AdminServer;
let routes: readonly AdminRoute[];
// biome-ignore lint/suspicious/noExplicitAny: the test walks through whatever the description holds
let document: any;

beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
  const deps = {
    ...store,
    connections: new Map([["acme", aConnection()]]),
    secretKey: SECRET_KEY,
    adminPassword: PASSWORD,
    adminApiToken: API_TOKEN,
    publicUrl: new URL("http://bridge.example.com"),
    trustedProxies: [],
    nowMs: Date.now,
    // biome-ignore lint/suspicious/noExplicitAny: the table alone is read; nothing of it is called here.
  } as any as AdminRouterDeps;
  routes = adminApiRoutes({ ...deps, ...openOperators(deps) });
  document = await bodyOf(await admin.api("/openapi.json"));
});
afterAll(async () => {
  await admin.stop();
  await store.stop();
});

const nameOf = ({ method, path }: Pick<AdminRoute, "method" | "path">) => `${method} ${path}`;
const written = (path: string) => `/admin/api${path.replaceAll(/:(\w+)/g, "{$1}")}`;

describe("GET /admin/api/openapi.json", () => {
  test("is behind the same sign-in as everything else", async () => {
    expect((await admin.call("/admin/api/openapi.json")).status).toBe(401);
  });

  test("describes every route of the table, with every parameter of its path", () => {
    expect(routes.filter(({ describes }) => describes === undefined).map(nameOf)).toEqual([]);
    const lacking = routes.filter(({ method, path }) => {
      const operation = document.paths[written(path)]?.[method];
      const given = (operation?.parameters ?? [])
        .filter((one: { readonly in: string }) => one.in === "path")
        .map((one: { readonly name: string }) => one.name);
      const wanted = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
      return operation?.summary === undefined || JSON.stringify(given) !== JSON.stringify(wanted);
    });
    expect(lacking.map(nameOf)).toEqual([]);
    expect(document).toMatchObject({
      openapi: "3.1.0",
      info: { title: "siro-bridge", version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      servers: [{ url: "http://bridge.example.com" }],
    });
  });

  test("also describes events in, prompts and alerts out, and what phone automations ask", () => {
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/admin/api/live", "/webhooks/events/{connection}", "/v1/next-link"]),
    );
    expect(Object.keys(document.webhooks)).toEqual(["prompt.due", "prompt.test", "alert"]);
    const event = document.components.schemas["CrmEvent"];
    expect(event.required).toEqual(["eventId", "recordType", "recordId", "occurredAt"]);
    expect(event.properties.appointment.properties.startAt.type).toBe("string");
  });

  test("refers to nothing that is not there, and every operation says how it is refused", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    const missing = refs.filter((ref = "") => {
      const steps = ref.replace(/^#\//, "").split("/");
      return steps.reduce((at, step) => at?.[step], document) === undefined;
    });
    expect(refs.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
    const operations = Object.values<object>(document.paths).flatMap((item) =>
      Object.values<{ readonly responses: object; readonly security: readonly object[] }>(
        item as never,
      ),
    );
    const known = Object.keys(document.components.securitySchemes);
    for (const { responses, security } of operations) {
      expect(Object.keys(responses)).toContain("default");
      expect(
        security.flatMap((one) => Object.keys(one)).filter((one) => !known.includes(one)),
      ).toEqual([]);
    }
  });
});

describe("the described replies", () => {
  beforeAll(async () => {
    const { redis } = store;
    await saveRep(redis, "acme", REP);
    await storeAppointment(redis, anAppointment());
    await storePrompts(redis, [aPrompt()]);
    await appendTimeline(redis, { connection: "acme", recordId: RECORD_ID }, [
      { atMs: Date.now(), kind: "prompt.due", text: "The start is due" },
    ]);
    await park(redis, aParkedEvent({ id: "acme~one" }));
    const message = { connection: "acme", reason: "LIMIT", atMs: Date.now(), bytes: Buffer.of(60) };
    await keepUnreadable(redis, message, SECRET_KEY);
    await admin.api(`/reps/acme/${REP.userId}/devices`, {
      method: "POST",
      body: { channel: "pull" },
    });
  });

  test.each<{ readonly name: string; readonly real: string; readonly body?: object }>([
    { name: "get /overview", real: "/overview" },
    { name: "get /alerts", real: "/alerts" },
    { name: "get /coverage", real: "/coverage" },
    { name: "get /lateness", real: "/lateness" },
    { name: "get /appointments", real: "/appointments" },
    { name: "get /appointments/:connection/:recordId", real: `/appointments/acme/${RECORD_ID}` },
    { name: "get /reps/:connection", real: "/reps/acme" },
    { name: "get /parked", real: "/parked" },
    { name: "get /parked/:id", real: "/parked/acme~one" },
    { name: "post /parked/:id/reveal", real: "/parked/acme~one/reveal", body: {} },
    { name: "post /parked/replay", real: "/parked/replay", body: { dryRun: true } },
    { name: "get /me", real: "/me" },
    { name: "get /people", real: "/people" },
    { name: "get /sessions", real: "/sessions" },
    { name: "get /audit", real: "/audit" },
    { name: "get /connections", real: "/connections" },
    { name: "get /connections/:name", real: "/connections/acme" },
    { name: "get /connections/:name/unreadable", real: "/connections/acme/unreadable" },
    { name: "get /connections/:connection/what-if", real: "/connections/acme/what-if" },
    {
      name: "post /connections/:connection/what-if",
      real: "/connections/acme/what-if",
      body: { changes: {} },
    },
    { name: "post /reps/:connection", real: "/reps/acme", body: REP },
    {
      name: "post /reps/:connection/:userId/devices",
      real: `/reps/acme/${REP.userId}/devices`,
      body: { channel: "pull" },
    },
    {
      name: "post /reps/:connection/:userId/invites",
      real: `/reps/acme/${REP.userId}/invites`,
      body: {},
    },
    {
      name: "post /reps/:connection/:userId/test-prompt",
      real: `/reps/acme/${REP.userId}/test-prompt`,
    },
    { name: "post /alerts/test", real: "/alerts/test" },
  ])("$name holds what it says, and nothing else", async ({ name, real, body }) => {
    const [method = ""] = name.split(" ");
    const answer = await admin.api(real, {
      method: method.toUpperCase(),
      ...(body === undefined ? {} : { body }),
    });
    const route = routes.find((one) => nameOf(one) === name);
    const replies = new Map(Object.entries(route?.describes?.replies ?? {}));
    const schema = replies.get(String(answer.status));
    expect([...replies.keys()]).toContain(String(answer.status));
    const told = await bodyOf(answer);
    expect((schema ?? z.never()).parse(told)).toEqual(told);
  });
});
