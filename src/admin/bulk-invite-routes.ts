import { z } from "zod";
import { createInvite, INVITE_LIFE_MINUTES } from "../books/invite-book.ts";
import { saveRep } from "../books/rep-book.ts";
import type { Connection } from "../domain/connection.ts";
import { isoInstant } from "../domain/instant.ts";
import { InputInvalidError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import { type AdminApiDeps, namedConnection } from "./admin-api.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { countRows, type JudgedRow, judgeRows } from "./bulk-invites/judge-rows.ts";
import { type MailInvite, openInviteMail } from "./bulk-invites/mail-invite.ts";
import { COLUMNS, checkCount, MOST_ROWS, type RawRow, readRows } from "./bulk-invites/read-rows.ts";
import { writeCsv } from "./csv.ts";
import { checkedListReply, invitedListReply } from "./replies/rep-replies.ts";

/** Room for so many rows with long names. */
export const BULK_BODY_BYTES = 1_048_576;
/** The path whose calls may be so large. */
export const BULK_INVITES_PATH = "/reps/:connection/invites";

const INVITED_AT_ONCE = 10;

const { least, usual, most } = INVITE_LIFE_MINUTES;
const rowSchema = z.looseObject({ line: z.int().optional() });
const bodySchema = z.strictObject({
  /** A list as it comes from a spreadsheet. */
  csv: z.string().optional(),
  /** Rows of a list that was checked before, or of a script. */
  rows: z
    .array(rowSchema)
    .max(MOST_ROWS, `has more than ${MOST_ROWS} rows: split it into parts`)
    .optional(),
  dryRun: z.boolean().default(false),
  /** Also mails every link to its rep. */
  mail: z.boolean().default(false),
  expiresInMinutes: z.int().min(least).max(most).default(usual),
});
type BulkOrder = z.output<typeof bodySchema>;

type BulkDeps = Pick<AdminApiDeps, "redis" | "connections" | "mailer" | "publicUrl" | "nowMs">;

/** The route that makes many reps known and invites them: each row is judged, and bad ones are left out. */
export function bulkInviteRoutes(deps: BulkDeps): readonly AdminRoute[] {
  return [
    {
      method: "post",
      path: BULK_INVITES_PATH,
      describes: {
        summary: "Make many reps known and invite them, or check the list first",
        body: bodySchema,
        replies: { 200: checkedListReply, 201: invitedListReply },
      },
      handle: async ({ params, body }) => {
        const connection = namedConnection(deps, params["connection"]);
        const order = parseInput(bodySchema, body ?? {});
        const rows = await judgeRows(deps.redis, connection.name, rowsOf(order));
        const mail = openInviteMail(deps.mailer, connection);
        if (order.dryRun) {
          return dryRunReply(connection, rows, mail !== undefined);
        }
        return inviteAll(deps, connection, { order, rows, mail: mailOf(order, mail) });
      },
    },
  ];
}

function rowsOf({ csv, rows }: BulkOrder): readonly RawRow[] {
  if ((csv === undefined) === (rows === undefined)) {
    throw new InputInvalidError([{ path: "csv", message: "either csv or rows must be there" }]);
  }
  if (csv !== undefined) {
    return readRows(csv);
  }
  checkCount("rows", rows?.length ?? 0);
  return (rows ?? []).map(({ line, ...cells }, at) => ({
    line: line ?? at + 1,
    cells: texts(cells),
  }));
}

function texts(cells: Readonly<Record<string, unknown>>): RawRow["cells"] {
  return Object.fromEntries(
    COLUMNS.flatMap((column) => {
      const cell = cells[column];
      return typeof cell === "string" && cell.trim() !== "" ? [[column, cell.trim()]] : [];
    }),
  );
}

function mailOf({ mail }: BulkOrder, open: MailInvite | undefined): MailInvite | undefined {
  if (mail && open === undefined) {
    const message = "no mail can be sent: set SMTP_URL, and channels.email.from of the connection";
    throw new InputInvalidError([{ path: "mail", message }]);
  }
  return mail ? open : undefined;
}

function dryRunReply(
  { name }: Connection,
  rows: readonly JudgedRow[],
  canMail: boolean,
): AdminReply {
  const counts = countRows(rows);
  return {
    status: 200,
    body: { isDryRun: true, canMail, counts, rows: rows.map(presentRow) },
    audit: { what: "Checked a list of reps to invite", connection: name, after: counts },
  };
}

interface Bulk {
  readonly order: BulkOrder;
  readonly rows: readonly JudgedRow[];
  readonly mail: MailInvite | undefined;
}

async function inviteAll(
  deps: BulkDeps,
  { name }: Connection,
  { order, rows, mail }: Bulk,
): Promise<AdminReply> {
  const expiresAtMs = deps.nowMs() + order.expiresInMinutes * 60_000;
  const invited: InvitedRow[] = [];
  for (let at = 0; at < rows.length; at += INVITED_AT_ONCE) {
    const some = rows.slice(at, at + INVITED_AT_ONCE);
    invited.push(
      ...(await Promise.all(some.map((row) => inviteRow(deps, { name, row, expiresAtMs, mail })))),
    );
  }
  const counts = countRows(rows);
  const mailed = invited.filter((row) => row.mailed === "sent").length;
  return {
    status: 201,
    body: { counts, rows: invited, csv: writeCsv([HEADER, ...invited.map(cellsOf)]) },
    audit: { what: "Invited a list of reps", connection: name, after: { ...counts, mailed } },
  };
}

interface InvitedRow extends ReturnType<typeof presentRow> {
  readonly url?: string;
  readonly expiresAt?: string;
  readonly mailed?: string;
}

interface RowToInvite {
  readonly name: string;
  readonly row: JudgedRow;
  readonly expiresAtMs: number;
  readonly mail: MailInvite | undefined;
}

async function inviteRow(
  { redis, publicUrl }: BulkDeps,
  { name, row, expiresAtMs, mail }: RowToInvite,
): Promise<InvitedRow> {
  const { rep } = row;
  if (rep === undefined) {
    return presentRow(row);
  }
  await saveRep(redis, name, rep);
  const token = await createInvite(redis, { connection: name, userId: rep.userId }, expiresAtMs);
  const url = new URL(`/rep/invite/${token}`, publicUrl).href;
  const refusal = await mail?.({ ...rep, url, expiresAtMs });
  return {
    ...presentRow(row),
    url,
    expiresAt: isoInstant(expiresAtMs),
    ...(mail === undefined ? {} : { mailed: refusal ?? "sent" }),
  };
}

function presentRow({ line, cells, state, notes, rep }: JudgedRow) {
  return { line, state, notes, cells: { ...cells, ...(rep && { userId: rep.userId }) } };
}

const HEADER = ["line", ...COLUMNS, "result", "notes", "link", "link ends", "mail"];

function cellsOf({ line, cells, state, notes, url, expiresAt, mailed }: InvitedRow) {
  return [
    line,
    ...COLUMNS.map((column) => new Map(Object.entries(cells)).get(column) ?? ""),
    state === "bad" ? "left out" : `invited (${state})`,
    ...[notes.join("; "), url ?? "", expiresAt ?? "", mailed ?? ""],
  ];
}
