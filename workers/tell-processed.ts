import type { Redis } from "ioredis";
import { noteProcessed } from "../src/books/siro-mend-book.ts";
import { findPromptByRecording } from "../src/books/siro-recording-book.ts";
import type { SiroEvent } from "../src/domain/siro-event.ts";

/** Says once on a visit's timeline that Siro processed its recording; a recording that is nobody's is passed over. */
export async function tellProcessed(
  redis: Redis,
  { connection, recordingId, isProcessed, receivedAtMs }: SiroEvent,
): Promise<void> {
  const ref = isProcessed && (await findPromptByRecording(redis, connection, recordingId));
  if (ref) {
    const { promptId, userId } = ref;
    const text = "Siro processed the recording";
    const entry = { atMs: receivedAtMs, kind: "siro.processed", text, promptId, userId } as const;
    await noteProcessed(redis, { ...ref, recordingId }, entry);
  }
}
