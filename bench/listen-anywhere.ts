import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** Has a server listen on a free port of 127.0.0.1; resolves to the port. */
export async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Some ports, one after the other, below those that systems give to whoever asks for any. */
export interface PortRange {
  readonly first: number;
  readonly count: number;
}

/**
 * Opens a way to draw ports of 127.0.0.1 that nobody listens on; it begins anywhere in the range.
 *
 * Nobody else is given one of them, so what is free now is free when it is used.
 *
 * @throws {Error} when none of the range is free.
 */
export function openPorts({ first, count }: PortRange): () => Promise<number> {
  let next = Math.floor(Math.random() * count);
  return async () => {
    for (let tried = 0; tried < count; tried += 1) {
      next = (next + 1) % count;
      const port = first + next;
      if (await isFree(port)) {
        return port;
      }
    }
    throw new Error(`no port is free from ${first} on`);
  };
}

/** A port of 127.0.0.1 that nobody listens on. */
export const freePort = openPorts({ first: 12_000, count: 8_000 });

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = new Promise<boolean>((resolve) => {
    server.once("listening", () => resolve(true)).once("error", () => resolve(false));
  });
  server.listen(port, "127.0.0.1");
  const isOurs = await isListening;
  await new Promise((done) => {
    server.close(done);
  });
  return isOurs;
}
