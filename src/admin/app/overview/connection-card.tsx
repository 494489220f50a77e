import type { ConnectionOverview, OrgHealth, SiroHealth } from "../api-shapes.ts";
import { shownHold } from "../connections/shown-connection.ts";
import { duration, viewerZone } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import type { Shown, Tone } from "../words.ts";
import { TodayBar } from "./today-bar.tsx";

/** One connection: how it is, what is under way now, and how today goes. */
export function ConnectionCard({ connection }: { readonly connection: ConnectionOverview }) {
  const {
    name,
    salesforce,
    today,
    lateness,
    siro = null,
    hold = null,
    timeZone = viewerZone(),
  } = connection;
  const share = salesforce?.apiShare ?? null;
  return (
    <section class="card" aria-label={`Connection ${name}`}>
      <div class="card-head">
        <h2>{name}</h2>
        {hold === null ? null : <Chip shown={shownHold(hold)} />}
        <Chip shown={shownOrg(salesforce)} />
        {siro === null ? null : <Chip shown={shownSiro(siro)} />}
        {share === null ? null : (
          <span class="quiet">{Math.round(share * 100)} % of today's API calls used</span>
        )}
      </div>
      <dl class="figures">
        <Figure word="due now" number={connection.due} />
        <Figure word="waiting for their moment" number={connection.waiting} />
        <Figure word="late" number={connection.late} tone="bad" />
        <Figure word="parked" number={connection.parked} tone="warn" />
        <Figure word="appointments known" number={connection.appointments} />
      </dl>
      {today === undefined ? null : (
        <TodayBar today={today} connection={name} timeZone={timeZone} />
      )}
      {lateness === undefined || lateness === null ? null : (
        <p class="quiet">
          In the last hour half of the prompts came up within {lateBy(lateness.p50Ms)} of their
          moment, 99 % within {lateBy(lateness.p99Ms)}.
        </p>
      )}
    </section>
  );
}

/** Nobody needs it more exact than to a tenth of a second. */
function lateBy(ms: number): string {
  return duration(Math.max(ms, 100));
}

function Figure({
  word,
  number,
  tone,
}: {
  readonly word: string;
  readonly number: number;
  readonly tone?: Tone;
}) {
  return (
    <div class={tone !== undefined && number > 0 ? `figure ${tone}` : "figure"}>
      <dt>{word}</dt>
      <dd>{number.toLocaleString()}</dd>
    </div>
  );
}

function shownSiro({ state }: SiroHealth): Shown {
  return state === "connected"
    ? { word: "Siro connected", icon: "done", tone: "good" }
    : { word: "Siro does not answer", icon: "offline", tone: "bad" };
}

function shownOrg(salesforce: OrgHealth | null): Shown {
  if (salesforce === null) {
    return { word: "Signed events only", icon: "event", tone: "quiet" };
  }
  return salesforce.state === "connected"
    ? { word: "Salesforce connected", icon: "done", tone: "good" }
    : { word: "Salesforce does not answer", icon: "offline", tone: "bad" };
}
