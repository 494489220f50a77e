import type { Settings } from "./connection-shapes.ts";
import { type FormField, textOf } from "./form-sections.ts";

interface FieldRowProps {
  readonly field: FormField;
  readonly settings: Settings;
  /** A secret of this place is stored. */
  readonly isSet: boolean;
  readonly problems: readonly string[];
  readonly isFixed?: boolean;
  readonly onText: (text: string) => void;
}

/** One setting with its hint, and with what is wrong with it. */
export function FieldRow(props: FieldRowProps) {
  const { field, problems } = props;
  const { label, hint } = field;
  const id = idOf(field);
  return (
    <div class="field">
      <label for={id}>
        <span>{label}</span>
      </label>
      {field.choices === undefined ? <TextInput {...props} /> : <Choice {...props} />}
      {hint === undefined ? null : (
        <small class="quiet" id={`${id}-hint`}>
          {hint}
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

function TextInput({ field, isSet, isFixed = false, onText, ...rest }: FieldRowProps) {
  const isSecret = field.kind === "secret";
  return (
    <input
      {...common({ field, ...rest })}
      type={isSecret ? "password" : "text"}
      inputMode={field.kind === "number" ? "numeric" : "text"}
      autocomplete={isSecret ? "new-password" : "off"}
      spellcheck={false}
      placeholder={placeholderOf(field, isSet)}
      readOnly={isFixed}
      onInput={({ currentTarget }) => onText(currentTarget.value)}
    />
  );
}

function Choice({ field, onText, ...rest }: FieldRowProps) {
  return (
    <select
      {...common({ field, ...rest })}
      onChange={({ currentTarget }) => onText(currentTarget.value)}
    >
      {field.choices?.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </select>
  );
}

function common({
  field,
  settings,
  problems,
}: Pick<FieldRowProps, "field" | "settings" | "problems">) {
  const id = idOf(field);
  const isWrong = problems.length > 0;
  const told = [
    ...(field.hint === undefined ? [] : [`${id}-hint`]),
    ...(isWrong ? [`${id}-problem`] : []),
  ];
  return {
    id,
    value: textOf(settings, field),
    ...(told.length === 0 ? {} : { "aria-describedby": told.join(" ") }),
    ...(isWrong ? { "aria-invalid": true } : {}),
  };
}

function idOf({ path }: FormField): string {
  return `field-${path.replaceAll(".", "-")}`;
}

function placeholderOf({ kind, placeholder = "" }: FormField, isSet: boolean): string {
  return kind === "secret" && isSet ? "Set; leave empty to keep it" : placeholder;
}
