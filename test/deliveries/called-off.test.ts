import { describe, expect, test } from "@jest/globals";
import { calledOff } from "../../src/deliveries/called-off.ts";
import { RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at } from "../support/builders.ts";

/** A day at 9:58 on which the start of A, from ten to eleven, was sent. */
async function aSentStart(): Promise<RepDay> {
  const day = new RepDay(aSchedule(), at("08:00"));
  day.store(anAppointment("A", ["10:00", "11:00"]));
  const { added } = await day.plan();
  day.nowMs = at("09:58");
  for (const prompt of added.filter(({ action }) => action === "start")) {
    await day.run(prompt);
  }
  return day;
}

/** What a change of the day leaves on the devices without a use. */
async function leftBehind(day: RepDay): Promise<readonly string[]> {
  const change = await day.plan();
  return calledOff(change, day.nowMs).map(({ action, recordId }) => `${action} ${recordId}`);
}

describe("calledOff", () => {
  test.each([
    ["to the afternoon", ["14:00", "15:00"]],
    ["to begin an hour later", ["11:00", "12:00"]],
    ["to begin later and end as before", ["10:40", "11:00"]],
  ] as const)("a visit that moves %s after its start was sent leaves that start", async (_, times) => {
    const day = await aSentStart();
    day.store(anAppointment("A", [...times]));
    expect(await leftBehind(day)).toEqual(["start A"]);
  });

  test("one that moves to where its start is due again soon does not: it is replaced", async () => {
    const day = await aSentStart();
    day.nowMs = at("10:37:30");
    day.store(anAppointment("A", ["10:40", "11:00"]));
    expect(await leftBehind(day)).toEqual([]);
  });

  test.each([
    ["moves a little", ["10:20", "11:20"]],
    ["gets longer", ["10:00", "12:00"]],
  ] as const)("a visit that only %s is on", async (_, times) => {
    const day = await aSentStart();
    day.store(anAppointment("A", [...times]));
    expect(await leftBehind(day)).toEqual([]);
  });

  test("one that moves before its start was sent left nothing", async () => {
    const day = new RepDay(aSchedule(), at("08:00"));
    day.store(anAppointment("A", ["10:00", "11:00"]));
    await day.plan();
    day.store(anAppointment("A", ["14:00", "15:00"]));
    expect(await leftBehind(day)).toEqual([]);
  });

  test("one that is canceled gets a stop in its place; one that the next visit's restart ends gets none", async () => {
    const canceled = anAppointment("A", ["10:00", "11:00"], { status: "canceled" });
    const day = await aSentStart();
    day.store(canceled);
    expect(await leftBehind(day)).toEqual([]);
    const other = await aSentStart();
    other.store(canceled);
    other.store(anAppointment("B", ["10:00", "11:00"], { status: "in-progress" }));
    expect(await leftBehind(other)).toEqual(["stop A"]);
  });
});
