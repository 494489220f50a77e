import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import type { ConnectionDetail, Saved, Settings } from "./connection-shapes.ts";
import { FORM_SECTIONS } from "./form-sections.ts";
import { JsonView } from "./json-view.tsx";
import { SectionCard } from "./section-card.tsx";

const NEW_SETTINGS: Settings = {};

/** Makes a connection, or changes one: by fields, or as JSON. */
export function ConnectionForm({
  connection,
  onSaved,
}: {
  /** Undefined: a new one is made. */
  readonly connection?: ConnectionDetail;
  readonly onSaved: (saved: Saved) => void;
}) {
  const [settings, setSettings] = useState(connection?.settings ?? NEW_SETTINGS);
  const [isJson, setIsJson] = useState(false);
  const { isBusy, error, begin } = useDoing();
  const save = () =>
    begin(async () => {
      const path =
        connection === undefined ? "/connections" : `/connections${apiPath(connection.name)}`;
      const revision = connection === undefined ? {} : { revision: connection.revision };
      onSaved(await callApi<Saved>(path, { method: "POST", body: { settings, ...revision } }));
    });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <fieldset class="segments">
        <legend class="unseen">Show the settings as</legend>
        <button type="button" aria-pressed={!isJson} onClick={() => setIsJson(false)}>
          Fields
        </button>
        <button type="button" aria-pressed={isJson} onClick={() => setIsJson(true)}>
          JSON
        </button>
      </fieldset>
      {error === undefined ? null : <Failed error={error} />}
      {isJson ? (
        <JsonView settings={settings} onChange={setSettings} />
      ) : (
        FORM_SECTIONS.map((part) => (
          <SectionCard
            key={part.title}
            part={part}
            settings={settings}
            secrets={connection?.secrets ?? []}
            issues={error?.issues ?? []}
            isNew={connection === undefined}
            onChange={setSettings}
          />
        ))
      )}
      <div class="actions form-end">
        <WorkButton look="strong" isBusy={isBusy} onClick={save}>
          {connection === undefined ? "Make the connection" : "Save"}
        </WorkButton>
        <a
          class="small"
          href={
            connection === undefined
              ? "/admin/connections"
              : `/admin/connections${apiPath(connection.name)}`
          }
        >
          Cancel
        </a>
      </div>
    </form>
  );
}
