import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** What stands on top of a page. */
export interface PageHeadProps {
  readonly title: string;
  readonly lead?: ComponentChildren;
  /** What stands beside the title: a state, buttons. */
  readonly children?: ComponentChildren;
}

/** The title of a page, also in the browser's tab; gets the focus when the page changes. */
export function PageHead({ title, lead, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Siro Bridge`;
  }, [title]);
  return (
    <div class="page-head">
      <div class="page-title">
        <h1 tabIndex={-1}>{title}</h1>
        {lead === undefined ? null : <p class="quiet">{lead}</p>}
      </div>
      {children}
    </div>
  );
}
