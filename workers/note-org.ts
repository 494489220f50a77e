import { readStreamTrouble } from "../src/books/change-stream-book.ts";
import { type OrgNote, readOrgNote, saveOrgNote } from "../src/books/org-note-book.ts";
import { isUsedUp } from "../src/salesforce/call-budget.ts";
import type { Org } from "../src/salesforce/org.ts";
import type { WorkerKit } from "./kit.ts";
import type { OpenedOrg } from "./orgs.ts";

/** An object that the org did not let a poll look at. */
export type RefusedObject = NonNullable<OrgNote["refused"]>[number];

type NoteKit = Pick<WorkerKit, "redis">;

const CONNECTED = "connected";
/** A burst of a thousand events must not note the same a thousand times. */
const SAME_TROUBLE_MS = 1_000;
/** After so long a read says again that all is well: another process may have noted trouble meanwhile. */
const SAME_ANSWER_MS = 30_000;

/** What this process noted last about each org. */
const noted = new WeakMap<Org, { readonly state: string; readonly atMs: number }>();

/** Notes for the operators that an org answers, and how much of its calls is used. */
export async function noteConnected(kit: NoteKit, opened: OpenedOrg): Promise<void> {
  await note(kit, opened, { state: CONNECTED });
}

/** As `noteConnected`, after a read: written only when that is news. */
export async function noteAnswered(kit: NoteKit, opened: OpenedOrg): Promise<void> {
  if (!isNoted(opened, CONNECTED, SAME_ANSWER_MS)) {
    await note(kit, opened, { state: CONNECTED });
  }
}

/** As `noteConnected`, after a poll, with the objects that it was not allowed to look at. */
export async function notePolled(
  kit: NoteKit,
  opened: OpenedOrg,
  refused: readonly RefusedObject[],
): Promise<void> {
  await note(kit, opened, { state: CONNECTED, refused });
}

/** Notes for the operators why an org cannot be asked now; `code` is explained in `docs/failures.md`. */
export async function noteTrouble(kit: NoteKit, opened: OpenedOrg, code: string): Promise<void> {
  if (!isNoted(opened, code, SAME_TROUBLE_MS)) {
    await note(kit, opened, { state: code });
  }
}

function isNoted({ org }: OpenedOrg, state: string, withinMs: number): boolean {
  const last = noted.get(org);
  return last?.state === state && Date.now() - last.atMs < withinMs;
}

interface News {
  readonly state: string;
  /** Absent when no poll tells; what the last one told stands. */
  readonly refused?: readonly RefusedObject[];
}

async function note({ redis }: NoteKit, { org }: OpenedOrg, news: News): Promise<void> {
  const atMs = Date.now();
  noted.set(org, { state: news.state, atMs });
  const usage = org.usage();
  const { name, changeEvents } = org.connection;
  const trouble = changeEvents && (await readStreamTrouble(redis, name));
  const refused = news.refused ?? (await readOrgNote(redis, name))?.refused ?? [];
  await saveOrgNote(redis, name, {
    atMs,
    // The answer that used up the last calls was still an answer.
    state: news.state === CONNECTED && isUsedUp(org) ? "ORG_API_LIMIT" : news.state,
    warnings: [
      ...org.shape.warnings(),
      ...refused.map(refusedText),
      ...(trouble === undefined ? [] : [`Change events: ${trouble}`]),
    ],
    ...(refused.length === 0 ? {} : { refused: [...refused] }),
    ...(usage === undefined ? {} : { apiShare: usage.share }),
  });
}

function refusedText({ type, code }: RefusedObject): string {
  return `Polls do not see ${type}: Salesforce answers ${code}`;
}
