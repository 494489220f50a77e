import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AdminRoute, leastRole } from "../../src/admin/admin-route.ts";
import { type AdminRouterDeps, adminApiRoutes } from "../../src/admin/admin-router.ts";
import { openOperators } from "../../src/admin/open-operators.ts";
import { park } from "../../src/books/parked-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { isAtLeast, OPERATOR_ROLES, type OperatorRole } from "../../src/domain/operator.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  forgetFailures,
  PASSWORD,
  SECRET_KEY,
  signIn,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { anAppointment, aParkedEvent, REP, storeAppointment } from "./state.ts";

const OWN = { "sec-fetch-site": "same-origin" };
const SECRET = "an invented passphrase";

let store: AdminStore;
let admin: AdminServer;
let routes: readonly AdminRoute[];
const cookies = new Map<OperatorRole, string>();

beforeAll(async () => {
  store = await startStore();
  const auth = { kind: "client-credentials", clientId: "client", clientSecret: "secret" };
  const salesforce = { instanceUrl: "http://127.0.0.1:9", auth };
  const connections = new Map(
    ["acme", "beta"].map((name) => [name, aConnection({ name, salesforce })]),
  );
  admin = await startAdmin(store, { connections });
  routes = tableOf();
  for (const role of OPERATOR_ROLES) {
    const body = { name: `the-${role}`, role, password: SECRET };
    expect((await admin.api("/people", { method: "POST", body })).status).toBe(201);
    cookies.set(role, await signIn(admin, { user: body.name, password: SECRET }));
  }
});
afterAll(async () => {
  await forgetFailures(store);
  await admin.stop();
  await store.stop();
});

/** The table that the bridge mounts: a route that is added to it is called here without another word. */
function tableOf(): readonly AdminRoute[] {
  const deps = {
    redis: store.redis,
    queues: store.queues,
    connections: new Map(),
    secretKey: SECRET_KEY,
    adminPassword: PASSWORD,
    adminApiToken: undefined,
    publicUrl: new URL("http://bridge.example.com"),
    trustedProxies: [],
    nowMs: Date.now,
    // biome-ignore lint/suspicious/noExplicitAny: the table alone is read; nothing of it is called here.
  } as any as AdminRouterDeps;
  return adminApiRoutes({ ...deps, ...openOperators(deps) });
}

type Ids = Readonly<Record<string, string>>;

function pathOf({ path }: AdminRoute, ids: Ids = {}): string {
  return path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(ids[name] ?? "x"));
}

function call(route: AdminRoute, headers: Record<string, string>, ids?: Ids): Promise<Response> {
  const method = route.method.toUpperCase();
  return admin.call(`/admin/api${pathOf(route, ids)}`, { method, headers });
}

/** The refusal of a call in one word; a call that was let in is "in", whatever came of it. */
async function refusalOf(answer: Response): Promise<string> {
  if (answer.status !== 401 && answer.status !== 403) {
    await answer.body?.cancel();
    return answer.status < 500 ? "in" : `broke with ${answer.status}`;
  }
  return (await bodyOf(answer)).error.code;
}

function rowsOf(refusals: readonly (readonly [AdminRoute, string])[]): readonly string[] {
  return refusals.map(([{ method, path }, refusal]) => `${method} ${path}: ${refusal}`);
}

async function callEach(headers: Record<string, string>): Promise<readonly string[]> {
  const found: [AdminRoute, string][] = [];
  for (const route of routes) {
    found.push([route, await refusalOf(await call(route, headers))]);
  }
  return rowsOf(found);
}

function expected(refusal: (route: AdminRoute) => string): readonly string[] {
  return rowsOf(routes.map((route) => [route, refusal(route)]));
}

describe("every route of the operators' API", () => {
  test("is closed to who is not signed in", async () => {
    expect(routes.length).toBeGreaterThan(25);
    expect(await callEach({})).toEqual(expected(() => "OPERATOR_UNKNOWN"));
    // Not even a page of ours opens it.
    expect(await callEach(OWN)).toEqual(expected(() => "OPERATOR_UNKNOWN"));
  });

  test.each([
    ["that does not say who asks", {}],
    ["that another site asks for", { "sec-fetch-site": "cross-site" }],
    ["of a foreign origin", { origin: "https://evil.example" }],
  ])("takes no change from a browser %s", async (_what, headers) => {
    const cookie = cookies.get("admin") ?? "";
    const changes = routes.filter(({ method }) => method !== "get");
    const found: [AdminRoute, string][] = [];
    for (const route of changes) {
      found.push([route, await refusalOf(await call(route, { cookie, ...headers }))]);
    }
    expect(rowsOf(found)).toEqual(rowsOf(changes.map((route) => [route, "CROSS_SITE"])));
  });

  test.each(OPERATOR_ROLES)("lets a %s do what the role may, and nothing else", async (role) => {
    const cookie = cookies.get(role) ?? "";
    expect(await callEach({ cookie, ...OWN })).toEqual(
      expected((route) => (isAtLeast(role, leastRole(route)) ? "in" : "ROLE_TOO_LOW")),
    );
  });

  test("that viewers may change with is about themselves alone", () => {
    const open = routes.filter(
      (route) =>
        route.method !== "get" && route.readsOnly !== true && leastRole(route) === "viewer",
    );
    // Each of these has a test of its own.
    expect(open.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      "delete /people/:name/sessions",
      "delete /sessions/:id",
      "post /me/password",
    ]);
  });
});

describe("what belongs to one connection", () => {
  const PARKED_ID = "acme~crm-events-somebody-elses";
  /** By its id nobody could tell what object it is, so that it cannot be asked of another org either. */
  const RECORD_ID = "visit-of-acme";
  let deviceId: string;

  beforeAll(async () => {
    await storeAppointment(store.redis, anAppointment({ recordId: RECORD_ID }));
    await saveRep(store.redis, "acme", REP);
    await park(store.redis, aParkedEvent({ id: PARKED_ID }));
    const body = { channel: "pull" };
    const path = `/reps/acme/${REP.userId}/devices`;
    ({ deviceId } = await bodyOf(await admin.api(path, { method: "POST", body })));
    expect(deviceId).toEqual(expect.any(String));
  });

  const OF_ACME = { recordId: RECORD_ID, userId: REP.userId, id: PARKED_ID };
  const ASKED_OF_BETA = { ...OF_ACME, connection: "beta", id: PARKED_ID.replace("acme", "beta") };

  /** Asks with the token, which may do everything: what is refused is refused for whose it is. */
  async function statusOf(route: AdminRoute, ids: Ids): Promise<readonly [string, number]> {
    const method = route.method.toUpperCase();
    const body = route.path.endsWith("/devices") ? { channel: "pull" } : undefined;
    const answer = await admin.api(pathOf(route, ids), {
      method,
      ...(body === undefined ? {} : { body }),
    });
    await answer.body?.cancel();
    return [`${route.method} ${route.path}`, answer.status];
  }

  const named = () => routes.filter(({ path }) => /:connection\/.*:|^\/parked\/:id/.test(path));

  test("is not found under another one, by no route that names it", async () => {
    expect(named().length).toBeGreaterThan(6);
    for (const route of named()) {
      const [what, status] = await statusOf(route, ASKED_OF_BETA);
      expect([what, status]).toEqual([what, 404]);
    }
    const { items } = await bodyOf(await admin.api("/reps/acme"));
    expect(items[0].devices).toMatchObject([{ deviceId, state: "active" }]);
    expect((await bodyOf(await admin.api("/reps/beta"))).items).toEqual([]);
    expect((await bodyOf(await admin.api("/parked?connection=beta"))).items).toEqual([]);
    expect((await bodyOf(await admin.api("/parked?connection=acme"))).total).toBe(1);
  });

  test("nor under one that nobody has", async () => {
    for (const route of routes.filter(({ path }) => path.includes(":connection"))) {
      const [what, status] = await statusOf(route, { ...OF_ACME, connection: "nobody" });
      expect([what, status]).toEqual([what, 404]);
    }
  });

  test("and is found under its own", async () => {
    for (const route of named()) {
      const [what, status] = await statusOf(route, { ...OF_ACME, connection: "acme" });
      expect([what, status]).not.toEqual([what, 404]);
    }
  });
});
