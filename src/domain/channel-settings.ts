import { z } from "zod";
import { mailSenderSchema } from "./mail-sender.ts";
import { serviceUrlSchema } from "./service-url.ts";

/** How much of an appointment may stand on a lock screen: its title, initials alone, or nothing. */
const privacySchema = z.enum(["full", "initials", "none"]);
export type Privacy = z.infer<typeof privacySchema>;

/** What stands on lock screens. */
export const notificationsSchema = z.strictObject({ privacy: privacySchema.default("full") });

/** The services behind the channels that need one; a channel without its entry cannot be enrolled. */
export const channelsSchema = z.strictObject({
  ntfy: z
    .strictObject({
      serverUrl: serviceUrlSchema.default("https://ntfy.sh"),
      /** An access token that may publish; hosted ntfy takes messages without one. */
      token: z.string().min(1).optional(),
    })
    .optional(),
  email: z.strictObject({ from: mailSenderSchema }).optional(),
  sms: z
    .strictObject({
      accountSid: z.string().regex(/^AC[0-9a-f]{32}$/, "must be AC and 32 hex digits"),
      authToken: z.string().min(1),
      /** A number in E.164 form, or the id of a messaging service. */
      from: z.string().regex(/^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/, "must be +15550100 or MG…"),
      apiBaseUrl: serviceUrlSchema.default("https://api.twilio.com"),
    })
    .optional(),
  salesforceNotification: z
    .strictObject({ typeDeveloperName: z.string().regex(/^\w+$/).default("Siro_Prompt") })
    .optional(),
});
export type ChannelSettings = Readonly<z.infer<typeof channelsSchema>>;
