import { z } from "zod";
import { deviceSchema } from "./device.ts";
import { enrolmentSchema } from "./enrolment.ts";

const { label } = enrolmentSchema.shape;
const { platform } = deviceSchema.shape;

/** What a rep sends to enrol a device of their own: a browser, an app that shows alerts, or an automation. */
export const repEnrolmentSchema = z.discriminatedUnion("channel", [
  z.object({ channel: z.literal("web-push"), address: z.unknown(), label, platform }),
  z.object({ channel: z.literal("ntfy"), label, platform }),
  z.object({ channel: z.literal("pull"), label, platform }),
]);
export type RepEnrolment = Readonly<z.infer<typeof repEnrolmentSchema>>;
