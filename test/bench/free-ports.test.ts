import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { openPorts } from "../../bench/listen-anywhere.ts";
import { freePort } from "../support/launch-redis.ts";

test("those who ask at the same time get a port each", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  expect(new Set(ports).size).toBe(20);
});

test("a port on which somebody listens is passed over; where all are taken it is said", async () => {
  const taken = await freePort();
  const server = createServer().listen(taken, "127.0.0.1");
  await once(server, "listening");
  const draw = openPorts({ first: taken, count: 1 });
  await expect(draw()).rejects.toThrow(`no port is free from ${taken} on`);
  await new Promise((done) => {
    server.close(done);
  });
  expect(await draw()).toBe(taken);
});
