import { SMTPServer } from "smtp-server";
import { type MailPart, readMail } from "./read-mail.ts";

/** A mail as it arrived: who it is for, its raw text and its parts. */
export interface ArrivedMail {
  readonly to: readonly string[];
  readonly raw: string;
  readonly mail: MailPart;
}

/** Where a session goes wrong, once. */
export type MailTrouble =
  | {
      readonly at: "greeting" | "sender" | "recipient" | "message";
      readonly status: number;
      readonly text: string;
    }
  | { readonly at: "message"; readonly status: "hang-up" | "hang" };

/** A real SMTP server that keeps what it gets. */
export interface MailServer {
  readonly port: number;
  readonly arrived: readonly ArrivedMail[];
  /** How many sessions were opened. */
  readonly sessions: () => number;
  /** Whether a mail was taken that will never be answered. */
  readonly isHanging: () => boolean;
  troubleNext(trouble: MailTrouble): void;
  stop(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1; with credentials it takes nothing from strangers. */
export async function startMailServer(
  credentials?: readonly [user: string, password: string],
): Promise<MailServer> {
  const arrived: ArrivedMail[] = [];
  const troubles: MailTrouble[] = [];
  let sessions = 0;
  let isHanging = false;
  const take = (at: MailTrouble["at"]) => {
    const found = troubles.findIndex((one) => one.at === at);
    return found === -1 ? undefined : troubles.splice(found, 1)[0];
  };
  const errorOf = (trouble: MailTrouble | undefined) =>
    trouble === undefined || typeof trouble.status === "string"
      ? null
      : Object.assign(new Error("text" in trouble ? trouble.text : ""), {
          responseCode: trouble.status,
        });
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS", ...(credentials === undefined ? ["AUTH"] : [])],
    authOptional: credentials === undefined,
    allowInsecureAuth: true,
    logger: false,
    onConnect: (_session, done) => {
      sessions += 1;
      done(errorOf(take("greeting")));
    },
    onAuth: ({ username, password }, _session, done) => {
      const isKnown = username === credentials?.[0] && password === credentials?.[1];
      done(
        isKnown ? null : Object.assign(new Error("5.7.8 Bad credentials"), { responseCode: 535 }),
        { user: username },
      );
    },
    onMailFrom: (_address, _session, done) => done(errorOf(take("sender"))),
    onRcptTo: (_address, _session, done) => done(errorOf(take("recipient"))),
    onData: (stream, { envelope }, done) => {
      const trouble = take("message");
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (trouble?.status === "hang") {
          isHanging = true;
          return;
        }
        if (trouble?.status === "hang-up") {
          cut();
          return;
        }
        const error = errorOf(trouble);
        if (error === null) {
          const raw = Buffer.concat(chunks).toString("utf8");
          const to = envelope.rcptTo.map(({ address }) => address);
          arrived.push({ to, raw, mail: readMail(raw) });
        }
        done(error);
      });
    },
  });
  const sockets = new Set<{ destroy(): void }>();
  const listening = server.listen(0, "127.0.0.1");
  listening.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("error", () => undefined);
  function cut(): void {
    for (const socket of sockets) {
      socket.destroy();
    }
  }
  await new Promise((resolve) => listening.once("listening", resolve));
  const address = listening.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    arrived,
    sessions: () => sessions,
    isHanging: () => isHanging,
    troubleNext: (trouble) => troubles.push(trouble),
    stop: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
