import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

/** One lie: the same for whatever is asked. */
export interface Lie {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly retryAfter?: string | undefined;
}

/** A server that answers what it is told to. */
export interface LyingServer {
  readonly url: string;
  lie(lie: Lie): void;
  stop(): Promise<void>;
}

/** Starts one; a path of `truths` is answered with that. */
export async function startLyingServer(
  truths: (url: string) => ReadonlyMap<string, unknown> = () => new Map(),
): Promise<LyingServer> {
  let current: Lie = { status: 200, body: Buffer.from("{}"), headers: {} };
  const server = createServer((request, response) => {
    request.resume();
    const path = request.url?.split("?", 1)[0] ?? "";
    const truth = truths(url).get(path);
    answer(
      response,
      truth === undefined
        ? current
        : { ...current, status: 200, headers: {}, body: Buffer.from(JSON.stringify(truth)) },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url,
    lie: (lie) => {
      current = lie;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => {
        server.close(done);
      });
    },
  };
}

function answer(response: ServerResponse, { status, body, headers, retryAfter }: Lie): void {
  for (const [name, value] of Object.entries({ ...headers, "retry-after": retryAfter ?? "" })) {
    const values = [value]
      .flat()
      .map(headerText)
      .filter((text) => text !== "");
    if (values.length > 0) {
      response.setHeader(name, values.length === 1 ? (values[0] ?? "") : values);
    }
  }
  response.writeHead(status).end(body);
}

/** As much of a text as can stand in a header. */
function headerText(text: string): string {
  return text
    .replaceAll(/[^\x21-\x7e]/g, " ")
    .trim()
    .slice(0, 4_000);
}
