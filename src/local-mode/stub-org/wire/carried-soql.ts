import { z } from "zod";

const compositeSchema = z.object({ compositeRequest: z.array(z.object({ url: z.string() })) });

/** Finds every query that a request carries, in its URL or in the sub-requests of a composite. */
export function carriedSoql(url: URL, body: string): readonly string[] {
  const own = url.searchParams.get("q");
  return own === null ? soqlOfComposite(body) : [own];
}

function soqlOfComposite(body: string): readonly string[] {
  if (!body.includes("compositeRequest")) {
    return [];
  }
  try {
    const { compositeRequest } = compositeSchema.parse(JSON.parse(body));
    return compositeRequest.flatMap(
      (one) => new URL(one.url, "http://stub.invalid").searchParams.get("q") ?? [],
    );
  } catch {
    return [];
  }
}
