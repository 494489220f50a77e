/** One error of the answer to a refused call. */
export interface ApiError {
  readonly message: string;
  readonly errorCode: string;
  /** The fields at fault; only answers to writes have them. */
  readonly fields?: readonly string[];
}

/** A call that the API refuses, with the status and the error object that Salesforce would answer. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  readonly status: number;
  readonly error: ApiError;

  constructor(error: ApiError, options: ErrorOptions & { readonly status?: number } = {}) {
    super(error.message, options);
    this.status = options.status ?? 400;
    this.error = error;
  }
}

/** Refuses with 400 and the given code. */
export function badRequest(errorCode: string, message: string, options?: ErrorOptions): ApiRefusal {
  return new ApiRefusal({ message, errorCode }, options);
}

/** Refuses because nothing is there. */
export function notFound(message = "The requested resource does not exist"): ApiRefusal {
  return new ApiRefusal({ errorCode: "NOT_FOUND", message }, { status: 404 });
}
