import { Icon } from "../parts/icon.tsx";
import { rungTexts } from "./rule-draft.ts";

/** The rungs of a ladder, one line each: after how many seconds, and whom. */
export function LadderField({
  label,
  text,
  told,
  onText,
}: {
  readonly label: string;
  readonly text: string;
  readonly told: object;
  readonly onText: (text: string) => void;
}) {
  const lines = text.split("\n");
  const change = (at: number, line: string) =>
    onText(lines.map((one, place) => (place === at ? line : one)).join("\n"));
  return (
    <fieldset class="ladder-field" {...told}>
      <legend class="quiet">{label}</legend>
      {lines.map((line, at) => {
        const [after, to] = rungTexts(line);
        return (
          <div class="ladder-rung" key={at}>
            <input
              aria-label={`Rung ${at + 1}: after so many seconds`}
              inputMode="numeric"
              value={after}
              onInput={({ currentTarget }) => change(at, `${currentTarget.value}: ${to}`)}
            />
            <span class="quiet">s</span>
            <input
              aria-label={`Rung ${at + 1}: whom`}
              value={to}
              spellcheck={false}
              autocomplete="off"
              onChange={({ currentTarget }) => change(at, `${after}: ${currentTarget.value}`)}
            />
            <button
              type="button"
              class="small plain"
              aria-label={`Take rung ${at + 1} away`}
              disabled={lines.length === 1}
              onClick={() => onText(lines.filter((_, place) => place !== at).join("\n"))}
            >
              <Icon name="canceled" />
            </button>
          </div>
        );
      })}
      <button type="button" class="small" onClick={() => onText(`${text}\n: `)}>
        Add a rung
      </button>
    </fieldset>
  );
}
