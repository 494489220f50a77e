import { expect, test } from "@jest/globals";
import { createShares } from "../../workers/shares.ts";

test("one owner has its share in hand, and takes none of another one's", () => {
  const shares = createShares(1);
  const leave = shares.enter("acme");
  expect(leave).toBeDefined();
  expect(shares.enter("acme")).toBeUndefined();
  expect(shares.enter("blue")).toBeDefined();
  leave?.();
  expect(shares.enter("acme")).toBeDefined();
});
