/** How many API calls the org made today, and may make. */
export interface ApiUsage {
  used: number;
  limit: number;
}

/** The header that every answer of the API carries. */
export function limitInfoHeader({ used, limit }: ApiUsage): Record<string, string> {
  return { "Sforce-Limit-Info": `api-usage=${used}/${limit}` };
}
