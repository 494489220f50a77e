/** A token request that is refused, with Salesforce's own error and description. */
export class OAuthRefusal extends Error {
  override readonly name = "OAuthRefusal";
  readonly status: number;
  readonly error: string;

  constructor(
    error: string,
    description: string,
    options?: ErrorOptions & { readonly status?: number },
  ) {
    super(description, options);
    this.status = options?.status ?? 400;
    this.error = error;
  }
}
