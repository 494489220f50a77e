import type { LastError } from "../api-shapes.ts";
import { ago, dayAndClock } from "../moments.ts";
import { FailureLink } from "../parts/messages.tsx";
import { useNow } from "../use-call.ts";

/** The last error of each kind, newest first, with the way to its explanation. */
export function LastErrors({ errors }: { readonly errors: readonly LastError[] }) {
  const nowMs = useNow(30_000);
  return (
    <section class="card">
      <h2>Last errors</h2>
      {errors.length === 0 ? (
        <p class="quiet">No errors so far.</p>
      ) : (
        <ul class="lines">
          {errors.map(({ code, at, message }) => (
            <li key={code} class="line">
              <span class="line-main">
                <FailureLink code={code} />
                <span>{message}</span>
              </span>
              <time class="quiet" dateTime={at} title={dayAndClock(at)}>
                {ago(at, nowMs)}
              </time>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
