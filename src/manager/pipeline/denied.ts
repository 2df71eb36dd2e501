import type { Reason, ReasonCode } from '../../core/reason.ts';

/** Carries a denial out of nested reading of a request; `resolveRequest` turns it into a value. */
export class Denied extends Error {
  readonly reason: Reason;
  constructor(code: ReasonCode, message: string, facts?: Record<string, string>) {
    super(message);
    this.reason = { code, message, retryable: false, ...(facts === undefined ? {} : { facts }) };
  }
}

/** The value of a field that the request's form needs. @throws Denied */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new Denied('request_malformed', `The request needs the field ${field}.`, { field });
  return value;
}
