import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A raw connection: what is written goes out as it is, what comes back is kept as text. */
export interface RawConnection {
  readonly socket: Socket;
  readonly received: () => string;
  /** Resolves with the head and the whole body of the next reply. */
  readonly reply: () => Promise<string>;
  /** Resolves with all that was received once the other side has closed. */
  readonly closed: () => Promise<string>;
}

/** Connects to a port of 127.0.0.1; errors of the socket only end it. */
export async function connectRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (piece) => {
    text += piece;
  });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const received = () => text;
  const closed = async () => {
    if (!socket.closed) {
      await once(socket, "close");
    }
    return text;
  };
  return { socket, received, closed, reply: () => replyOn(socket, received) };
}

/** Writes the head of a POST; `headers` are added to `Host`. */
export function postHead(path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join("")}\r\n`;
}

async function replyOn(socket: Socket, received: () => string): Promise<string> {
  while (!isWhole(received())) {
    if (socket.closed || socket.readableEnded) {
      throw new Error(`the connection ended without a reply, after: ${received()}`);
    }
    await Promise.race([once(socket, "data"), once(socket, "end"), once(socket, "close")]);
  }
  return received();
}

function isWhole(text: string): boolean {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return rest.length > 0 && rest.join("\r\n\r\n").length >= Number(length ?? 0);
}
