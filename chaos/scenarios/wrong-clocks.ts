import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scenario } from "../scenario.ts";

/** A device refuses a signature that is five minutes off: what is sent must not carry the worker's own time. */
const MINUTES_12_MS = 720_000;
/** Overdue prompts are looked for once a minute, and taken up when they are ten seconds late. */
const RESCUED_WITHIN_MS = 75_000;
const HOUR_MS = 3_600_000;

const dir = mkdtempSync(join(tmpdir(), "siro-bridge-clocks-"));
process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
const AHEAD = clockFile("ahead", MINUTES_12_MS);
const BEHIND = clockFile("behind", -MINUTES_12_MS);
const SLIGHTLY_BEHIND = clockFile("slightly-behind", -120_000);
const JUMPING = clockFile("jumping", 0);

/** Machines that do not know what time it is; Redis' clock decides. */
export const WRONG_CLOCKS: readonly Scenario[] = [
  {
    name: "clocks-apart",
    faults: [18],
    fault: "the worker's clock is 12 minutes ahead, the receiver's 2 minutes behind",
    load: "32 visits, 4 versions each",
    injection: "from the start on",
    recovery: "nothing comes early, nothing late",
    world: { clocks: { worker: AHEAD, web: SLIGHTLY_BEHIND } },
    run: async (drill) => {
      const load = await drill.load();
      await load.sent;
    },
  },
  {
    name: "clock-behind",
    faults: [18],
    fault: "the only worker's clock is 12 minutes behind: by it nothing is due",
    load: "16 visits",
    injection: "from the start on",
    recovery:
      "what is overdue by Redis' clock is found within a minute and taken up, with an alarm (PROMPT_OVERDUE)",
    world: { clocks: { worker: BEHIND } },
    run: async (drill) => {
      drill.agree({ outageMs: RESCUED_WITHIN_MS });
      const plan = { count: 8, versions: 2, lastsMs: HOUR_MS } as const;
      const load = await drill.load({ ...plan, isStopAwaited: false });
      await load.sent;
      await drill.until(() => drill.world.sink.arrivals.length > 0, "the first prompt");
      await drill.until(
        async () => JSON.stringify(await drill.world.desk.overview()).includes("PROMPT_OVERDUE"),
        "the overview to tell that prompts were overdue",
      );
    },
  },
  {
    name: "clock-jumps",
    faults: [18],
    fault:
      "the worker's clock jumps 12 minutes ahead and back while prompts wait and while they are due",
    load: "32 visits, 4 versions each",
    injection: "ahead when half of the events are known, back two seconds into the prompts",
    recovery:
      "nothing comes early; what was put off by the wrong clock is found within a minute and comes",
    world: { clocks: { worker: JUMPING } },
    run: async (drill) => {
      writeFileSync(JUMPING, "0");
      drill.agree({ outageMs: RESCUED_WITHIN_MS });
      const load = await drill.load({ lastsMs: HOUR_MS, isStopAwaited: false });
      await load.untilAcked(0.5);
      writeFileSync(JUMPING, String(MINUTES_12_MS));
      await load.sent;
      await drill.at(load.beginAtMs + 2_000);
      writeFileSync(JUMPING, "0");
    },
  },
];

function clockFile(name: string, offsetMs: number): string {
  const path = join(dir, name);
  writeFileSync(path, String(offsetMs));
  return path;
}
