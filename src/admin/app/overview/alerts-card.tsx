import { useEffect } from "preact/hooks";
import { callApi } from "../call-api.ts";
import { ago, dayAndClock } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { Failed, FailureLink, Note } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useCall, useDoing, useNow } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import type { Shown } from "../words.ts";
import { roadsLine } from "./alert-words.ts";

/** One alert. */
interface ShownAlert {
  readonly alertId: string;
  readonly code: string;
  readonly severity: "warning" | "critical";
  readonly connection: string | null;
  readonly text: string;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
}

/** What people are told of, and how. */
interface Alerts {
  readonly open: readonly ShownAlert[];
  readonly recent: readonly ShownAlert[];
  readonly roads: Parameters<typeof roadsLine>[0];
}

const READ_EVERY_MS = 15_000;
/** A test alert arrives within moments. */
const ARRIVES_WITHIN_MS = 2_500;
const MOST_RECENT = 3;

const WARNING: Shown = { word: "Open", icon: "bell", tone: "warn" };
const CRITICAL: Shown = { word: "Urgent", icon: "warn", tone: "bad" };
const OVER: Shown = { word: "Over", icon: "done", tone: "quiet" };

/** What people are told of now, what is over, and whether it reaches them. */
export function AlertsCard() {
  const { answer, error, reload } = useCall<Alerts>("/alerts");
  useEffect(() => {
    const timer = setInterval(reload, READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <section class="card" aria-label="Alerts">
      <div class="card-head">
        <h2>Alerts</h2>
        {answer === undefined || answer.roads.length === 0 ? null : <TestButton reload={reload} />}
      </div>
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer === undefined ? null : <Body alerts={answer} />}
    </section>
  );
}

function Body({ alerts: { open, recent, roads } }: { readonly alerts: Alerts }) {
  const nowMs = useNow(READ_EVERY_MS);
  const { text, isTrouble } = roadsLine(roads, nowMs);
  const shown = [...open, ...recent.slice(0, MOST_RECENT)];
  return (
    <>
      {open.length === 0 ? <p class="quiet">No alert is open.</p> : null}
      {shown.length === 0 ? null : (
        <ul class="lines">
          {shown.map((alert) => (
            <Line key={alert.alertId} alert={alert} nowMs={nowMs} />
          ))}
        </ul>
      )}
      {isTrouble ? <Note tone="warn">{text}</Note> : <p class="quiet">{text}</p>}
    </>
  );
}

function Line({ alert, nowMs }: { readonly alert: ShownAlert; readonly nowMs: number }) {
  const { code, severity, connection, text, openedAt, resolvedAt } = alert;
  const state = severity === "critical" ? CRITICAL : WARNING;
  const at = resolvedAt ?? openedAt;
  return (
    <li class="line">
      <span class="line-main">
        <Chip shown={resolvedAt === null ? state : OVER} />
        <span class={resolvedAt === null ? "" : "quiet"}>
          {connection === null ? text : `${connection}: ${text}`}
        </span>
        <FailureLink code={code} />
      </span>
      <time class="quiet" dateTime={at} title={dayAndClock(at)}>
        {ago(at, nowMs)}
      </time>
    </li>
  );
}

function TestButton({ reload }: { readonly reload: () => void }) {
  const { isBusy, error, begin } = useDoing();
  const { isAdmin } = useMe();
  const send = () =>
    begin(async () => {
      await callApi("/alerts/test", { method: "POST" });
      await new Promise((resolve) => setTimeout(resolve, ARRIVES_WITHIN_MS));
      reload();
    });
  if (!isAdmin) {
    return null;
  }
  return (
    <>
      <WorkButton icon="send" isBusy={isBusy} onClick={send}>
        Send a test alert
      </WorkButton>
      {error === undefined ? null : <Failed error={error} />}
    </>
  );
}
