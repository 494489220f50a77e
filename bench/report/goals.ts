import type { Figure } from "../figures.ts";

/** Names one value among the figures; of several figures that match, the greatest counts. */
interface Place {
  readonly figure: string;
  readonly of: Figure["of"];
  readonly value: string;
}

/** What is looked for, and what is hoped for. */
interface Goal {
  readonly title: string;
  readonly unit: string;
  readonly at: Place;
  /** What the same machine does at best, in the same run. */
  readonly ceiling?: Place;
  /** The value as a share of its ceiling, not by itself. */
  readonly isShare?: boolean;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One row of the table and of the chart. */
export interface JudgedGoal extends Pick<Goal, "title" | "unit" | "atMost" | "atLeast"> {
  readonly found: number;
  /** Least and most of the runs; absent when there was one alone. */
  readonly spread?: readonly [number, number];
  readonly ceiling?: number;
  /** Absent where nothing was promised. */
  readonly isMet?: boolean;
}

const bridge = (connections: number, notifications: number) => ({
  ...{ target: "bridge", connections, notifications },
});
const intake = (connections: number, notifications: number, value: string): Place => ({
  figure: "intake.closed-loop",
  of: bridge(connections, notifications),
  value,
});
const ceilingB = (connections: number, notifications: number, value: string): Place => ({
  figure: "intake.closed-loop",
  of: { ...bridge(connections, notifications), target: "ceiling B" },
  value,
});
const burst = (prompts: number, channel: string, value: string): Place => ({
  figure: "burst.deliveries",
  of: { target: "bridge", channel, prompts },
  value,
});
const drain = (prompts: number, value: string): Place => ({
  figure: "burst.deliveries",
  of: { target: "no-op drain", prompts },
  value,
});
const lateness = (prompts: number, channel: string, atMost: number): Goal => ({
  title: `${prompts.toLocaleString("en")} at once, ${channel}: late p99`,
  unit: "ms",
  at: burst(prompts, channel, "lateP99Ms"),
  ceiling: drain(prompts, "lateP99Ms"),
  atMost,
});

const growthTo = (waitingPrompts: number): Goal => ({
  title: `Event with ${waitingPrompts.toLocaleString("en")} prompts waiting, beside 1,000`,
  unit: "×",
  at: { figure: "growth.event", of: { waitingPrompts }, value: "usPerEvent" },
  ceiling: { figure: "growth.event", of: { waitingPrompts: 1_000 }, value: "usPerEvent" },
  isShare: true,
  atMost: 1.25,
});

/** In the order of the table. What has neither `atMost` nor `atLeast` is told without a verdict. */
const GOALS: readonly Goal[] = [
  {
    title: "Durable acks, 32 connections",
    unit: "/s",
    at: intake(32, 1, "acksPerSecond"),
    ceiling: ceilingB(32, 1, "acksPerSecond"),
  },
  {
    title: "The same beside ceiling B",
    unit: "×",
    at: intake(32, 1, "ofCeilingB"),
    atLeast: 0.75,
  },
  {
    title: "The same beside ceiling A",
    unit: "×",
    at: intake(32, 1, "ofCeilingA"),
    atLeast: 0.3,
  },
  {
    title: "The same beside Express, one add each",
    unit: "×",
    at: intake(32, 1, "ofExpress"),
    atLeast: 1,
  },
  {
    title: "100 notifications, 32 connections, beside Express",
    unit: "×",
    at: intake(32, 100, "ofExpress"),
    atLeast: 1,
  },
  {
    title: "Ack of 100 notifications, p99",
    unit: "ms",
    at: intake(1, 100, "p99Ms"),
    ceiling: ceilingB(1, 100, "p99Ms"),
    atMost: 1_000,
  },
  {
    title: "Ack at 300 messages a second, p99",
    unit: "ms",
    at: { figure: "intake.fixed-rate", of: { target: "bridge" }, value: "p99Ms" },
    ceiling: { figure: "intake.fixed-rate", of: { target: "ceiling B" }, value: "p99Ms" },
    atMost: 50,
  },
  lateness(2_000, "webhook", 2_000),
  lateness(2_000, "web-push", 2_000),
  lateness(10_000, "webhook", 5_000),
  lateness(10_000, "web-push", 5_000),
  {
    title: "10,000 at once, webhook: rate of a no-op drain",
    unit: "×",
    at: burst(10_000, "webhook", "perSecond"),
    ceiling: drain(10_000, "perSecond"),
    isShare: true,
    atLeast: 0.6,
  },
  {
    title: "Ordinary day, 10,000 a minute: late p99",
    unit: "ms",
    at: { figure: "day.deliveries", of: { target: "bridge" }, value: "lateP99Ms" },
    ceiling: { figure: "day.deliveries", of: { target: "no-op drain" }, value: "lateP99Ms" },
    atMost: 250,
  },
  {
    title: "Salesforce calls, 1,000 appointments at once",
    unit: "calls",
    at: { figure: "salesforce.burst", of: {}, value: "callsPer1000" },
    ceiling: { figure: "salesforce.burst", of: {}, value: "leastCalls" },
    atMost: 5,
  },
  {
    title: "Salesforce calls, 1,000 appointments, 20 a second",
    unit: "calls",
    at: { figure: "salesforce.trickle", of: {}, value: "callsPer1000" },
  },
  {
    title: "Event to plan, one by one: p99",
    unit: "ms",
    at: { figure: "salesforce.trickle", of: {}, value: "eventToPlanP99Ms" },
    ceiling: { figure: "salesforce.trickle", of: {}, value: "bareReadP50Ms" },
  },
  {
    title: "Redis per waiting appointment",
    unit: "bytes",
    at: { figure: "memory.waiting-appointment", of: {}, value: "bytes" },
    atMost: 4_000,
  },
  {
    title: "Redis per kept event",
    unit: "bytes",
    at: { figure: "memory.kept-event", of: {}, value: "bytes" },
  },
  growthTo(100_000),
  growthTo(1_000_000),
  {
    title: "Fresh start to ready",
    unit: "ms",
    at: { figure: "startup.fresh", of: {}, value: "readyMs" },
    ceiling: { figure: "startup.floor", of: {}, value: "readyMs" },
  },
  {
    title: "Warm start to ready",
    unit: "ms",
    at: { figure: "startup.warm", of: {}, value: "readyMs" },
    ceiling: { figure: "startup.floor", of: {}, value: "readyMs" },
    atMost: 3_000,
  },
  {
    title: "Slowest operators' call, p95",
    unit: "ms",
    at: { figure: "operators.call", of: {}, value: "p95Ms" },
    atMost: 300,
  },
  {
    title: "Redis' core for 20 live streams",
    unit: "share",
    at: { figure: "operators.live", of: {}, value: "redisShareOfStreams" },
    atMost: 0.05,
  },
  {
    title: "Due beside another connection's trouble: late at most",
    unit: "ms",
    at: { figure: "fairness", of: {}, value: "lateMaxMs" },
    atMost: 3_000,
  },
  {
    title: "Booked for now beside it: delivered after at most",
    unit: "ms",
    at: { figure: "fairness", of: {}, value: "bookedMaxMs" },
    atMost: 3_000,
  },
];

/** Compares what was found with what is hoped for; what was not measured is left out. */
export function judgeGoals(figures: readonly Figure[]): readonly JudgedGoal[] {
  return GOALS.flatMap((goal) => judge(figures, goal) ?? []);
}

function judge(figures: readonly Figure[], goal: Goal): JudgedGoal | undefined {
  const { title, unit, at, isShare = false, atMost, atLeast } = goal;
  const ceiling = goal.ceiling && valueAt(figures, goal.ceiling);
  const value = valueAt(figures, at);
  const part = isShare ? ceiling : 1;
  if (value === undefined || part === undefined) {
    return undefined;
  }
  const found = value / part;
  return {
    ...{ title, unit, found, ...spreadAt(figures, at, part) },
    ...(ceiling === undefined || isShare ? {} : { ceiling }),
    ...(atMost === undefined ? {} : { atMost, isMet: found <= atMost }),
    ...(atLeast === undefined ? {} : { atLeast, isMet: found >= atLeast }),
  };
}

function spreadAt(figures: readonly Figure[], at: Place, part: number): Pick<JudgedGoal, "spread"> {
  const least = valueAt(figures, { ...at, value: `${at.value}Min` });
  const most = valueAt(figures, { ...at, value: `${at.value}Max` });
  return least === undefined || most === undefined ? {} : { spread: [least / part, most / part] };
}

function valueAt(figures: readonly Figure[], { figure, of, value }: Place): number | undefined {
  const values = figures
    .filter((one) => one.figure === figure && isAbout(one, of))
    .map((one) => one.values[value] ?? one.of[value])
    .filter((found) => typeof found === "number");
  return values.length === 0 ? undefined : Math.max(...values);
}

function isAbout({ of }: Figure, wanted: Figure["of"]): boolean {
  return Object.entries(wanted).every(([name, value]) => of[name] === value);
}
