import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** One request that came in. */
interface SunkRequest {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Sink = Awaited<ReturnType<typeof startSink>>;

/** A webhook receiver: `/gone` answers 410, anything else 204. */
export async function startSink() {
  const requests: SunkRequest[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    requests.push({ path, headers, body: await text(request) });
    response.writeHead(path === "/gone" ? 410 : 204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
