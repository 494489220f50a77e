import type { LinkPart, Prompt } from "../api-shapes.ts";
import { Copyable } from "../parts/copyable.tsx";

/** The link as it would be sent now, with every parameter explained. */
export function LinkInspector({ prompt: { link, linkParts } }: { readonly prompt: Prompt }) {
  if (link === undefined) {
    return null;
  }
  return (
    <details class="inspector">
      <summary>The link</summary>
      {link === null ? (
        <p class="quiet">No link can be built for this prompt as things stand.</p>
      ) : (
        <div class="stack">
          <Copyable text={link} label="Recording link" />
          <Parts parts={linkParts ?? partsOf(link)} />
        </div>
      )}
    </details>
  );
}

function Parts({ parts }: { readonly parts: readonly LinkPart[] }) {
  return (
    <dl class="link-parts">
      {parts.map(({ name, value, meaning }) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            <code class="value">{value}</code>
            {meaning === "" ? null : <span class="quiet">{meaning}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function partsOf(link: string): readonly LinkPart[] {
  return [...new URL(link).searchParams].map(([name, value]) => ({ name, value, meaning: "" }));
}
