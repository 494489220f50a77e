import type { ApiIssue } from "../call-api.ts";
import { Note } from "../parts/messages.tsx";
import { count } from "../words.ts";
import { changedFields, type RuleDraft, textOf } from "./rule-draft.ts";
import { RuleFieldRow } from "./rule-field-row.tsx";
import { RULE_SECTIONS, type RuleSection } from "./rule-fields.ts";
import type { CurrentRules } from "./what-if-shapes.ts";

/** What the form needs. */
export interface RuleFormProps {
  readonly current: CurrentRules;
  readonly draft: RuleDraft;
  readonly issues: readonly ApiIssue[];
  readonly onDraft: (draft: RuleDraft) => void;
}

/** The rules of a connection, to be changed for a comparison. */
export function RuleForm(props: RuleFormProps) {
  return (
    <div class="stack">
      {RULE_SECTIONS.map((section) => (
        <SectionDetails key={section.title} {...props} section={section} />
      ))}
      <LooseIssues issues={props.issues} />
    </div>
  );
}

function SectionDetails({
  current: { rules, hasSalesforce },
  draft,
  issues,
  onDraft,
  section: { title, lead, fields, isMapping },
}: RuleFormProps & { readonly section: RuleSection }) {
  const changed = changedFields(rules, draft).filter((field) => fields.includes(field));
  const hasProblem = fields.some(({ path }) => problemsOf(issues, path).length > 0);
  return (
    <details class="card" open={title === "Schedule" || hasProblem}>
      <summary>
        {title}
        {changed.length === 0 ? null : <span class="tag accent">{changed.length} changed</span>}
        {hasProblem ? <span class="tag bad">to mend</span> : null}
      </summary>
      <div class="stack">
        <p class="quiet">{lead}</p>
        {isMapping === true && !hasSalesforce ? (
          <Note tone="quiet">
            <p>
              This connection reads nothing from Salesforce: its senders say what a visit is, so the
              mapping changes nothing.
            </p>
          </Note>
        ) : (
          <div class="fields">
            {fields.map((field) => (
              <RuleFieldRow
                key={field.path}
                field={field}
                text={draft[field.path] ?? textOf(field, rules)}
                was={changed.includes(field) ? textOf(field, rules) : undefined}
                problems={problemsOf(issues, field.path)}
                onText={(text) => onDraft({ ...draft, [field.path]: text })}
              />
            ))}
          </div>
        )}
      </div>
    </details>
  );
}

/** What is wrong with the settings together, and belongs to no field. */
function LooseIssues({ issues }: { readonly issues: readonly ApiIssue[] }) {
  const paths = RULE_SECTIONS.flatMap(({ fields }) => fields.map(({ path }) => path));
  const loose = issues.filter(({ path }) => !paths.some((one) => isAt(path, one)));
  return issues.length === 0 ? null : (
    <Note tone="bad" role="alert">
      <p>
        {count(issues.length, "setting")} could not stand in the connections file; see beside the
        fields.
      </p>
      {loose.map(({ path, message }) => (
        <p key={path + message}>
          <code>{path}</code> {message}
        </p>
      ))}
    </Note>
  );
}

function problemsOf(issues: readonly ApiIssue[], at: string): readonly string[] {
  return issues.filter(({ path }) => isAt(path, at)).map(({ message }) => plainWords(message));
}

/** What the schema says of a form's texts, for who fills it in. */
function plainWords(message: string): string {
  if (/received undefined$/.test(message)) {
    return "is needed";
  }
  return /expected (number|int)/.test(message) ? "must be a whole number" : message;
}

/** Whether an issue is of a field, or of something inside it. */
function isAt(issuePath: string, path: string): boolean {
  const full = `changes.${path}`;
  return issuePath === full || issuePath.startsWith(`${full}.`);
}
