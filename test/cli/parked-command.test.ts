import { describe, expect, test } from "@jest/globals";
import { park } from "../../src/books/parked-book.ts";
import { keepUnreadable } from "../../src/books/unreadable-book.ts";
import { API_TOKEN, SECRET_KEY } from "../admin/admin-server.ts";
import { aParkedEvent, RECORD_ID } from "../admin/state.ts";
import { bridgeForCli } from "./bridge-for-cli.ts";

const { run, store } = bridgeForCli();

function parked(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return run(["parked", ...args], { ADMIN_API_TOKEN: API_TOKEN, ...env });
}

async function parkSome(...reasons: readonly string[]): Promise<void> {
  for (const reason of reasons) {
    await park(store().redis, { ...aParkedEvent(), reason });
  }
}

function waiting(): Promise<number> {
  return store().queues.crmEvents.queue.getWaitingCount();
}

describe("siro-bridge parked list", () => {
  test("says what is parked, why, and how much of each", async () => {
    expect((await parked(["list"])).stdout).toBe("✓ Nothing is parked\n");
    await parkSome("NO_READER", "NO_READER", "ORG_ACCESS");
    const { code, stdout } = await parked(["list", "--limit", "2"]);
    expect(code).toBe(0);
    expect(stdout).toContain(RECORD_ID);
    expect(stdout).toMatch(/^3 parked; 2 are shown\. By reason: 2 × NO_READER, 1 × ORG_ACCESS$/m);
    const json = JSON.parse(
      (await parked(["list", "--reason", "ORG_ACCESS", "--connection", "acme", "--json"])).stdout,
    );
    expect(json).toMatchObject({ ok: true, total: 1, items: [{ reason: "ORG_ACCESS" }] });
  });
});

describe("siro-bridge parked replay", () => {
  test("counts first, then hands back what a filter means, and nothing else", async () => {
    await parkSome("NO_READER", "NO_READER", "ORG_ACCESS");
    const dry = await parked(["replay", "--reason", "NO_READER", "--dry-run"]);
    expect(dry.stdout).toBe("2 would be handed back\n");
    expect(await waiting()).toBe(0);
    const { code, stdout } = await parked(["replay", "--reason", "NO_READER", "--json"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"ok":true,"replayed":2}\n' });
    expect(await waiting()).toBe(2);
    expect((await parked(["list"])).stdout).toMatch(/^1 parked\. By reason: 1 × ORG_ACCESS$/m);
  });

  test("hands back one entry by its id, or everything when that is said", async () => {
    await parkSome("NO_READER", "ORG_ACCESS", "ORG_ACCESS");
    const [{ id }] = JSON.parse((await parked(["list", "--json"])).stdout).items;
    expect((await parked(["replay", id])).stdout).toBe("✓ Handed back\n");
    expect(await waiting()).toBe(1);
    expect((await parked(["replay", "--all"])).stdout).toBe("✓ 2 handed back\n");
    expect(await waiting()).toBe(3);
  });

  test("what stays parked ends it with 1", async () => {
    const work = { kind: "unreadable", queue: "crm-events", payload: { v: 99 } } as const;
    const entry = { ...aParkedEvent(), work };
    await park(store().redis, entry);
    const { code, stderr } = await parked(["replay", entry.id]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^✗ Nothing was replayed: /)]);
    expect(await waiting()).toBe(0);
  });

  test.each([
    [["replay"]],
    [["replay", "p1", "--all"]],
    [["replay", "--all", "--reason", "NO_READER"]],
    [["list", "--limit", "201"]],
    [["list", "--url", "ftp://example.com"]],
  ])("%j is wrong use", async (args) => {
    await parkSome("NO_READER");
    expect((await parked(args)).code).toBe(2);
    expect(await waiting()).toBe(0);
  });

  test("no bridge, or a connection nobody knows: says why, and exits with 1", async () => {
    const away = await parked(["replay", "--all", "--json"], { PORT: "47999" });
    expect([away.code, JSON.parse(away.stdout)]).toEqual([
      1,
      { ok: false, reason: expect.stringContaining("no bridge answers") },
    ]);
    const unknown = await parked(["list", "--connection", "nobody"]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("NOT_FOUND")]);
  });
});

describe("siro-bridge unreadable", () => {
  const unreadable = (...args: readonly string[]) =>
    run(["unreadable", ...args], { ADMIN_API_TOKEN: API_TOKEN });

  test("shows what nobody could read, the newest first, and does not let it steer the terminal", async () => {
    const none = await unreadable("acme");
    expect([none.code, none.stdout]).toEqual([0, "✓ Nothing is kept that nobody could read\n"]);
    const message = { connection: "acme", reason: "STRUCTURE", atMs: 1_800_000_000_000 };
    const keep = (body: string, key = SECRET_KEY) =>
      keepUnreadable(store().redis, { ...message, bytes: Buffer.from(body) }, key);
    await keep("<sealed-elsewhere/>", Buffer.alloc(32, 1));
    await keep("<odd>\r\n\t\u001b[2J</odd>");
    const { code, stdout } = await unreadable("acme");
    expect(code).toBe(0);
    expect(stdout).toBe(
      `2027-01-15T08:00:00.000Z  STRUCTURE
    <odd>
    \t?[2J</odd>

2027-01-15T08:00:00.000Z  STRUCTURE
    (cannot be opened; was SECRET_KEY changed?)
`,
    );
    const kept = { at: "2027-01-15T08:00:00.000Z", reason: "STRUCTURE" };
    expect(JSON.parse((await unreadable("acme", "--json")).stdout)).toEqual({
      ok: true,
      items: [
        { ...kept, body: "<odd>\r\n\t\u001b[2J</odd>" },
        { ...kept, body: null },
      ],
    });
  });

  test("a connection nobody knows ends it with 1, none at all is wrong use", async () => {
    const unknown = await unreadable("nobody");
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("NOT_FOUND")]);
    expect((await unreadable("--json")).code).toBe(2);
  });
});
