/** One fault of the list that every run is measured against. */
export interface Fault {
  readonly number: number;
  readonly title: string;
  /** What of it is not made, or made otherwise, on one machine; absent where all of it is. */
  readonly limit?: string;
}

/** All faults, made or not. */
export const FAULTS: readonly Fault[] = [
  { number: 1, title: "worker killed before, while and after a device is called" },
  { number: 2, title: "receiver killed between the store's answer and its own" },
  {
    number: 3,
    title: "killed between storing a visit and adding its jobs, and before removing the old ones",
    limit: "at exactly these steps in the model test; in processes, wherever the kill hits",
  },
  {
    number: 4,
    title: "Redis killed under load, with fsync always and everysec",
    limit: "the process is killed; the loss of power to a machine is not made",
  },
  { number: 5, title: "Redis down for 10 minutes", limit: "20 s, so that the run ends" },
  { number: 6, title: "Redis restarted empty" },
  { number: 7, title: "Redis out of memory in the middle of a batch" },
  {
    number: 8,
    title: "read-only replica, failover, Sentinel switch",
    limit:
      "a planned failover behind one address; the bridge takes one address, so a Sentinel has to move it",
  },
  { number: 9, title: "paths to Redis that die without a word" },
  {
    number: 10,
    title: "delay and loss on the way to Redis, reset storms",
    limit:
      "a lost packet is made as a delay or a reset: the kernel's own loss takes rights and tools",
  },
  {
    number: 11,
    title: "slow fsync, disk full",
    limit: "the slow disk is a Redis that stands still again and again",
  },
  { number: 12, title: "every event twice, one 50 times at once" },
  {
    number: 13,
    title: "full shuffle, 30 % duplicates, random seeds",
    limit: "most other loads are shuffled, too, and so are the model's histories",
  },
  { number: 14, title: "two edits of one moment with different content" },
  { number: 15, title: "cancel before create, during delivery, then create again" },
  {
    number: 16,
    title: "visits in the past, a year ahead, over a change of the clocks, all day, without a zone",
  },
  { number: 17, title: "moved while its prompt is put off, waiting, being worked on, just done" },
  {
    number: 18,
    title: "clocks minutes off, clocks that jump",
    limit:
      "12 minutes for workers; a receiver more than five minutes off refuses signed events, bearers need no clock",
  },
  { number: 19, title: "provider slow, hanging, resetting, answering 500" },
  { number: 20, title: "429 with and without Retry-After for one tenant" },
  { number: 21, title: "device no longer registered" },
  { number: 22, title: "broken, huge and hostile bodies; 1 bad of 100" },
  {
    number: 23,
    title: "a job that never ends, or kills its worker",
    limit:
      "no input makes one of our jobs loop or exhaust memory; a worker that stands still, and one that dies again and again, stand for it",
  },
  { number: 24, title: "SIGTERM under load, rolling" },
  { number: 25, title: "SIGTERM, then SIGKILL at the deadline" },
  {
    number: 26,
    title: "thousands due in one millisecond",
    limit: "200 here; `npm run bench` measures 10,000",
  },
  { number: 27, title: "flood from one tenant" },
  {
    number: 28,
    title: "Salesforce down, refusing, out of calls",
    limit:
      "calls that are used up make the bridge wait for minutes: that is shown in test/flow, not here",
  },
  { number: 29, title: "Salesforce gave up telling" },
  { number: 30, title: "replay of many during live traffic", limit: "300, not 10,000" },
  {
    number: 31,
    title: "old and new versions at once",
    limit: "by what waits in the queues; there is one version to run",
  },
  {
    number: 32,
    title: "operators' pages under 20 tabs with much that failed",
    limit: "300 parked entries; `npm run bench` fills 100,000 appointments",
  },
  {
    number: 33,
    title: "ids of two tenants collide, forged organization, body replayed after a day",
  },
];
