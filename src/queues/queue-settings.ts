/** Prefix of all BullMQ keys. */
export const QUEUE_PREFIX = "sb-queue";

/** Finished jobs are kept briefly, for the queue pages only; the timeline is the lasting record. */
export const KEEP_FINISHED = { count: 500, age: 3_600 } as const;

/** Nobody follows the queues' own streams of events: their ten thousand lines a queue would be megabytes for nothing. */
export const QUEUE_STREAMS = { events: { maxLen: 100 } } as const;
