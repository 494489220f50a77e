import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";

/** Room for what a warm process keeps: compiled code, pools, the heap's slack. */
const ROOM_MIB = 160;

/** I8: memory and depth are back where they were. */
export function checkBaseline({ memory, overview }: Evidence): Verdict {
  const grownMiB = Math.round(memory.afterMiB - memory.beforeMiB);
  const depth = Object.values(overview.queues).reduce((sum, queue) => sum + queue.waiting, 0);
  return verdictOf("I8", 2, [
    ...(grownMiB > ROOM_MIB ? [`the processes grew by ${grownMiB} MiB`] : []),
    ...(depth > 1 ? [`${depth} jobs wait in all`] : []),
  ]);
}
