/** A link taken apart at its delimiters; nothing is decoded yet. */
export interface LinkParts {
  readonly form: "https" | "app";
  readonly query: string;
  readonly hasFragment: boolean;
}

const LINK = /^(https|siro):\/\/([^/?#]*)(\/?[^?#]*)(?:\?([^#]*))?(#.*)?$/is;

/**
 * Splits a recording link, or gives `undefined` when it is none.
 *
 * By hand, since the URL class would re-encode the query. The authority must equal one of `hosts`
 * as a whole, so neither a user part nor a longer domain can pretend to be Siro.
 */
export function splitLink(url: string, hosts: readonly string[]): LinkParts | undefined {
  const [, scheme, authority = "", path = "", query = "", fragment] = LINK.exec(url.trim()) ?? [];
  const form = scheme?.toLowerCase() === "siro" ? "app" : "https";
  const isSiro =
    form === "app"
      ? authority.toLowerCase() === "record" && /^\/?$/.test(path)
      : isOneOf(authority, hosts) && /^\/record\/?$/.test(path);
  return scheme !== undefined && isSiro
    ? { form, query, hasFragment: fragment !== undefined }
    : undefined;
}

function isOneOf(authority: string, hosts: readonly string[]): boolean {
  const wanted = withoutDefaultPort(authority);
  return hosts.some((host) => withoutDefaultPort(host) === wanted);
}

function withoutDefaultPort(host: string): string {
  return host.toLowerCase().replace(/:443$/, "");
}
