import type { Overview } from "../api-shapes.ts";
import { duration } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import type { Shown } from "../words.ts";

const REDIS_ANSWERS: Shown = { word: "Redis answers", icon: "done", tone: "good" };
const REDIS_AWAY: Shown = { word: "Redis does not answer", icon: "offline", tone: "bad" };

const NAMES: Readonly<Record<string, string>> = {
  "crm-events": "Events from the CRM",
  prompts: "Prompts",
  deliveries: "Deliveries to devices",
  "write-backs": "Answers to the CRM",
  reconcile: "Checks of the CRM",
  "siro-poll": "Looks at Siro",
  "siro-events": "Reports from Siro",
  "siro-mends": "Recordings looked after",
  "siro-syncs": "Visits put to Siro",
  alerts: "Alerts to people",
};

/** How full the queues in Redis are. */
export function QueueTable({
  overview: { queues },
  isStoreLost,
}: {
  readonly overview: Overview;
  readonly isStoreLost: boolean;
}) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>Queues</h2>
        <Chip shown={isStoreLost ? REDIS_AWAY : REDIS_ANSWERS} />
        <a href="/admin/queues/">Look inside</a>
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col" class="number">
                Now
              </th>
              <th scope="col" class="number">
                Later
              </th>
              <th scope="col" class="number">
                Oldest
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(queues).map(([name, depth]) => (
              <tr key={name}>
                <th scope="row">{NAMES[name] ?? name}</th>
                <td class="number">{(depth.waiting + depth.active).toLocaleString()}</td>
                <td class="number">{depth.delayed.toLocaleString()}</td>
                <td class="number">
                  {depth.oldestWaitingMs > 0 ? duration(depth.oldestWaitingMs) : "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
