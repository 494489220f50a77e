import { apiPath } from "../call-api.ts";
import { ForAdmins } from "../parts/for-admins.tsx";
import { Icon } from "../parts/icon.tsx";
import { Failed, Loading } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { go } from "../place.ts";
import { useCall } from "../use-call.ts";
import { ConnectionForm } from "./connection-form.tsx";
import type { ConnectionDetail, Saved } from "./connection-shapes.ts";
import { carryShownOnce } from "./shown-once.ts";

/** Where a new connection is made. */
export function NewConnectionPage() {
  return (
    <>
      <BackLink href="/admin/connections" word="Connections" />
      <PageHead
        title="New connection"
        lead="The bridge makes the secrets for its senders and shows them once it is made."
      />
      <ForAdmins>
        <ConnectionForm onSaved={leave} />
      </ForAdmins>
    </>
  );
}

/** Where a connection is changed. */
export function EditConnectionPage({ name }: { readonly name: string }) {
  const { answer, error, reload } = useCall<ConnectionDetail>(`/connections${apiPath(name)}`);
  return (
    <>
      <BackLink href={`/admin/connections${apiPath(name)}`} word={name} />
      <PageHead
        title={`Edit ${name}`}
        lead="A change is served at once; no event and no prompt is lost."
      >
        <a class="small" href={`/admin/what-if?${new URLSearchParams({ connection: name })}`}>
          <Icon name="plan" />
          Try rules first
        </a>
      </PageHead>
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer === undefined ? (
        error === undefined && <Loading />
      ) : (
        <ForAdmins>
          <ConnectionForm connection={answer} onSaved={leave} />
        </ForAdmins>
      )}
    </>
  );
}

function BackLink({ href, word }: { readonly href: string; readonly word: string }) {
  return (
    <a class="back" href={href}>
      <Icon name="back" />
      {word}
    </a>
  );
}

function leave(saved: Saved): void {
  carryShownOnce(saved);
  go(`/admin/connections${apiPath(saved.connection.name)}`);
}
