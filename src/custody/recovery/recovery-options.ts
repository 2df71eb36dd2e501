import { CastellanError, type VerificationProvider } from '../../core/index.ts';

/** How an account is recovered. Unknown fields are refused. */
export interface RecoveryOptions {
  /** Steps that each take a code of their own, 1 to 8 of them. Default `['email', 'phone', 'identity']`. */
  readonly verificationRequired?: readonly string[] | undefined;
  /** Seconds between the last proof and completing, 0 to 30 days. Default 86,400. */
  readonly cooldownPeriod?: number | undefined;
  /** Guesses at the codes of one step, over all codes sent for it, 1 to 10. Default 3. */
  readonly maxAttempts?: number | undefined;
}

/** The options with their defaults, in ms. */
export interface RecoveryTerms {
  readonly steps: readonly string[];
  readonly cooldownMs: number;
  readonly maxAttempts: number;
}

const FIELDS = new Set(['verificationRequired', 'cooldownPeriod', 'maxAttempts']);
const MAX_STEPS = 8;
const MAX_COOLDOWN_S = 30 * 86_400;
const MAX_ATTEMPTS = 10;

/** Names of steps and methods. */
export const STEP_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** Reads the options. @throws CONFIG_INVALID naming every wrong field at once */
export function toRecoveryTerms(options: RecoveryOptions, provider: VerificationProvider): RecoveryTerms {
  const { verificationRequired: steps = ['email', 'phone', 'identity'], cooldownPeriod = 86_400, maxAttempts = 3 } = options;
  const problems = Object.keys(options)
    .filter((field) => !FIELDS.has(field))
    .map((field) => `${field.slice(0, 64)}: unknown field`);
  const within = (value: unknown, least: number, most: number): boolean =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  if (!Array.isArray(steps) || steps.length < 1 || steps.length > MAX_STEPS || new Set(steps).size !== steps.length) {
    problems.push('verificationRequired: 1 to 8 different steps');
  } else {
    for (const step of steps as readonly unknown[]) {
      if (typeof step !== 'string' || !STEP_NAME.test(step)) problems.push('verificationRequired: a step is named by a-z 0-9 _ -');
      else if (!provider.steps.includes(step)) problems.push(`verificationRequired: the provider brings no codes for ${step}`);
    }
  }
  if (!within(cooldownPeriod, 0, MAX_COOLDOWN_S)) problems.push('cooldownPeriod: whole seconds, 0 to 2592000');
  if (!within(maxAttempts, 1, MAX_ATTEMPTS)) problems.push('maxAttempts: 1 to 10');
  if (problems.length > 0)
    throw new CastellanError('CONFIG_INVALID', {
      message: `The recovery options are wrong: ${problems.join('; ')}`,
      details: { problems },
    });
  return { steps: [...steps], cooldownMs: cooldownPeriod * 1_000, maxAttempts };
}
