import type { ConnectionOverview, Overview } from "../api-shapes.ts";
import { clock, duration } from "../moments.ts";
import { Icon } from "../parts/icon.tsx";
import { count, type Tone } from "../words.ts";

/** More of the day's API calls than this is worth a look. */
const HIGH_API_SHARE = 0.8;
/** Work that waits for longer than this is stuck, or too much. */
const LONG_WAIT_MS = 60_000;

interface Concern {
  readonly key: string;
  readonly tone: Tone;
  readonly text: string;
  readonly href?: string;
}

/** What needs a person, first; and that nothing does, where nothing does. */
export function Attention({ overview }: { readonly overview: Overview }) {
  const concerns = concernsOf(overview);
  return (
    <section class="attention" aria-label="What needs you">
      {concerns.length === 0 ? (
        <p class="concern good">
          <Icon name="done" />
          Nothing needs you: nothing is late, nothing is parked.
        </p>
      ) : (
        concerns.map((concern) => <ConcernLine key={concern.key} concern={concern} />)
      )}
    </section>
  );
}

function ConcernLine({ concern: { tone, text, href } }: { readonly concern: Concern }) {
  const line = (
    <>
      <Icon name="warn" />
      <span>{text}</span>
    </>
  );
  return href === undefined ? (
    <p class={`concern ${tone}`}>{line}</p>
  ) : (
    <a class={`concern ${tone}`} href={href}>
      {line}
      <Icon name="send" />
    </a>
  );
}

function concernsOf({ connections, oldestWaitingMs }: Overview): readonly Concern[] {
  const wait: readonly Concern[] =
    oldestWaitingMs > LONG_WAIT_MS
      ? [
          {
            key: "wait",
            tone: "warn",
            text: `The oldest work waits for ${duration(oldestWaitingMs)}`,
            href: "/admin/queues/",
          },
        ]
      : [];
  return [...connections.flatMap(concernsOfConnection), ...wait];
}

function concernsOfConnection(connection: ConnectionOverview): readonly Concern[] {
  const { name, late, parked, hold = null } = connection;
  const own = `connection=${encodeURIComponent(name)}`;
  const concerns = [
    ...concernsOfHold(connection),
    ...concernsOfOrg(connection),
    ...concernsOfSiro(connection),
  ];
  if (late > 0 && hold === null) {
    const text = `${name}: ${count(late, "prompt is", "prompts are")} late`;
    const href = `/admin/appointments?${own}&state=due`;
    concerns.push({ key: `${name} late`, tone: "bad", text, href });
  }
  if (parked > 0) {
    const text = `${name}: ${count(parked, "piece of work is", "pieces of work are")} parked`;
    concerns.push({
      key: `${name} parked`,
      tone: "warn",
      text,
      href: `/admin/parked?${own}`,
    });
  }
  return concerns;
}

/** What is late then is late on purpose. */
function concernsOfHold({ name, hold = null, late }: ConnectionOverview): readonly Concern[] {
  if (hold === null) {
    return [];
  }
  const wait = late === 0 ? "" : `; ${count(late, "prompt waits", "prompts wait")}`;
  const text = `${name}: on hold since ${clock(hold.since)} by ${hold.by}, nothing is sent${wait}`;
  const href = `/admin/connections/${encodeURIComponent(name)}`;
  return [{ key: `${name} hold`, tone: "warn", text, href }];
}

function concernsOfSiro({ name, siro = null }: ConnectionOverview): readonly Concern[] {
  if (siro === null || siro.state === "connected") {
    return [];
  }
  const text = `${name}: Siro does not answer (${siro.state})`;
  return [{ key: `${name} siro`, tone: "warn", text, href: `/admin/failures#${siro.state}` }];
}

function concernsOfOrg({ name, salesforce }: ConnectionOverview): Concern[] {
  if (salesforce === null) {
    return [];
  }
  const { state, warnings } = salesforce;
  const apiShare = salesforce.apiShare ?? 0;
  const concerns: Concern[] = warnings.map((text) => ({
    key: `${name} ${text}`,
    tone: "warn",
    text: `${name}: ${text}`,
  }));
  if (state !== "connected") {
    const text = `${name}: Salesforce does not answer (${state})`;
    const href = `/admin/failures#${state}`;
    concerns.push({ key: `${name} org`, tone: "bad", text, href });
  }
  if (apiShare > HIGH_API_SHARE) {
    const text = `${name}: ${Math.round(apiShare * 100)} % of today's Salesforce API calls are used`;
    const href = "/admin/failures#ORG_API_LIMIT";
    concerns.push({ key: `${name} share`, tone: "warn", text, href });
  }
  return concerns;
}
