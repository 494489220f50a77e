import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { checkAtStart } from "../src/check-at-start.ts";
import { ConfigError } from "../src/config.ts";
import { aConnection } from "./support/bridge-state.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-start-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

function withKeyFile(privateKeyFile: string) {
  const url = "https://acme.my.salesforce.com";
  const auth = { kind: "jwt-bearer", clientId: "c", username: "u", loginUrl: url, privateKeyFile };
  const connection = aConnection({ salesforce: { instanceUrl: url, auth } });
  return new Map([[connection.name, connection]]);
}

async function problemsOf(own: Partial<Parameters<typeof checkAtStart>[0]>) {
  try {
    const nothing = { connections: new Map(), roles: new Set<never>(), host: "127.0.0.1", port: 0 };
    await checkAtStart({ ...nothing, ...own });
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
}

describe("checkAtStart", () => {
  test("has nothing against a key that can be read and an address that is free", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const path = join(dir, "good.pem");
    writeFileSync(path, privateKey);
    expect(await problemsOf({ connections: withKeyFile(path), roles: new Set(["web"]) })).toEqual(
      [],
    );
  });

  test("names a key file that is not there, and one that holds no private key", async () => {
    const path = join(dir, "not-a-key.pem");
    writeFileSync(path, "a text\n");
    expect(await problemsOf({ connections: withKeyFile(join(dir, "none.pem")) })).toEqual([
      expect.stringMatching(/^connection acme: .*none\.pem cannot be read \(ENOENT\)$/),
    ]);
    expect(await problemsOf({ connections: withKeyFile(path) })).toEqual([
      expect.stringMatching(/not-a-key\.pem is not a private key in PEM form$/),
    ]);
  });

  test("names a port that another program has, unless this bridge serves no pages", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await problemsOf({ port, roles: new Set(["web", "worker"]) })).toEqual([
      expect.stringMatching(
        new RegExp(`^PORT: 127\\.0\\.0\\.1:${port} is in use by another program; set PORT`),
      ),
    ]);
    expect(await problemsOf({ port, roles: new Set(["worker"]) })).toEqual([]);
    server.close();
  });
});
