import { ago } from "../moments.ts";
import { Icon } from "../parts/icon.tsx";
import { useNow } from "../use-call.ts";
import type { LiveOverview } from "../watch-overview.ts";

const WORDS = { connecting: "Connecting", live: "Live", lost: "Not live" } as const;

/** Whether the figures follow by themselves; if not, how old they are. */
export function LiveMark({ live: { state, heardAtMs } }: { readonly live: LiveOverview }) {
  const nowMs = useNow(1_000);
  const age = heardAtMs === undefined ? "" : ago(new Date(heardAtMs).toISOString(), nowMs);
  return (
    <div class={`live ${state}`}>
      {state === "lost" ? <Icon name="offline" /> : <span class="pulse" />}
      <span role="status">{WORDS[state]}</span>
      {state === "lost" && age !== "" ? <span class="quiet">· as of {age}</span> : null}
    </div>
  );
}
