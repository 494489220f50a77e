/** Siro's own host. White-label tenants have others, so it stays an option. */
const SIRO_HOST = "app.siro.ai";

/** Our choice: Siro publishes no limit for a recording title. */
const MAX_TITLE_LENGTH = 255;

/** What the rules need to know about a Siro organization. Everything has a default. */
export interface LinkOptions {
  /** Host of the link, perhaps with a port. Default `app.siro.ai`. */
  readonly host?: string | undefined;
  /** The organization's conversation types, once loaded; others are dropped with a warning. Absent means not loaded. */
  readonly knownConversationTypes?: readonly string[] | undefined;
  /** Custom schemes that Siro has whitelisted for redirects, such as `salesforce1`. Default none. */
  readonly whitelistedSchemes?: readonly string[] | undefined;
  /** Lets through what only Siro's API description knows: `Engagement`, and a conversation type on `restart`. */
  readonly allowUndocumented?: boolean | undefined;
  /** Turns 15-character Salesforce ids in `crmObjects` into 18 characters. Default true; false for another CRM. */
  readonly normalizeIds?: boolean | undefined;
  /** Longest title, in UTF-16 units with the ellipsis; at least 1. Default 255. */
  readonly maxTitleLength?: number | undefined;
}

/** The options with every default filled in. */
export interface LinkRules {
  readonly host: string;
  readonly knownConversationTypes: readonly string[] | undefined;
  readonly whitelistedSchemes: readonly string[];
  readonly allowUndocumented: boolean;
  readonly normalizeIds: boolean;
  readonly maxTitleLength: number;
}

/** Fills in the defaults. The host is lower-cased, since hosts have no case. */
export function linkRules(options: LinkOptions): LinkRules {
  return {
    host: (options.host ?? SIRO_HOST).toLowerCase(),
    knownConversationTypes: options.knownConversationTypes,
    whitelistedSchemes: options.whitelistedSchemes ?? [],
    allowUndocumented: options.allowUndocumented ?? false,
    normalizeIds: options.normalizeIds ?? true,
    maxTitleLength: Math.max(1, options.maxTitleLength ?? MAX_TITLE_LENGTH),
  };
}
