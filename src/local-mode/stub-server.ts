import type { Server } from "node:http";

/** The one address at which the stubs listen. */
export const STUB_HOST = "127.0.0.1";

/** Lets a stub listen; 0 takes a free port. Resolves to the port. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, STUB_HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Closes a stub, and the connections that stand open. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
