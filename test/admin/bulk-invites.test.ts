import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readInvite } from "../../src/books/invite-book.ts";
import { listUserIds, readRep, saveRep } from "../../src/books/rep-book.ts";
import { createMailer } from "../../src/outbound/mailer.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { REP } from "./state.ts";

const OMAR = "0055f00000XyZaEAAV";
const LIST = [
  "User ID;E-mail;Name;Time zone;Note",
  `${OMAR};omar@example.com;"Omar; the rep";Europe/Berlin;x`,
  `${REP.userId};rita.new@example.com;${REP.name};;`,
  "",
  `no id!;not an address;;Nowhere/Land;`,
  `${OMAR};omar@example.com;Omar;;`,
].join("\r\n");

let store: AdminStore;
let admin: AdminServer;
let mails: MailServer;
let mailer: ReturnType<typeof createMailer>;
beforeAll(async () => {
  [store, mails] = await Promise.all([startStore(), startMailServer()]);
  mailer = createMailer(`smtp://127.0.0.1:${mails.port}`);
  const channels = { email: { from: "Siro prompts <prompts@acme.example>" } };
  admin = await startAdmin(store, {
    mailer,
    connections: new Map([
      ["acme", aConnection({ channels })],
      ["quiet", aConnection({ name: "quiet" })],
    ]),
  });
});
beforeEach(async () => {
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
});
afterAll(async () => {
  await admin.stop();
  await mailer.close();
  await mails.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

async function post(body: object, connection = "acme") {
  const answer = await admin.api(`/reps/${connection}/invites`, { method: "POST", body });
  return { status: answer.status, ...(await bodyOf(answer)) };
}

describe("a list of reps", () => {
  test("is judged row by row, with what to do, and nothing is done yet", async () => {
    const checked = await post({ csv: `\uFEFF${LIST}`, dryRun: true });
    expect(checked).toMatchObject({ status: 200, isDryRun: true, canMail: true });
    expect(checked.counts).toEqual({ new: 1, known: 1, bad: 2 });
    expect(checked.rows).toEqual([
      {
        line: 2,
        state: "new",
        notes: [],
        cells: expect.objectContaining({ name: "Omar; the rep" }),
      },
      {
        line: 3,
        state: "known",
        notes: ["email: rita@example.com becomes rita.new@example.com"],
        cells: expect.anything(),
      },
      {
        line: 5,
        state: "bad",
        notes: expect.arrayContaining([
          expect.stringMatching(/^userId: must be/),
          "email: must be an e-mail address like rita@example.com",
          "name: fill it in",
          expect.stringMatching(/^timeZone: must be an IANA time zone/),
        ]),
        cells: expect.anything(),
      },
      {
        line: 6,
        state: "bad",
        notes: ["userId: line 2 has the same rep; keep one of the two"],
        cells: expect.anything(),
      },
    ]);
    expect(await listUserIds(store.redis, "acme")).toEqual([REP.userId]);
    expect((await readRep(store.redis, { connection: "acme", userId: REP.userId }))?.email).toBe(
      REP.email,
    );
  });

  test("makes reps known and invites them; bad rows are left out, and the links can be saved", async () => {
    const { rows } = await post({ csv: LIST, dryRun: true });
    const made = await post({
      rows: rows.map(({ line, cells }: { line: number; cells: object }) => ({ line, ...cells })),
    });
    expect(made.status).toBe(201);
    const [omar, rita, bad] = made.rows;
    expect(bad).not.toHaveProperty("url");
    for (const { url, cells } of [omar, rita]) {
      const token = new URL(url).pathname.split("/").at(-1) ?? "";
      expect(await readInvite(store.redis, token, Date.now())).toMatchObject({
        connection: "acme",
        userId: cells.userId,
      });
    }
    expect(await readRep(store.redis, { connection: "acme", userId: OMAR })).toMatchObject({
      name: "Omar; the rep",
      timeZone: "Europe/Berlin",
    });
    const [header, first, ...others] = made.csv.split("\r\n");
    expect(header).toMatch(/^line,userId,email,name,timeZone,.*result,notes,link,link ends,mail$/);
    expect(first).toContain(omar.url);
    expect(others.join("\n")).toContain("left out");
    expect(mails.arrived).toHaveLength(0);
    const { items } = await bodyOf(await admin.api("/audit"));
    expect(items[0]).toMatchObject({ connection: "acme", after: { new: 1, known: 1, bad: 2 } });
    expect(JSON.stringify(items)).not.toContain("/rep/invite/");
  });

  test("is mailed where mail is set up, and says which mails were not taken", async () => {
    mails.troubleNext({ at: "recipient", status: 550, text: "5.1.1 nobody here" });
    const rows = [
      { userId: OMAR, email: "omar@example.com", name: "Omar Rep" },
      { userId: REP.userId, email: REP.email, name: REP.name },
    ];
    const made = await post({ rows, mail: true });
    const told = made.rows.map(({ mailed }: { mailed: string }) => mailed).sort();
    expect(told).toEqual(["sent", "the mail server did not take it (550)"]);
    expect(mails.arrived).toHaveLength(1);
    const links = made.rows.map(({ url }: { url: string }) => url);
    const text = mails.arrived[0]?.raw.replaceAll("=\r\n", "").replaceAll("=3D", "=") ?? "";
    expect(links.filter((url: string) => text.includes(url))).toHaveLength(1);
    const refused = await post({ rows, mail: true }, "quiet");
    expect(refused.status).toBe(400);
    expect(refused.error.issues[0].message).toMatch(/SMTP_URL/);
  });

  test("cannot put a formula into the file that is saved", async () => {
    const rows = [{ userId: OMAR, email: "omar@example.com", name: "=HYPERLINK(1)" }];
    const { csv } = await post({ rows });
    expect(csv).toContain(",'=HYPERLINK(1),");
    expect(csv).not.toContain(",=HYPERLINK");
  });

  test("is refused whole when it is none, or too long", async () => {
    const issueOf = async (body: object) => {
      const { status, error } = await post(body);
      expect([status, error.code]).toEqual([400, "INPUT_INVALID"]);
      return error.issues[0].message;
    };
    expect(await issueOf({ csv: "a,b\n1,2" })).toMatch(/userId, email and name.* It has: a, b$/);
    expect(await issueOf({ csv: "" })).toMatch(/It is empty$/);
    expect(await issueOf({ csv: "userId,email,name\n" })).toMatch(/names no rep/);
    expect(await issueOf({ csv: 'userId,email,name\n"005' })).toMatch(/is no CSV/);
    expect(await issueOf({ rows: [] })).toMatch(/names no rep/);
    expect(await issueOf({})).toMatch(/either csv or rows/);
    const line = `${OMAR},omar@example.com,${"Omar ".repeat(20).trim()}\n`;
    const long = `userId,email,name\n${line.repeat(1_001)}`;
    expect(long.length).toBeGreaterThan(100_000);
    expect(await issueOf({ csv: long, dryRun: true })).toBe(
      "has 1,001 rows; 1,000 at once are the most: split it into parts",
    );
  });
});
