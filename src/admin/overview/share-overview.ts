import type { Overview } from "./read-overview.ts";

/** What sharing needs from the world. */
export interface ShareOverviewDeps {
  readonly read: () => Promise<Overview>;
  readonly nowMs: () => number;
  readonly everyMs?: number;
}

/** The overview as all open pages see it. */
export interface SharedOverview {
  /** At most two seconds old. */
  current(): Promise<Overview>;
  /** Tells the overview as it is, then whenever it changed, as JSON; returns how to stop. */
  follow(hear: (json: string) => void): () => void;
  /** Hears when nobody shall listen any more; returns how to stop hearing. */
  onClose(end: () => void): () => void;
  close(): void;
}

const EVERY_MS = 2_000;

/** Lets all pages share one reading of the overview; while nobody asks, nothing is read. */
export function shareOverview({
  read,
  nowMs,
  everyMs = EVERY_MS,
}: ShareOverviewDeps): SharedOverview {
  const listeners = new Set<(json: string) => void>();
  const ends = new Set<() => void>();
  let reading: Promise<Overview> | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let told: { readonly content: string; readonly json: string } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function current(freshMs = everyMs): Promise<Overview> {
    const ageMs = nowMs() - readAtMs;
    if (reading === undefined || ageMs >= freshMs || ageMs < 0) {
      const started = read();
      reading = started;
      readAtMs = nowMs();
      started.catch(() => {
        // What failed is not shared: the next one asks again.
        reading = undefined;
      });
    }
    return reading;
  }

  async function look(): Promise<void> {
    // A timer is a moment early or late.
    const overview = await current(everyMs / 2);
    const content = contentOf(overview);
    if (content !== told?.content) {
      told = { content, json: JSON.stringify(overview) };
      for (const hear of listeners) {
        hear(told.json);
      }
    }
  }

  // The next look is two seconds away; a store that is gone is told elsewhere.
  const lookSoftly = () => void look().catch(() => undefined);

  return {
    current: () => current(),
    follow: (hear) => {
      listeners.add(hear);
      if (told !== undefined) {
        hear(told.json);
      }
      timer ??= setInterval(lookSoftly, everyMs);
      lookSoftly();
      return () => {
        listeners.delete(hear);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
          told = undefined;
        }
      };
    },
    onClose: (end) => {
      ends.add(end);
      return () => ends.delete(end);
    },
    close: () => {
      for (const end of [...ends]) {
        end();
      }
    },
  };
}

/** A new reading alone is no news. */
function contentOf({ asOf: _, ...content }: Overview): string {
  return JSON.stringify(content);
}
