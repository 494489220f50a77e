/** Where alerts go to. */
export interface AlertTargets {
  /** Undefined: no webhook is called. */
  readonly webhook: { readonly url: string; readonly secret: string } | undefined;
  /** Undefined: no mail is sent. */
  readonly email: { readonly from: string; readonly to: readonly string[] } | undefined;
}

/** Names the ways out that are configured: the webhook, and each address by its place in the list. */
export function alertRoads({ webhook, email }: AlertTargets): readonly string[] {
  return [
    ...(webhook === undefined ? [] : ["webhook"]),
    ...(email?.to ?? []).map((_, at) => `email-${at}`),
  ];
}
