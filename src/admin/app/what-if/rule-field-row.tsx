import { LadderField } from "./ladder-field.tsx";
import type { RuleField } from "./rule-fields.ts";

/** What one field of the form needs. */
export interface RuleFieldProps {
  readonly field: RuleField;
  readonly text: string;
  /** What stands in the connection; undefined while nothing else was typed. */
  readonly was: string | undefined;
  readonly problems: readonly string[];
  readonly onText: (text: string) => void;
}

/** One setting with what it was, its hint, and what is wrong with it. */
export function RuleFieldRow(props: RuleFieldProps) {
  const { field, was, problems } = props;
  const id = idOf(field);
  return (
    <div class={`field rule of-${field.kind}${was === undefined ? "" : " changed"}`}>
      <Control {...props} />
      {was === undefined ? null : (
        <small class="tint accent" id={`${id}-was`}>
          {was === "" ? "was empty" : `was ${was.replaceAll("\n", " · ")}`}
        </small>
      )}
      {field.hint === undefined ? null : (
        <small class="quiet" id={`${id}-hint`}>
          {field.hint}
        </small>
      )}
      {problems.length === 0 ? null : (
        <small class="tint bad" id={`${id}-problem`}>
          {problems.join("; ")}
        </small>
      )}
    </div>
  );
}

function Control(props: RuleFieldProps) {
  const { field, text, onText } = props;
  const { label, kind, placeholder, choices = [] } = field;
  const shared = { id: idOf(field), ...told(props) };
  if (kind === "ladder") {
    return <LadderField label={label} text={text} onText={onText} told={told(props)} />;
  }
  if (kind === "flag") {
    return (
      <label class="switch">
        <input
          {...shared}
          type="checkbox"
          checked={text === "true"}
          onChange={({ currentTarget }) => onText(String(currentTarget.checked))}
        />
        <span>{label}</span>
      </label>
    );
  }
  return (
    <>
      <label for={shared.id}>
        <span>{label}</span>
      </label>
      {kind === "choice" ? (
        <select
          {...shared}
          value={text}
          onChange={({ currentTarget }) => onText(currentTarget.value)}
        >
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          value={text}
          placeholder={placeholder ?? ""}
          autocomplete="off"
          spellcheck={false}
          {...(/number$/.test(kind) ? { inputMode: "numeric" as const } : {})}
          onInput={({ currentTarget }) => onText(currentTarget.value)}
        />
      )}
    </>
  );
}

/** What is said of a field beside its label, for who does not see it. */
function told({ field, was, problems }: RuleFieldProps) {
  const id = idOf(field);
  const ids = [
    ...(was === undefined ? [] : [`${id}-was`]),
    ...(field.hint === undefined ? [] : [`${id}-hint`]),
    ...(problems.length === 0 ? [] : [`${id}-problem`]),
  ];
  return {
    ...(ids.length === 0 ? {} : { "aria-describedby": ids.join(" ") }),
    ...(problems.length === 0 ? {} : { "aria-invalid": true }),
  };
}

function idOf({ path }: RuleField): string {
  return `rule-${path.replaceAll(".", "-")}`;
}
