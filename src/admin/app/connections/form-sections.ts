import type { Settings } from "./connection-shapes.ts";
import { isSection, valueAt, withValue } from "./settings-at.ts";

/** One setting as the form shows it. */
export interface FormField {
  readonly path: string;
  readonly label: string;
  /** A secret is never shown; left empty it stays as it is. */
  readonly kind: "text" | "number" | "secret" | "choice";
  readonly hint?: string;
  readonly placeholder?: string;
  readonly choices?: readonly (readonly [value: string, word: string])[];
  /** Shown only where these settings ask for it. */
  readonly isFor?: (settings: Settings) => boolean;
}

/** Settings that belong together; with `section` they are there only when somebody wants them. */
export interface FormSection {
  readonly title: string;
  readonly lead: string;
  /** The path of the optional object that holds them. */
  readonly section?: string;
  /** What the object holds when it is switched on. */
  readonly first?: Settings;
  readonly fields: readonly FormField[];
}

const isKeySignIn = (settings: Settings) =>
  valueAt(settings, "salesforce.auth.kind") === "jwt-bearer";
const isSecretSignIn = (settings: Settings) => !isKeySignIn(settings);

/** The common part of a connection; everything else is in the JSON view. */
export const FORM_SECTIONS: readonly FormSection[] = [
  {
    title: "The org",
    lead: "Which Salesforce organization this is, and which of Siro's CRM connections it belongs to.",
    fields: [
      {
        path: "name",
        label: "Name",
        kind: "text",
        hint: "Stands in addresses: a-z, 0-9 and dashes. It cannot be changed later.",
        placeholder: "acme",
      },
      {
        path: "organizationId",
        label: "Organization ID",
        kind: "text",
        hint: "Setup, Company Information: 00D… with 15 or 18 characters.",
        placeholder: "00D…",
      },
      {
        path: "integrationConnectionId",
        label: "Siro's connection ID",
        kind: "text",
        hint: "Without it links name no CRM records.",
        placeholder: "01H…",
      },
    ],
  },
  {
    title: "Salesforce sign-in",
    lead: "With it the bridge reads records by itself. Without it appointments come from signed events alone.",
    section: "salesforce",
    first: { auth: { kind: "client-credentials" } },
    fields: [
      {
        path: "salesforce.instanceUrl",
        label: "My Domain URL",
        kind: "text",
        placeholder: "https://acme.my.salesforce.com",
      },
      {
        path: "salesforce.auth.kind",
        label: "Signs in by",
        kind: "choice",
        choices: [
          ["client-credentials", "Client ID and secret"],
          ["jwt-bearer", "Certificate (JWT)"],
        ],
      },
      { path: "salesforce.auth.clientId", label: "Client ID", kind: "text" },
      {
        path: "salesforce.auth.clientSecret",
        label: "Client secret",
        kind: "secret",
        isFor: isSecretSignIn,
      },
      {
        path: "salesforce.auth.username",
        label: "User name",
        kind: "text",
        isFor: isKeySignIn,
      },
      {
        path: "salesforce.auth.privateKeyFile",
        label: "Private key file",
        kind: "text",
        hint: "A path on the machine that the bridge runs on.",
        isFor: isKeySignIn,
      },
      {
        path: "salesforce.auth.loginUrl",
        label: "Login URL",
        kind: "text",
        placeholder: "https://acme.my.salesforce.com",
        isFor: isKeySignIn,
      },
    ],
  },
  {
    title: "Schedule",
    lead: "When reps are prompted. An empty field has the value shown in it.",
    fields: [
      number("schedule.startLeadSeconds", "Start, seconds before the visit", "120"),
      number("schedule.stopGraceSeconds", "Stop, seconds after its end", "0"),
      number("schedule.restartGapSeconds", "Join visits closer than (seconds)", "120"),
      number("schedule.defaultDurationMinutes", "A visit without an end lasts (minutes)", "60"),
      number("schedule.horizonDays", "Plan ahead (days)", "14"),
    ],
  },
  {
    title: "Links",
    lead: "Where a link opens, and where the rep ends up after Siro.",
    fields: [
      { path: "links.host", label: "Siro's host", kind: "text", placeholder: "app.siro.ai" },
      {
        path: "links.returnTo",
        label: "After Siro",
        kind: "text",
        placeholder: "record",
        hint: "record, none, or an https address with {recordType} and {recordId}.",
      },
      {
        path: "links.conversationType",
        label: "Conversation type",
        kind: "text",
        placeholder: "none",
        hint: "The UUID of a conversation type of Siro's.",
      },
    ],
  },
  {
    title: "Siro",
    lead: "With a token the bridge learns what became of each prompt.",
    section: "siro",
    first: {},
    fields: [
      { path: "siro.apiToken", label: "API token", kind: "secret" },
      {
        path: "siro.webhookSecret",
        label: "Webhook secret",
        kind: "secret",
        hint: "Siro shows it where its webhook is made: whsec_…",
      },
    ],
  },
  {
    title: "E-mail",
    lead: "Prompts by e-mail; the mail server is SMTP_URL of the bridge.",
    section: "channels.email",
    first: {},
    fields: [
      {
        path: "channels.email.from",
        label: "From",
        kind: "text",
        placeholder: "Siro prompts <siro@acme.example>",
      },
    ],
  },
  {
    title: "Text messages",
    lead: "Prompts as SMS through an account at Twilio.",
    section: "channels.sms",
    first: {},
    fields: [
      { path: "channels.sms.accountSid", label: "Account SID", kind: "text", placeholder: "AC…" },
      { path: "channels.sms.authToken", label: "Auth token", kind: "secret" },
      { path: "channels.sms.from", label: "From", kind: "text", placeholder: "+15550100" },
    ],
  },
  {
    title: "ntfy",
    lead: "Prompts through an ntfy server.",
    section: "channels.ntfy",
    first: {},
    fields: [
      {
        path: "channels.ntfy.serverUrl",
        label: "Server",
        kind: "text",
        placeholder: "https://ntfy.sh",
      },
      { path: "channels.ntfy.token", label: "Access token", kind: "secret" },
    ],
  },
  {
    title: "Salesforce app",
    lead: "Prompts as custom notifications in the Salesforce app.",
    section: "channels.salesforceNotification",
    first: {},
    fields: [
      {
        path: "channels.salesforceNotification.typeDeveloperName",
        label: "Notification type",
        kind: "text",
        placeholder: "Siro_Prompt",
      },
    ],
  },
];

/** What stands in a field. */
export function textOf(settings: Settings, { path }: FormField): string {
  const value = valueAt(settings, path);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The settings after somebody typed into a field; an empty one is left out, so that its default counts. */
export function withText(settings: Settings, { path, kind }: FormField, text: string): Settings {
  const isNumber = kind === "number" && /^-?\d+$/.test(text.trim());
  const typed = isNumber ? Number(text) : text;
  const next = withValue(settings, path, text === "" ? undefined : typed);
  const isSignIn = path === "salesforce.auth.kind";
  return isSignIn ? withOtherSignIn(next, text) : next;
}

/** Says whether an optional section is wanted. */
export function isOn(settings: Settings, { section }: FormSection): boolean {
  return section === undefined || isSection(valueAt(settings, section));
}

/** The two ways to sign in have only the client id in common. */
function withOtherSignIn(settings: Settings, kind: string): Settings {
  const clientId = valueAt(settings, "salesforce.auth.clientId");
  const auth = clientId === undefined ? { kind } : { kind, clientId };
  return withValue(settings, "salesforce.auth", auth);
}

function number(path: string, label: string, placeholder: string): FormField {
  return { path, label, kind: "number", placeholder };
}
