import type { Figure } from "../figures.ts";
import { type JudgedGoal, judgeGoals } from "./goals.ts";
import { markdownTable, ofColumn, spreadColumn, tableOf, valueColumn } from "./markdown-table.ts";
import type { BenchRun } from "./run-lines.ts";
import { showNumber } from "./show-number.ts";

type Figures = readonly Figure[];

/** The sections of the document, by the name between their marks, as far as the run has figures for them. */
export function sectionsOf(run: BenchRun): ReadonlyMap<string, string> {
  const { figures } = run;
  const sections = {
    run: aboutRun(run),
    intake: intakeTables(figures),
    burst: burstTables(figures),
    day: lateTable(named(figures, "day.deliveries"), "over s", "seconds"),
    salesforce: salesforceTables(figures),
    memory: memoryTables(figures),
    growth: growthTable(named(figures, "growth.event")),
    startup: startupTable(figures),
    operators: operatorsTables(figures),
    fairness: fairnessTable(named(figures, "fairness")),
  };
  return new Map(Object.entries(sections).filter(([, text]) => text !== ""));
}

function aboutRun({ machine, figures }: BenchRun): string {
  const { startedAt, cores, memoryGiB, node, redis, redisSettings, loadAverage, quick } = machine;
  const packages = Object.entries(machine.packages).map((pair) => pair.join(" "));
  return [
    `Run of ${startedAt.slice(0, 10)}${quick ? ", **a quick one: not for comparison**" : ""}: ${cores} cores (${machine.machine}), ${memoryGiB} GiB, Node.js ${node}, ${packages.join(", ")}, Redis ${redis} (${redisSettings}).`,
    `Load generator, sinks, bridge and Redis share the cores; the load average was ${loadAverage.toFixed(1)} at the start, one append with fsync takes ${machine.diskSyncP50Us} µs.`,
    "",
    "![What was measured, beside the goals](images/performance.svg)",
    "",
    goalsTable(judgeGoals(figures)),
  ].join("\n");
}

function goalsTable(rows: readonly JudgedGoal[]): string {
  const heads = ["figure", "median (least–most of the runs)", "ceiling or floor", "goal", ""];
  return tableOf(
    heads,
    rows.map(({ title, unit, found, spread, ceiling, ...goal }) => [
      title,
      `${showNumber(found)}${spread === undefined ? "" : ` (${spread.map(showNumber).join("–")})`} ${unit}`,
      ceiling === undefined ? "" : showNumber(ceiling),
      goalWords(goal),
      verdictOf(goal.isMet),
    ]),
  );
}

function verdictOf(isMet: boolean | undefined): string {
  if (isMet === undefined) {
    return "";
  }
  return isMet ? "met" : "**missed**";
}

function goalWords({ atMost, atLeast }: Pick<JudgedGoal, "atMost" | "atLeast">): string {
  if (atMost !== undefined) {
    return `at most ${showNumber(atMost)}`;
  }
  return atLeast === undefined ? "" : `at least ${showNumber(atLeast)}`;
}

function intakeTables(figures: Figures): string {
  const closed = named(figures, "intake.closed-loop");
  const sizes = [...new Set(closed.map(({ of }) => of["notifications"]))];
  const columns = [
    ...[ofColumn("connections", "connections"), ofColumn("target", "target")],
    spreadColumn("acks/s", "acksPerSecond"),
    ...[valueColumn("p50 ms", "p50Ms"), spreadColumn("p99 ms", "p99Ms")],
    valueColumn("CPU µs: process / Redis", "serverCpuUs", "redisCpuUs"),
    ...[valueColumn("of A / B / Express", "ofCeilingA", "ofCeilingB", "ofExpress")],
    valueColumn("refused", "refused"),
  ];
  const blocks = sizes.map(
    (size) =>
      `Closed loop, ${size} notification${size === 1 ? "" : "s"}:\n\n${markdownTable(
        columns,
        closed.filter(({ of }) => of["notifications"] === size),
      )}`,
  );
  const fixed = named(figures, "intake.fixed-rate");
  const rate = fixed[0]?.of["ratePerSecond"];
  const atRate =
    fixed.length === 0
      ? []
      : [`Fixed rate, ${rate} messages a second:\n\n${markdownTable(columns, fixed)}`];
  return [...blocks, ...atRate].join("\n\n");
}

function burstTables(figures: Figures): string {
  const planning = named(figures, "burst.planning").map(
    ({ of, values }) =>
      `${showNumber(Number(of["visits"]))} ${of["channel"]}${withTarget(of["target"])}: ${showNumber(Number(values["plannedPerSecond"]))}`,
  );
  const table = lateTable(named(figures, "burst.deliveries"), "channel", "channel");
  return table === ""
    ? ""
    : `${table}\n\nVisits planned a second before them, through the front door: ${planning.join(", ")}.`;
}

function withTarget(target: unknown): string {
  return target === undefined || target === "bridge" ? "" : ` (${target})`;
}

function lateTable(figures: Figures, head: string, name: string): string {
  return markdownTable(
    [
      ...[ofColumn("prompts", "prompts"), ofColumn("target", "target"), ofColumn(head, name)],
      ...[valueColumn("runs", "runs"), valueColumn("late p50 ms", "lateP50Ms")],
      ...[spreadColumn("late p99 ms", "lateP99Ms"), valueColumn("late max ms", "lateMaxMs")],
      spreadColumn("per second", "perSecond"),
      valueColumn("CPU µs: worker / Redis", "workerCpuUs", "redisCpuUs"),
      valueColumn("sent twice", "sentTwice"),
      valueColumn("looked at, genuine", "foundGenuine"),
    ],
    figures,
  );
}

function fairnessTable(figures: Figures): string {
  return markdownTable(
    [
      ...[
        ofColumn("beside", "beside"),
        ofColumn("prompts", "prompts"),
        ofColumn("events", "events"),
      ],
      valueColumn("due: late p50 / p99 / max ms", "lateP50Ms", "lateP99Ms", "lateMaxMs"),
      valueColumn("booked: after p50 / p99 / max ms", "bookedP50Ms", "bookedP99Ms", "bookedMaxMs"),
    ],
    figures,
  );
}

function salesforceTables(figures: Figures): string {
  const burst = markdownTable(
    [
      ofColumn("at once", "appointments"),
      spreadColumn("calls", "callsPer1000"),
      ofColumn("least possible", "leastCalls"),
      spreadColumn("all planned after ms", "allPlannedMs"),
    ],
    named(figures, "salesforce.burst"),
  );
  const trickle = markdownTable(
    [
      ...[ofColumn("one by one", "appointments"), ofColumn("a second", "perSecond")],
      valueColumn("calls per 1,000", "callsPer1000"),
      valueColumn("event to plan p50 / p99 / max ms", ...eventToPlan),
      valueColumn("bare read of one record p50 ms", "bareReadP50Ms"),
    ],
    named(figures, "salesforce.trickle"),
  );
  return [burst, trickle].filter((table) => table !== "").join("\n\n");
}

const eventToPlan = ["eventToPlanP50Ms", "eventToPlanP99Ms", "eventToPlanMaxMs"];

function memoryTables(figures: Figures): string {
  const stored = [
    ...named(figures, "memory.waiting-appointment"),
    ...named(figures, "memory.kept-event"),
  ];
  const table = tableOf(
    ["Redis bytes per", "bytes", "of that"],
    stored.map(({ figure, values: { bytes, ...parts } }) => [
      figure === "memory.kept-event" ? "kept event" : "waiting appointment, two prompts",
      showNumber(Number(bytes)),
      Object.entries(parts)
        .map(([name, value]) => `${wordsOf(name)} ${showNumber(Number(value))}`)
        .join(", "),
    ]),
  );
  return stored.length === 0 ? "" : table;
}

/** `ofThatPromptJobs` is "prompt jobs". */
function wordsOf(name: string): string {
  return name
    .replace("ofThat", "")
    .replaceAll(/(?<=.)[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}

function growthTable(figures: Figures): string {
  return markdownTable(
    [
      ...[ofColumn("prompts waiting", "waitingPrompts"), valueColumn("runs", "runs")],
      spreadColumn("µs per event", "usPerEvent"),
      valueColumn("CPU µs: worker / Redis", "workerCpuUs", "redisCpuUs"),
    ],
    figures,
  );
}

function startupTable(figures: Figures): string {
  const starts = ["floor", "fresh", "warm"].flatMap((kind) => named(figures, `startup.${kind}`));
  const held = named(figures, "memory.process");
  const times = markdownTable(
    [
      { head: "start", cell: ({ figure }) => figure.replace("startup.", "") },
      ...[ofColumn("starts", "starts"), spreadColumn("ready ms", "readyMs")],
      spreadColumn("SIGTERM to gone ms", "goneMs"),
    ],
    starts,
  );
  const memory = markdownTable(
    [
      ...[ofColumn("process", "process"), ofColumn("when", "when")],
      valueColumn("resident MiB now / at most", "nowMib", "mostMib"),
    ],
    held,
  );
  const node = starts[0]?.values["nodeMib"];
  const floor = `A bare Node.js process that listens holds ${node} MiB.`;
  return starts.length === 0 ? "" : [times, memory, floor].join("\n\n");
}

function operatorsTables(figures: Figures): string {
  const calls = markdownTable(
    [
      ...[ofColumn("call", "call"), valueColumn("calls", "calls")],
      valueColumn("p50 / p95 / max ms", "p50Ms", "p95Ms", "maxMs"),
    ],
    named(figures, "operators.call"),
  );
  const others = [...named(figures, "operators.filled"), ...named(figures, "operators.live")];
  const values = tableOf(
    ["figure", "value"],
    others.flatMap(({ values: own }) =>
      Object.entries(own).map(([name, value]) => [wordsOf(name), String(value)]),
    ),
  );
  return calls === "" ? "" : `${calls}\n\n${values}`;
}

function named(figures: Figures, name: string): Figures {
  return figures.filter(({ figure }) => figure === name);
}
