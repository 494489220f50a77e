import type { ApiIssue } from "../call-api.ts";
import type { SetSecret, Settings } from "./connection-shapes.ts";
import { FieldRow } from "./field-row.tsx";
import { type FormSection, isOn, withText } from "./form-sections.ts";
import { withValue } from "./settings-at.ts";

/** Settings that belong together; an optional group is switched on and off as a whole. */
export function SectionCard({
  part,
  settings,
  secrets,
  issues,
  isNew,
  onChange,
}: {
  readonly part: FormSection;
  readonly settings: Settings;
  readonly secrets: readonly SetSecret[];
  readonly issues: readonly ApiIssue[];
  readonly isNew: boolean;
  readonly onChange: (settings: Settings) => void;
}) {
  const { title, lead, section, first, fields } = part;
  const isWanted = isOn(settings, part);
  const shown = fields.filter(({ isFor }) => isFor === undefined || isFor(settings));
  return (
    <fieldset class="card form-card">
      <legend class="unseen">{title}</legend>
      <div class="card-head">
        <h2>{title}</h2>
        {section === undefined ? null : (
          <label class="switch">
            <input
              type="checkbox"
              checked={isWanted}
              aria-label={`Use ${title}`}
              onChange={() => onChange(withValue(settings, section, isWanted ? undefined : first))}
            />
            <span aria-hidden="true">{isWanted ? "On" : "Off"}</span>
          </label>
        )}
      </div>
      <p class="quiet">{lead}</p>
      {isWanted ? (
        <div class="fields">
          {shown.map((field) => (
            <FieldRow
              key={field.path}
              field={field}
              settings={settings}
              isSet={secrets.some(({ path }) => path === field.path)}
              isFixed={field.path === "name" && !isNew}
              problems={problemsOf(issues, field.path)}
              onText={(text) => onChange(withText(settings, field, text))}
            />
          ))}
        </div>
      ) : null}
    </fieldset>
  );
}

/** What the bridge says of one place. */
function problemsOf(issues: readonly ApiIssue[], at: string): readonly string[] {
  return issues.filter(({ path }) => path === at).map(({ message }) => message);
}
