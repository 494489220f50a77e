import { beforeEach, describe, expect, test } from "@jest/globals";
import { readInvite } from "../../src/books/invite-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { API_TOKEN, PASSWORD } from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";
import { bridgeForCli } from "./bridge-for-cli.ts";

const { run, store } = bridgeForCli();

beforeEach(() => saveRep(store().redis, "acme", REP));

function invite(
  args: readonly string[],
  env: Readonly<Record<string, string>> = { ADMIN_API_TOKEN: API_TOKEN },
) {
  return run(["reps", "invite", ...args], env);
}

describe("siro-bridge reps invite", () => {
  test("prints a link that works, and a QR code of it", async () => {
    const { code, stdout, stderr } = await invite(["acme", REP.userId]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [, token = ""] =
      /^http:\/\/bridge\.example\.com\/rep\/invite\/([\w-]{43})$/m.exec(stdout) ?? [];
    expect(await readInvite(store().redis, token, Date.now())).toMatchObject({
      userId: REP.userId,
    });
    expect(stdout.match(/^[█▀▄ ]{20,}$/gm)?.length).toBeGreaterThan(15);
    expect(stdout).toMatch(/✓ Works once, until \d{4}-/);
  });

  test("prints one JSON object, for an invite of another life", async () => {
    const args = ["acme", REP.userId.slice(0, 15), "--json", "--expires-in", "15"];
    const { code, stdout } = await invite(args);
    expect(code).toBe(0);
    const { ok, url, expiresAt, ...rest } = JSON.parse(stdout);
    expect({ ok, rest }).toEqual({ ok: true, rest: {} });
    expect(url).toContain("/rep/invite/");
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
  });

  test("without a token it signs in with the operators' password", async () => {
    const { code, stderr } = await invite(["acme", REP.userId], { ADMIN_PASSWORD: PASSWORD });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(await store().redis.keys("sb:invite:*")).toHaveLength(1);
  });

  test.each([
    ["an unknown rep", ["acme", "0055f00000ZzZzZAAV"], { ADMIN_API_TOKEN: API_TOKEN }, /NOT_FOUND/],
    [
      "a wrong token",
      ["acme", REP.userId],
      { ADMIN_API_TOKEN: "not-the-token" },
      /OPERATOR_UNKNOWN/,
    ],
    ["no proof at all", ["acme", REP.userId], {}, /set ADMIN_API_TOKEN/],
    [
      "a wrong password",
      ["acme", REP.userId],
      { ADMIN_PASSWORD: "not-the-password" },
      /ADMIN_PASSWORD/,
    ],
    [
      "no bridge",
      ["acme", REP.userId],
      { ADMIN_API_TOKEN: API_TOKEN, PORT: "47999" },
      /no bridge answers at http:\/\/127\.0\.0\.1:47999 \(ECONNREFUSED\)/,
    ],
  ])("%s: says why, and exits with 1", async (...[, args, env, reason]) => {
    const { code, stdout, stderr } = await invite(args, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(reason);
    expect(await store().redis.keys("sb:invite:*")).toEqual([]);
    const json = await invite([...args, "--json"], env);
    expect(JSON.parse(json.stdout)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  test.each([
    [["acme"]],
    [["nobody", REP.userId]],
    [["acme", REP.userId, "--expires-in", "14"]],
    [["acme", REP.userId, "--url", "ftp://example.com"]],
  ])("%j is wrong use", async (args) => {
    expect((await invite(args)).code).toBe(2);
  });
});
