import { useState } from "preact/hooks";
import type { Settings } from "./connection-shapes.ts";
import { isSection } from "./settings-at.ts";

/** All settings as JSON, as the connections file holds them; the secrets that are stored are left out and stay. */
export function JsonView({
  settings,
  onChange,
}: {
  readonly settings: Settings;
  readonly onChange: (settings: Settings) => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(settings, null, 2));
  const [isBroken, setIsBroken] = useState(false);
  const take = (typed: string) => {
    setText(typed);
    const parsed = parse(typed);
    setIsBroken(parsed === undefined);
    if (parsed !== undefined) {
      onChange(parsed);
    }
  };
  return (
    <section class="card" aria-label="Settings as JSON">
      <label for="settings-json">
        <span>
          Every setting, as in the connections file. Stored secrets are left out and stay.
        </span>
      </label>
      <textarea
        id="settings-json"
        class="code"
        rows={24}
        spellcheck={false}
        value={text}
        aria-invalid={isBroken}
        {...(isBroken ? { "aria-describedby": "settings-json-problem" } : {})}
        onInput={({ currentTarget }) => take(currentTarget.value)}
      />
      {isBroken ? (
        <small class="tint bad" id="settings-json-problem" role="alert">
          This is not valid JSON yet; what was valid last would be saved
        </small>
      ) : null}
    </section>
  );
}

function parse(text: string): Settings | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSection(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
