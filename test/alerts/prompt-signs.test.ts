import { expect, test } from "@jest/globals";
import { latenessCommands } from "../../src/books/lateness-book.ts";
import { promptSigns } from "../../src/prompt-signs.ts";
import { anAppointment, aPrompt } from "../admin/state.ts";

test("what a hold made late is no lateness of the bridge's, neither while it lasts nor after the release", () => {
  const nowMs = Date.now();
  const late = aPrompt({
    dueAtMs: nowMs - 300_000,
    firedAtMs: nowMs - 1_000,
    sentAtMs: nowMs,
    state: "sent",
  });
  const held = aPrompt({ ...late, heldSinceMs: nowMs - 400_000 });
  const stored = {
    appointment: anAppointment(),
    version: { occurredAtMs: nowMs, readAtMs: nowMs, eventId: "e1" },
    contentHash: "",
    knownUserIds: [],
  };
  const signsOf = (prompt: typeof late) =>
    promptSigns({ stored, prompts: [prompt], deliveries: [], receipts: [] }, nowMs).accepted;
  expect(signsOf(late)).toEqual([{ atMs: nowMs, lateMs: 300_000 }]);
  expect(signsOf(held)).toEqual([]);
  expect(latenessCommands("acme", late)).toHaveLength(3);
  expect(latenessCommands("acme", held)).toEqual([]);
});
