import { readStreamTrouble } from "../src/books/change-stream-book.ts";
import { saveOrgNote } from "../src/books/org-note-book.ts";
import type { WorkerKit } from "./kit.ts";
import type { OpenedOrg } from "./orgs.ts";

/** Notes for the operators that an org answers, and how much of its calls is used. */
export async function noteConnected(
  kit: Pick<WorkerKit, "redis">,
  opened: OpenedOrg,
): Promise<void> {
  await note(kit, opened, "connected");
}

/** Notes for the operators why an org cannot be asked now; `code` is explained in `docs/failures.md`. */
export async function noteTrouble(
  kit: Pick<WorkerKit, "redis">,
  opened: OpenedOrg,
  code: string,
): Promise<void> {
  await note(kit, opened, code);
}

async function note(
  { redis }: Pick<WorkerKit, "redis">,
  { org }: OpenedOrg,
  state: string,
): Promise<void> {
  const usage = org.usage();
  const { name, changeEvents } = org.connection;
  const trouble = changeEvents && (await readStreamTrouble(redis, name));
  await saveOrgNote(redis, name, {
    atMs: Date.now(),
    state,
    warnings: [
      ...org.shape.warnings(),
      ...(trouble === undefined ? [] : [`Change events: ${trouble}`]),
    ],
    ...(usage === undefined ? {} : { apiShare: usage.share }),
  });
}
