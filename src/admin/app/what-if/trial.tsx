import { useRef, useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { Failed, Loading, Note } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import { count } from "../words.ts";
import { ComparisonView } from "./comparison-view.tsx";
import { changedFields, changesOf, type RuleDraft } from "./rule-draft.ts";
import { RuleForm } from "./rule-form.tsx";
import type { Comparison, CurrentRules } from "./what-if-shapes.ts";

const LASTS = [20, 50, 100, 200];

/** What was asked, and what came of it. */
interface Asked {
  readonly changes: string;
  readonly comparison: Comparison;
}

/** The form, the button, and what came of it. */
export function Trial({
  current,
  startOver,
}: {
  readonly current: CurrentRules;
  readonly startOver: () => void;
}) {
  const [draft, setDraft] = useState<RuleDraft>({});
  const [last, setLast] = useState(50);
  const [asked, setAsked] = useState<Asked>();
  const { isBusy, error, begin } = useDoing();
  const results = useRef<HTMLElement>(null);
  const changes = changesOf(current.rules, draft);
  const compare = () =>
    begin(async () => {
      const path = `/connections${apiPath(current.connection)}/what-if`;
      const body = { changes, last };
      const comparison = await callApi<Comparison>(path, { method: "POST", body });
      setAsked({ changes: JSON.stringify(changes), comparison });
      results.current?.scrollIntoView({ block: "start" });
    });
  const isOutdated = asked !== undefined && asked.changes !== JSON.stringify(changes);
  return (
    <>
      <RuleForm current={current} draft={draft} issues={error?.issues ?? []} onDraft={setDraft} />
      <Bar
        changed={changedFields(current.rules, draft).length}
        last={last}
        isBusy={isBusy}
        setLast={setLast}
        compare={compare}
        startOver={startOver}
      />
      {error === undefined || error.issues.length > 0 ? null : (
        <Failed error={error} retry={compare} />
      )}
      <section ref={results} class="block results" aria-label="Comparison" aria-busy={isBusy}>
        {isBusy && asked === undefined ? <Loading rows={3} /> : null}
        {isOutdated && !isBusy ? (
          <Note tone="accent" role="status">
            <p>The rules were changed since; compare again to see what they do.</p>
          </Note>
        ) : null}
        {asked === undefined ? null : <ComparisonView comparison={asked.comparison} />}
      </section>
    </>
  );
}

function Bar({
  changed,
  last,
  isBusy,
  setLast,
  compare,
  startOver,
}: {
  readonly changed: number;
  readonly last: number;
  readonly isBusy: boolean;
  readonly setLast: (last: number) => void;
  readonly compare: () => void;
  readonly startOver: () => void;
}) {
  const { mayChange, name } = useMe();
  if (name !== "" && !mayChange) {
    return (
      <Note tone="warn">
        <p>Comparing needs the role operator; an admin can change yours under People.</p>
      </Note>
    );
  }
  return (
    <div class="card trial-bar">
      <strong role="status">
        {changed === 0 ? "Change something first" : `${count(changed, "setting")} changed`}
      </strong>
      {changed === 0 ? null : (
        <WorkButton look="plain" onClick={startOver}>
          Start over
        </WorkButton>
      )}
      <label class="trial-last">
        <span>Last appointments</span>
        <select
          value={String(last)}
          onChange={({ currentTarget }) => setLast(Number(currentTarget.value))}
        >
          {LASTS.map((number) => (
            <option key={number} value={String(number)}>
              {number}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="small strong"
        disabled={changed === 0}
        aria-busy={isBusy}
        onClick={compare}
      >
        {isBusy ? "Comparing …" : "Compare"}
      </button>
    </div>
  );
}
