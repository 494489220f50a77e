import { clockSeconds, day } from "../moments.ts";

/** One line of the audit trail. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly connection?: string;
  readonly subject?: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** One change: when, who, what, to what, and what was there before and after. */
export function AuditLine({ entry }: { readonly entry: AuditEntry }) {
  const { at, who, what, connection, subject } = entry;
  const where = [subject, connection].filter((text) => text !== undefined);
  return (
    <li class="audit-line">
      <span class="row-when">
        <time dateTime={at}>{clockSeconds(at)}</time>
        <span class="quiet">{day(at)}</span>
      </span>
      <div class="audit-what">
        <span>
          <strong>{what}</strong>
        </span>
        {where.length === 0 ? null : <small class="quiet code">{where.join(" · ")}</small>}
        <Difference entry={entry} />
      </div>
      <span class="audit-who">{who}</span>
    </li>
  );
}

function Difference({ entry: { before = {}, after = {} } }: { readonly entry: AuditEntry }) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.length === 0 ? null : (
    <dl class="difference">
      {names.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {name in before ? (
              <del>
                <span class="unseen">before: </span>
                {shown(before[name])}
              </del>
            ) : null}
            {name in before && name in after ? <span aria-hidden="true"> → </span> : null}
            {name in after ? (
              <ins>
                <span class="unseen">after: </span>
                {shown(after[name])}
              </ins>
            ) : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") {
    return value === "" ? "nothing" : value;
  }
  return value === undefined || value === null ? "nothing" : JSON.stringify(value);
}
