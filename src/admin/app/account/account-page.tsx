import { apiPath, callApi } from "../call-api.ts";
import { Chip } from "../parts/chip.tsx";
import { Failed, Loading } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import type { Session } from "../people/people-shapes.ts";
import { shownRole } from "../people/role-choice.tsx";
import { SessionList } from "../people/session-list.tsx";
import { useCall, useDoing } from "../use-call.ts";
import { type Me, useMe } from "../use-me.ts";
import { PasswordForm } from "./password-form.tsx";

/** Who is signed in, their password, and where else they are signed in. */
export function AccountPage() {
  const me = useMe();
  const { answer, error, reload } = useCall<{ readonly items: readonly Session[] }>("/sessions");
  const own = answer?.items.filter(({ name }) => name === me.name);
  return (
    <>
      <PageHead title="Your account" lead={me.name}>
        <Chip shown={shownRole(me.role)} />
      </PageHead>
      <section class="card" aria-labelledby="where">
        <h2 id="where">Where you are signed in</h2>
        {error === undefined ? null : <Failed error={error} retry={reload} />}
        {own === undefined ? <Loading rows={2} /> : <SessionList sessions={own} onEnded={reload} />}
        {(own ?? []).some(({ isThis }) => !isThis) ? <Elsewhere me={me} onEnded={reload} /> : null}
      </section>
      <section class="card" aria-labelledby="password-head">
        <h2 id="password-head">Password</h2>
        {me.signsInWith === "password" ? (
          <PasswordForm onChanged={reload} />
        ) : (
          <p class="quiet">{whereKept(me)}</p>
        )}
      </section>
    </>
  );
}

function Elsewhere({ me, onEnded }: { readonly me: Me; readonly onEnded: () => void }) {
  const { isBusy, error, begin } = useDoing();
  const end = () =>
    begin(async () => {
      await callApi(`/people${apiPath(me.name)}/sessions`, { method: "DELETE" });
      onEnded();
    });
  return (
    <div class="actions">
      <WorkButton look="danger" isBusy={isBusy} onClick={end}>
        Sign out everywhere else
      </WorkButton>
      {error === undefined ? null : <Failed error={error} />}
    </div>
  );
}

function whereKept({ signsInWith }: Me): string {
  return signsInWith === "first-password"
    ? "Yours is ADMIN_PASSWORD in the bridge's environment; it is changed there. For daily work, add a person of your own under People."
    : "You sign in through your sign-in provider; your password is kept and changed there.";
}
