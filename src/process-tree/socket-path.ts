import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ProcessTreeFailedError } from "./process-tree-errors.ts";

/** The kernel takes 107 bytes on Linux and 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * Where the unix socket of this name belongs: in `dataDir`, or in a private temporary folder when that path is too long.
 *
 * The same `dataDir` always gives the same path.
 *
 * @throws {ProcessTreeFailedError} when the temporary folder belongs to somebody else.
 */
export function socketPath(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) {
    return path;
  }
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  const dir = join(tmpdir(), `siro-bridge-${hash}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  refuseForeign(dir);
  return join(dir, name);
}

/** Whether somebody listens on this unix socket. */
export async function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function refuseForeign(dir: string): void {
  const { mode, uid } = lstatSync(dir);
  // Anyone may make a folder of this name in a shared temporary directory, and would own the socket.
  const isOurs = uid === userInfo().uid && (mode & 0o777) === 0o700;
  if (!isOurs) {
    throw new ProcessTreeFailedError(
      `${dir} must belong to this user alone (mode 0700); remove it, or set a shorter DATA_DIR`,
    );
  }
}
