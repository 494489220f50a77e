import { useState } from "preact/hooks";
import { apiPath } from "../call-api.ts";
import { Icon } from "../parts/icon.tsx";
import { ApplyRules } from "./apply-rules.tsx";
import type { Comparison } from "./what-if-shapes.ts";

/** What has to be written for the rules to hold, ready to be carried there. */
export function Snippet({
  settings,
  connection,
}: {
  readonly settings: Comparison["settings"];
  readonly connection: string;
}) {
  const { write, takeOut } = settings;
  const [said, setSaid] = useState("");
  const text = JSON.stringify(write, null, 2);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // Without https a browser lets no page write to the clipboard.
      setSaid("Mark it and press Ctrl+C");
    }
  };
  const isNothing = text === "{}";
  return isNothing && takeOut.length === 0 ? null : (
    <section class="card" aria-label="To keep these rules">
      <div class="card-head">
        <h2>To keep these rules</h2>
        <div class="actions">
          {isNothing ? null : (
            <button type="button" class="small" onClick={() => void copy()}>
              <Icon name="copy" />
              {said || "Copy"}
            </button>
          )}
          <a class="small" href={`/admin/connections${apiPath(connection)}`}>
            Open the connection
          </a>
          <ApplyRules settings={settings} connection={connection} />
        </div>
      </div>
      <p class="quiet">
        Put this over what the connection <code>{connection}</code> says in the connections file, or
        edit the connection where it was made here.
      </p>
      {isNothing ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre class="code scroll" tabIndex={0}>
          {text}
        </pre>
      )}
      {takeOut.length === 0 ? null : (
        <p>
          Take out:{" "}
          {takeOut.map((path) => (
            <code key={path}>{path} </code>
          ))}
        </p>
      )}
    </section>
  );
}
