import { useEffect } from "preact/hooks";
import { PageHead } from "../parts/page-head.tsx";
import { Prose } from "../parts/prose.tsx";
import type { Place } from "../place.ts";
import { FAILURES, type Failure, type FailureGroup } from "./read-failures.ts";

/** Every code with its explanation; the address's anchor names the one that is asked for. */
export function FailuresPage({ place }: { readonly place: Place }) {
  useEffect(() => {
    const asked = place.hash === "" ? null : document.getElementById(place.hash);
    asked?.scrollIntoView();
    asked?.focus();
  }, [place.hash]);
  return (
    <>
      <PageHead
        title="Failures explained"
        lead={
          <>
            What happened, what the bridge does, what you do. The same words as in{" "}
            <a href="/docs/failures">the documentation</a>.
          </>
        }
      />
      {FAILURES.map((group) => (
        <Group key={group.title} group={group} asked={place.hash} />
      ))}
    </>
  );
}

function Group({ group, asked }: { readonly group: FailureGroup; readonly asked: string }) {
  return (
    <section class="card">
      <h2>{group.title}</h2>
      {group.intro.map((text) => (
        <Prose key={text} text={text} />
      ))}
      <div class="failures">
        {group.failures.map((failure) => (
          <Entry key={failure.code} failure={failure} isAsked={failure.code === asked} />
        ))}
      </div>
    </section>
  );
}

function Entry({ failure, isAsked }: { readonly failure: Failure; readonly isAsked: boolean }) {
  return (
    <div class={isAsked ? "failure asked" : "failure"} id={failure.code} tabIndex={-1}>
      <h3>
        <code>{failure.code}</code>
      </h3>
      <div class="prose">
        {failure.paragraphs.map((text) => (
          <Prose key={text} text={text} />
        ))}
      </div>
    </div>
  );
}
