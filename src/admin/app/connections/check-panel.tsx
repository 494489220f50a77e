import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { Chip } from "../parts/chip.tsx";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import type { Shown } from "../words.ts";
import type { Finding } from "./connection-shapes.ts";

const LEVELS: Readonly<Record<Finding["level"], Shown>> = {
  ok: { word: "Fine", icon: "done", tone: "good" },
  warn: { word: "To know", icon: "warn", tone: "warn" },
  fail: { word: "To mend", icon: "warn", tone: "bad" },
};

const CHECKS: Readonly<Record<string, string>> = {
  links: "Links",
  secrets: "Secrets",
  "instance-url": "My Domain",
  "sign-in": "Sign-in",
  access: "Rights",
  "api-share": "API calls",
  clock: "Clock",
  siro: "Siro",
};

/** Tests a connection with the checks of the doctor, and shows what to do about each finding. */
export function CheckPanel({ name }: { readonly name: string }) {
  const { isBusy, error, begin } = useDoing();
  const [findings, setFindings] = useState<readonly Finding[]>();
  const test = () =>
    begin(async () => {
      setFindings(undefined);
      const path = `/connections${apiPath(name)}/check`;
      const answer = await callApi<{ readonly findings: readonly Finding[] }>(path, {
        method: "POST",
      });
      setFindings(answer.findings);
    });
  return (
    <section class="card" aria-label="Test">
      <div class="card-head">
        <h2>Test</h2>
        <WorkButton icon="replay" isBusy={isBusy} onClick={test}>
          Test the connection
        </WorkButton>
      </div>
      {findings === undefined ? (
        <p class="quiet" role="status">
          {isBusy
            ? "Salesforce and Siro are asked …"
            : "Signs in, looks at rights and clocks, asks Siro. It changes nothing."}
        </p>
      ) : (
        <div role="status" aria-label="Findings">
          <ul class="lines">
            {findings.map((finding) => (
              <FindingLine key={finding.check + finding.message} finding={finding} />
            ))}
          </ul>
        </div>
      )}
      {error === undefined ? null : <Failed error={error} />}
    </section>
  );
}

function FindingLine({
  finding: { check, level, message, whatToDo },
}: {
  readonly finding: Finding;
}) {
  return (
    <li class="line finding">
      <div class="line-main">
        <strong>{CHECKS[check] ?? check}</strong>
        <span>{message}</span>
      </div>
      <Chip shown={LEVELS[level]} />
      {whatToDo === undefined ? null : <p class="detail quiet">{whatToDo}</p>}
    </li>
  );
}
