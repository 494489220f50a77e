import { z } from "zod";
import { channelsSchema, notificationsSchema } from "./channel-settings.ts";
import { DATED_TYPES, datedRules, datedShape } from "./dated-object.ts";
import { ladderSchema } from "./ladder.ts";
import { serviceUrlSchema } from "./service-url.ts";
import { mendProblems, siroMendSchema } from "./siro-mend.ts";
import { siroWatchSchema } from "./siro-watch.ts";
import { writeBackFields, writeBackSchema } from "./write-back.ts";

/** The name of a connection: a slug, for it stands in addresses. */
export const connectionNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be a slug: a-z, 0-9 and dashes, at most 40 characters");

const organizationIdSchema = z
  .string()
  .regex(
    /^00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/,
    "must be an organization id: 00D… with 15 or 18 characters",
  );

const signingSecretSchema = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{22,}={0,2}$/,
    "must be whsec_ and at least 16 random bytes in base64",
  );

const salesforceSchema = z.strictObject({
  instanceUrl: serviceUrlSchema,
  /** From this share of the day's API calls on, reads wait longer for company; at 0.95 they stop. */
  slowDownAtApiShare: z.number().min(0.05).max(0.95).default(0.6),
  auth: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("client-credentials"),
      clientId: z.string().min(1),
      clientSecret: z.string().min(1),
    }),
    z.strictObject({
      kind: z.literal("jwt-bearer"),
      clientId: z.string().min(1),
      username: z.string().min(1),
      privateKeyFile: z.string().min(1),
      loginUrl: serviceUrlSchema,
    }),
  ]),
  /** The app through which reps sign in to their page; without it that page has no such button. */
  repSignIn: z
    .strictObject({
      clientId: z.string().min(1),
      /** Only an app that needs no secret in the web server flow goes without. */
      clientSecret: z.string().min(1).optional(),
      /** Where reps sign in; `instanceUrl` when absent. */
      loginUrl: serviceUrlSchema.optional(),
    })
    .optional(),
});

const linksSchema = z.strictObject({
  host: z
    .string()
    .regex(/^[a-z0-9.-]+$/, "must be a host name")
    .default("app.siro.ai"),
  returnTo: z
    .union([
      z.enum(["record", "none"]),
      z.string().regex(/^https:\/\/\S+$/, 'must be "record", "none" or an https URL template'),
    ])
    .default("record"),
  conversationType: z.uuid().nullable().default(null),
  omitObjectTypes: z.array(z.string()).default([]),
});

const seconds = z.int().min(0).max(86_400);

/** When prompts are due and how visits of one rep are joined; seconds unless the name says otherwise. */
export const scheduleSchema = z.strictObject({
  startLeadSeconds: seconds.default(120),
  stopGraceSeconds: seconds.default(0),
  restartGapSeconds: seconds.nullable().default(120),
  defaultDurationMinutes: z.int().min(1).max(1440).default(60),
  horizonDays: z.int().min(1).max(180).default(14),
  stopExpirySeconds: z.int().min(1).max(86_400).default(1800),
  ladder: ladderSchema.default([
    { afterSeconds: 0, to: "primary" },
    { afterSeconds: 60, to: "others" },
    { afterSeconds: 180, to: ["email", "sms"] },
  ]),
});
export type Schedule = Readonly<z.infer<typeof scheduleSchema>>;

const mappingSchema = z.strictObject({
  repPolicy: z.enum(["primary", "all", "required"]).default("primary"),
  ...datedShape,
  requireRelated: z.boolean().default(true),
  includeInvitees: z.boolean().default(false),
  inPersonOnly: z.boolean().default(false),
  expandCrews: z.boolean().default(false),
  workOrder: z
    .strictObject({ opportunityPath: z.string().min(1).nullable().default(null) })
    .prefault({}),
});

const reconcileSchema = z.strictObject({
  everySeconds: z
    .int()
    .refine((value) => value === 0 || value >= 5, "must be 0 (off) or at least 5")
    .default(120),
});

const siroSchema = z.strictObject({
  apiToken: z.string().min(1).optional(),
  webhookSecret: signingSecretSchema.optional(),
  apiBaseUrl: serviceUrlSchema.default("https://functions.siro.ai/api-externalApi/v1"),
  /** The app of the organization that makes tokens of its users; only with it are links and titles mended. */
  userApp: z
    .strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) })
    .optional(),
  userApiBaseUrl: serviceUrlSchema.default("https://api.siro.ai/v1"),
  ...siroWatchSchema.shape,
  ...siroMendSchema.shape,
});

/** Absent means no limit. */
const limitsSchema = z.strictObject({
  /** So many delivery attempts go out in a second at most, over all worker processes. */
  attemptsPerSecond: z.number().min(0.01).max(1000).optional(),
});

/** `/data/…` carries changes of records, `/event/…` platform events. */
const changeEventsSchema = z.strictObject({
  channel: z
    .string()
    .regex(/^\/(data|event)\/\w+$/, "must be a channel like /data/ChangeEvents or /event/Name"),
});

/** Whose certificate a proxy must have seen before an outbound message is read (mutual TLS). */
const clientCertificateSchema = z.strictObject({
  header: z
    .string()
    .regex(/^[a-z0-9-]+$/i)
    .default("x-client-cert-subject"),
  verifiedHeader: z
    .string()
    .regex(/^[a-z0-9-]+$/i)
    .default("x-client-cert-verified"),
  commonName: z.string().min(1).default("proxy.salesforce.com"),
});

/** Strict, so that whoever reads the range later can: one that cannot be read would keep the bridge from starting. */
const addressRangeSchema = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "must be an IP address or a CIDR range",
});

/** One Salesforce org with its secrets and rules, as written in the connections file. */
export const connectionSchema = z
  .strictObject({
    name: connectionNameSchema,
    organizationId: organizationIdSchema,
    webhookSecrets: z
      .array(z.string().min(32, "must have at least 32 characters").max(512))
      .max(2, "holds at most two secrets, the old and the new one")
      .default([]),
    signingSecrets: z
      .array(signingSecretSchema)
      .max(2, "holds at most two secrets, the old and the new one")
      .default([]),
    integrationConnectionId: z.string().min(1).optional(),
    salesforce: salesforceSchema.optional(),
    links: linksSchema.prefault({}),
    schedule: scheduleSchema.prefault({}),
    mapping: mappingSchema.prefault({}),
    reconcile: reconcileSchema.prefault({}),
    writeBack: writeBackSchema.prefault({}),
    notifications: notificationsSchema.prefault({}),
    channels: channelsSchema.prefault({}),
    limits: limitsSchema.optional(),
    siro: siroSchema.optional(),
    changeEvents: changeEventsSchema.optional(),
    ignoreOrganizationIds: z.array(organizationIdSchema).default([]),
    allowSourceIps: z.array(addressRangeSchema).default([]),
    clientCertificate: clientCertificateSchema.optional(),
  })
  .refine((one) => one.webhookSecrets.length + one.signingSecrets.length > 0, {
    message: "needs at least one of webhookSecrets, signingSecrets",
    path: ["webhookSecrets"],
  })
  .refine((one) => one.changeEvents === undefined || one.salesforce !== undefined, {
    message: "needs the salesforce settings to sign in with",
    path: ["changeEvents"],
  })
  .refine((one) => one.name !== "callback" || one.salesforce?.repSignIn === undefined, {
    message: '"callback" is the address where sign-ins come back; reps cannot sign in to it',
    path: ["name"],
  })
  .superRefine((one, context) => {
    for (const message of mendProblems(one)) {
      context.addIssue({ code: "custom", path: ["siro"], message });
    }
  })
  .refine(({ writeBack, mapping }) => isOnlyWritten(writeBackFields(writeBack), mapping), {
    message: "needs a field of its own for each value, and none that the mapping reads",
    path: ["writeBack"],
  });
export type Connection = Readonly<z.infer<typeof connectionSchema>>;

/** The connections file: all orgs of this bridge; names are unique. */
export const connectionsFileSchema = z
  .strictObject({ connections: z.array(connectionSchema) })
  .superRefine(({ connections }, context) => {
    const seen = new Set<string>();
    for (const [at, { name }] of connections.entries()) {
      if (seen.has(name)) {
        context.addIssue({
          code: "custom",
          path: ["connections", at, "name"],
          message: `"${name}" is used twice`,
        });
      }
      seen.add(name);
    }
  });

/** A field that is written and read would let the bridge answer itself. */
function isOnlyWritten(
  written: readonly string[],
  mapping: z.infer<typeof mappingSchema>,
): boolean {
  const read = DATED_TYPES.flatMap((type) => {
    const dated = datedRules(mapping, type);
    return dated === undefined ? [] : [dated.startField, dated.endField, dated.repField];
  });
  const names = [...written, ...read.filter((field) => field !== null)].map((field) =>
    field.toLowerCase(),
  );
  // The mapped objects may well name the same field.
  return new Set(names).size === written.length + new Set(names.slice(written.length)).size;
}
