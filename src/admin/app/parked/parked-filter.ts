/** Which parked entries are meant; what is not named does not narrow. */
export type ParkedFilter = Readonly<Partial<Record<"connection" | "reason", string>>>;

/** The filter that an address names. */
export function filterOf(query: URLSearchParams): ParkedFilter {
  const connection = query.get("connection") ?? "";
  const reason = query.get("reason") ?? "";
  return {
    ...(connection === "" ? {} : { connection }),
    ...(reason === "" ? {} : { reason }),
  };
}

/** The filter in words, as the end of a sentence that begins with "Replay". */
export function wordFilter({ connection, reason }: ParkedFilter): string {
  const whose = connection === undefined ? "" : ` of ${connection}`;
  return reason === undefined ? `everything${whose}` : `all ${reason}${whose}`;
}
