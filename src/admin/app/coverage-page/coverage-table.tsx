import { useState } from "preact/hooks";
import { dayOfDate } from "../moments.ts";
import { CoverageBar } from "../overview/coverage-bar.tsx";
import { percent, recordedShare } from "../overview/coverage-words.ts";
import { More } from "../parts/more.tsx";
import type { CoverageBy, CoverageLine } from "./sum-rows.ts";

const SHOWN_AT_ONCE = 100;

const HEADS: Readonly<Record<CoverageBy, string>> = { rep: "Rep", team: "Team", day: "Day" };

/** Each rep, team or day: how its visits stand. */
export function CoverageTable({
  lines,
  by,
}: {
  readonly lines: readonly CoverageLine[];
  readonly by: CoverageBy;
}) {
  const [most, setMost] = useState(SHOWN_AT_ONCE);
  const shown = lines.slice(0, most);
  return (
    <>
      <div class="scroll">
        <table class="coverage">
          <thead>
            <tr>
              <th scope="col">{HEADS[by]}</th>
              <th scope="col" class="wide">
                <span class="unseen">How they stand</span>
              </th>
              <NumberHead word="Visits" />
              <NumberHead word="Sent" />
              <NumberHead word="Recorded" />
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={line.key}>
                <th scope="row" class="named">
                  {by === "day" ? dayOfDate(line.title) : line.title}{" "}
                  {line.note === "" ? null : <small class="quiet">{line.note}</small>}
                </th>
                <td class="wide">
                  <CoverageBar counts={line} />
                </td>
                <td class="number">{line.visits.toLocaleString()}</td>
                <td class="number">{percent(line.startSent, line.visits)}</td>
                <td class="number">{recordedShare(line)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More
        list={{
          items: shown,
          hasMore: lines.length > most,
          isLoading: false,
          more: () => setMost(most + SHOWN_AT_ONCE),
        }}
      />
    </>
  );
}

function NumberHead({ word }: { readonly word: string }) {
  return (
    <th scope="col" class="number">
      {word}
    </th>
  );
}
