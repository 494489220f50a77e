import type { ComponentChildren } from "preact";
import type { ApiError } from "../call-api.ts";
import { findFailure } from "../failures/read-failures.ts";
import type { Tone } from "../words.ts";
import { Icon } from "./icon.tsx";
import type { IconName } from "./icon-paths.ts";

const NOTE_ICONS: Readonly<Record<Tone, IconName>> = {
  quiet: "dots",
  accent: "bell",
  good: "done",
  warn: "warn",
  bad: "warn",
};

/** A message that stands out; `role` makes screen readers tell it when it appears. */
export function Note({
  tone,
  role,
  children,
}: {
  readonly tone: Tone;
  readonly role?: "status" | "alert";
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`note ${tone}`} {...(role === undefined ? {} : { role })}>
      <Icon name={NOTE_ICONS[tone]} />
      <div>{children}</div>
    </div>
  );
}

/** What went wrong, where it is explained, and a way to try again. */
export function Failed({
  error,
  retry,
}: {
  readonly error: ApiError;
  readonly retry?: () => void;
}) {
  return (
    <Note tone="bad" role="alert">
      <p>{error.message}</p>
      <Issues issues={error.issues} />
      <div class="actions">
        <FailureLink code={error.code} />
        {retry === undefined ? null : (
          <button type="button" class="small" onClick={retry}>
            Try again
          </button>
        )}
      </div>
    </Note>
  );
}

function Issues({ issues }: { readonly issues: ApiError["issues"] }) {
  return issues.length === 0 ? null : (
    <ul class="issues">
      {issues.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          <code>{path}</code> {message}
        </li>
      ))}
    </ul>
  );
}

/** The code of a failure, linked to its explanation where there is one. */
export function FailureLink({ code }: { readonly code: string }) {
  return findFailure(code) === undefined ? (
    <code>{code}</code>
  ) : (
    <a href={`/admin/failures#${code}`}>
      <code>{code}</code>
    </a>
  );
}

/** What stands where there is nothing to show. */
export function Empty({
  icon,
  title,
  children,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      <div class="quiet">{children}</div>
    </div>
  );
}

/** What stands while the first answer is on its way. */
export function Loading({ rows = 4 }: { readonly rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="unseen">Loading…</span>
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} class="bone" />
      ))}
    </div>
  );
}
