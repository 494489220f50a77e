import { useState } from "preact/hooks";
import type { Appointment, TestedDevice } from "../api-shapes.ts";
import { apiPath, callApi } from "../call-api.ts";
import { Icon } from "../parts/icon.tsx";
import { Failed, Note } from "../parts/messages.tsx";
import { TestResults } from "../parts/test-results.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import { repName } from "../words.ts";
import { useAwaited } from "./use-awaited.ts";

const REFRESH_WORDS = {
  awaited: "Salesforce is asked …",
  come: "Read again; what it said stands in the timeline.",
  late: "Salesforce has not answered yet. It will show in the timeline when it does.",
} as const;

/** What an operator can do about one appointment. */
export function AppointmentActions({
  appointment: { connection, recordId, reps, timeline },
  reload,
}: {
  readonly appointment: Appointment;
  readonly reload: () => void;
}) {
  const refreshing = useDoing();
  const testing = useDoing();
  const { state, ask } = useAwaited(timeline.length, reload);
  const [tested, setTested] = useState<readonly TestedDevice[]>();
  const refresh = () =>
    refreshing.begin(async () => {
      const path = `/appointments${apiPath(connection, recordId)}/refresh`;
      await callApi(path, { method: "POST" });
      ask();
    });
  const test = () =>
    testing.begin(async () => {
      setTested(undefined);
      const answers = await Promise.all(
        reps.map(({ userId }) =>
          callApi<{ readonly devices: readonly TestedDevice[] }>(
            `/reps${apiPath(connection, userId)}/test-prompt`,
            { method: "POST" },
          ),
        ),
      );
      setTested(answers.flatMap(({ devices }) => devices));
    });
  return (
    <>
      <div class="actions">
        <WorkButton needs="operator" icon="replay" isBusy={refreshing.isBusy} onClick={refresh}>
          Refresh from CRM
        </WorkButton>
        {reps.length === 0 ? null : (
          <WorkButton needs="operator" icon="bell" isBusy={testing.isBusy} onClick={test}>
            Send a test to {reps.length === 1 ? reps.map(repName).join() : "all reps"}
          </WorkButton>
        )}
        <a class="small" href={`/admin/what-if?${new URLSearchParams({ connection })}`}>
          <Icon name="plan" />
          Try other rules
        </a>
      </div>
      {refreshing.error === undefined ? null : <Failed error={refreshing.error} />}
      {testing.error === undefined ? null : <Failed error={testing.error} />}
      {state === "nothing" ? null : (
        <Note tone="accent" role="status">
          <p>{REFRESH_WORDS[state]}</p>
        </Note>
      )}
      {tested === undefined ? null : <TestResults tested={tested} />}
    </>
  );
}
