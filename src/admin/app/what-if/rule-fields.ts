/** One setting as the form shows it. */
export interface RuleField {
  readonly path: string;
  readonly label: string;
  /** `maybe-…` may be left empty, which is null; a list has commas; a ladder has a rung on each line. */
  readonly kind:
    | "number"
    | "maybe-number"
    | "text"
    | "maybe-text"
    | "list"
    | "flag"
    | "choice"
    | "ladder";
  readonly hint?: string;
  readonly placeholder?: string;
  readonly choices?: readonly string[];
}

/** Settings that belong together. */
export interface RuleSection {
  readonly title: string;
  readonly lead: string;
  /** Counts only where records are read from Salesforce. */
  readonly isMapping?: true;
  readonly fields: readonly RuleField[];
}

/** Objects that a mapping may do without, in the words of the page. */
export const DATED_OBJECTS = { lead: "Lead", opportunity: "Opportunity" } as const;

/** Everything that can be tried. */
export const RULE_SECTIONS: readonly RuleSection[] = [
  {
    title: "Schedule",
    lead: "When reps are prompted, and which of their devices is tried when.",
    fields: [
      {
        path: "schedule.startLeadSeconds",
        label: "Start, seconds before the visit",
        kind: "number",
      },
      { path: "schedule.stopGraceSeconds", label: "Stop, seconds after its end", kind: "number" },
      {
        path: "schedule.restartGapSeconds",
        label: "Join visits closer than (seconds)",
        kind: "maybe-number",
        placeholder: "never",
        hint: "Stop and start become one restart. Empty: never.",
      },
      {
        path: "schedule.stopExpirySeconds",
        label: "A stop is useful for (seconds)",
        kind: "number",
      },
      {
        path: "schedule.defaultDurationMinutes",
        label: "A visit without an end lasts (minutes)",
        kind: "number",
      },
      { path: "schedule.horizonDays", label: "Plan ahead (days)", kind: "number" },
      {
        path: "schedule.ladder",
        label: "Ladder",
        kind: "ladder",
        hint: "Whom: primary, others, web-push, ntfy, email, sms, salesforce-notification.",
      },
    ],
  },
  {
    title: "Links",
    lead: "Where a link opens, what it names, and where the rep ends up after Siro.",
    fields: [
      { path: "links.host", label: "Siro's host", kind: "text" },
      {
        path: "links.returnTo",
        label: "After Siro",
        kind: "text",
        hint: "record, none, or an https address with {recordType} and {recordId}.",
      },
      {
        path: "links.conversationType",
        label: "Conversation type",
        kind: "maybe-text",
        placeholder: "none",
        hint: "The UUID of a conversation type of Siro's.",
      },
      {
        path: "links.omitObjectTypes",
        label: "Leave out records of type",
        kind: "list",
        placeholder: "none",
        hint: "With commas: Account, Contact.",
      },
      {
        path: "integrationConnectionId",
        label: "Siro's connection ID",
        kind: "maybe-text",
        placeholder: "none",
        hint: "Without it links name no CRM records.",
      },
    ],
  },
  {
    title: "Mapping",
    lead: "What a record of Salesforce means. The records are read once more for it: one or two API calls, four at most where other fields are named, and at first a few to learn the org's fields.",
    isMapping: true,
    fields: [
      ...Object.entries(DATED_OBJECTS).flatMap(([name, word]) => dated(name, word)),
      {
        path: "mapping.repPolicy",
        label: "Who is prompted",
        kind: "choice",
        choices: ["primary", "all", "required"],
        hint: "Of the assigned resources of a service appointment.",
      },
      {
        path: "mapping.workOrder.opportunityPath",
        label: "From a work order to its opportunity",
        kind: "maybe-text",
        placeholder: "none",
        hint: "Such as Project__r.Opportunity__c.",
      },
      flag("requireRelated", "Only events that are related to somebody"),
      flag("includeInvitees", "Invitees of an event are prompted, too"),
      flag("inPersonOnly", "Only appointments in person"),
      flag("expandCrews", "Members of a crew are prompted"),
    ],
  },
];

function flag(name: string, label: string): RuleField {
  return { path: `mapping.${name}`, label, kind: "flag" };
}

function dated(name: string, word: string): readonly RuleField[] {
  const placeholder = "none";
  return [
    {
      path: `mapping.${name}.startField`,
      label: `${word}: field of the start`,
      kind: "text",
      placeholder,
      hint: `All three empty: no ${word} is an appointment.`,
    },
    {
      path: `mapping.${name}.endField`,
      label: `${word}: field of the end`,
      kind: "maybe-text",
      placeholder,
    },
    {
      path: `mapping.${name}.repField`,
      label: `${word}: field of the rep`,
      kind: "maybe-text",
      placeholder: "the owner",
    },
  ];
}
