/** What a body may cost; every limit is far above any real outbound message. */
export interface XmlLimits {
  /** A real message is 6 deep; resolving namespaces costs the square of the depth. */
  readonly maxDepth: number;
  readonly maxAttributes: number;
  /** 100 notifications of 200 fields are about 20,000. */
  readonly maxElements: number;
  /** The schema's own limit. */
  readonly maxNotifications: number;
  /** In UTF-16 units; a long text area holds 131,072 characters. */
  readonly maxTextLength: number;
  /** Characters parsed before other requests get their turn. */
  readonly sliceLength: number;
  /** Time spent parsing one body, waiting not counted; the largest real message takes a fifth of it. */
  readonly parseBudgetMs: number;
}

/** The limits outside of tests. */
export const XML_LIMITS: XmlLimits = {
  maxDepth: 8,
  maxAttributes: 32,
  maxElements: 60_000,
  maxNotifications: 100,
  maxTextLength: 256 * 1024,
  sliceLength: 64 * 1024,
  parseBudgetMs: 500,
};
