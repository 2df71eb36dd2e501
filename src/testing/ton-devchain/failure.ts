/** A request that gets no result: its text and HTTP status, as toncenter gives them. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/** What stands in the request cannot be read. */
export const malformed = (text: string): ApiFailure => new ApiFailure(422, `Validation error: ${text}`);
