import { useEffect } from "preact/hooks";
import { dayOfDate } from "../moments.ts";
import { Failed } from "../parts/messages.tsx";
import { useCall } from "../use-call.ts";
import { CoverageBar } from "./coverage-bar.tsx";
import type { Coverage, CoverageTotal } from "./coverage-shapes.ts";
import { percent, recordedShare } from "./coverage-words.ts";

const READ_EVERY_MS = 300_000;

/** For how many visits of the last days a recording was confirmed. */
export function CoverageCard() {
  const { answer, error, reload } = useCall<Coverage>("/coverage");
  useEffect(() => {
    const timer = setInterval(reload, READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <section class="card" aria-label="Coverage">
      <div class="card-head">
        <h2>Coverage</h2>
        <a href="/admin/coverage">By rep and team</a>
      </div>
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer === undefined ? null : <Days totals={sumByDay(answer.totals)} />}
    </section>
  );
}

function Days({ totals }: { readonly totals: readonly CoverageTotal[] }) {
  if (totals.length === 0) {
    return <p class="quiet">No visit has begun in the last week.</p>;
  }
  return (
    <div class="scroll">
      <table class="coverage">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" class="wide">
              <span class="unseen">How they stand</span>
            </th>
            <th scope="col" class="number">
              Visits
            </th>
            <th scope="col" class="number">
              Sent
            </th>
            <th scope="col" class="number">
              Recorded
            </th>
          </tr>
        </thead>
        <tbody>
          {totals.map((total) => (
            <tr key={total.day}>
              <th scope="row">{dayOfDate(total.day)}</th>
              <td class="wide">
                <CoverageBar counts={total} />
              </td>
              <td class="number">{total.visits.toLocaleString()}</td>
              <td class="number">{percent(total.startSent, total.visits)}</td>
              <td class="number">{recordedShare(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** All connections together, the newest day first. */
function sumByDay(totals: readonly CoverageTotal[]): readonly CoverageTotal[] {
  const days = new Map<string, CoverageTotal>();
  for (const total of totals) {
    const known = days.get(total.day);
    days.set(total.day, known === undefined ? total : added(known, total));
  }
  return [...days.values()].sort((left, right) => right.day.localeCompare(left.day));
}

function added(left: CoverageTotal, right: CoverageTotal): CoverageTotal {
  return {
    day: left.day,
    visits: left.visits + right.visits,
    startSent: left.startSent + right.startSent,
    confirmed: left.confirmed + right.confirmed,
    notConfirmed: left.notConfirmed + right.notConfirmed,
    open: left.open + right.open,
    notSent: left.notSent + right.notSent,
  };
}
