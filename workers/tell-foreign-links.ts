import { readDossier } from "../src/books/appointment-book.ts";
import { appendTimelineOnce } from "../src/books/timeline-book.ts";
import type { PromptRef } from "../src/domain/prompt.ts";
import { type ForeignLinksDeps, findForeignLinks, isLink } from "../src/siro/foreign-links.ts";
import type { MobileEvent } from "../src/siro/mobile-event.ts";
import type { WorkerKit } from "./kit.ts";

/** What one look at Siro brought, and how its links find their prompts. */
export interface ForeignLook extends ForeignLinksDeps {
  readonly connection: string;
  readonly events: readonly MobileEvent[];
}

/** Says once on the visit's timeline that somebody else's app got a rep's link; it is evidence for nobody. */
export async function tellForeignLinks(kit: WorkerKit, look: ForeignLook): Promise<void> {
  const { connection } = look;
  const seen = kit.siros?.seen;
  const keyOf = ({ eventId }: MobileEvent) => `link ${eventId}`;
  const fresh = look.events
    .filter(isLink)
    .filter((event) => seen?.isNew(connection, keyOf(event)) ?? true);
  for (const ref of await findForeignLinks(look, fresh)) {
    await tellOnce(kit, ref);
  }
  seen?.note(connection, fresh.map(keyOf));
}

async function tellOnce({ redis }: WorkerKit, ref: PromptRef): Promise<void> {
  const { promptId, userId } = ref;
  const dossier = await readDossier(redis, ref);
  const prompt = dossier?.prompts.find((one) => one.promptId === promptId);
  if (prompt !== undefined) {
    const text = `Siro reports that another user's app got this link (${prompt.action})`;
    await appendTimelineOnce(redis, ref, {
      mark: `${promptId}:foreign-link`,
      entry: { atMs: Date.now(), kind: "siro.reported", text, promptId, userId },
    });
  }
}
