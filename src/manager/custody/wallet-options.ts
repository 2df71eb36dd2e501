import { z } from 'zod';
import { CastellanError } from '../../core/errors.ts';
import { describeIssues, lazySchema } from '../../core/schema.ts';
import type { TypedDataSigner } from '../../core/smart-account.ts';
import type { UserSigner } from '../../core/user-signer.ts';
import { type CustodyMode, parseCustodyMode } from '../../custody/index.ts';

const text = (max: number) => z.string().min(1).max(max);
const amount = lazySchema(() => z.string().regex(/^(0|[1-9]\d{0,77})(\.\d{1,77})?$/, 'must be an exact decimal string such as "12.5"'));
const has = <T>(method: keyof T & string, what: string) =>
  z.custom<T>(
    (value) => typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function',
    `must be ${what}`,
  );
const mode = lazySchema(() =>
  z.string().transform((spelled, context): CustodyMode => {
    try {
      return parseCustodyMode(spelled);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be software, non-custodial, smart-contract or mpc' });
      return z.NEVER;
    }
  }),
);

/** What a wallet is made of. Unknown fields are refused, and so are fields that the mode has no use for. */
const walletOptionsSchema = lazySchema(() =>
  z.strictObject({
    /** CAIP-2; may be left out where the manager serves one chain. */
    chain: text(64).optional(),
    /** Default: as configured under `custody.mode`. */
    mode: mode.optional(),
    /** A key that exists, such as an imported one, instead of a fresh one. It must not sign for another agent. */
    keyId: text(64).optional(),
    /** Mode `non-custodial`: the user's own wallet. Default: as configured under `custody.signer`. */
    signer: has<UserSigner>('sign', 'a UserSigner').optional(),
    /** Mode `smart-contract`: who owns the account. Default: as configured under `custody.owner`. */
    owner: has<TypedDataSigner>('signTypedData', 'a signer of typed data').optional(),
    /** Tells accounts of the same parties apart, and finds the same one again. Default: of the key. */
    salt: text(64).optional(),
    /** Mode `smart-contract`, held by the chain itself: of the native coin within each period, whole coins as a decimal string. */
    dailyLimit: amount.optional(),
    /** The same in one transaction. */
    perTransactionLimit: amount.optional(),
    /** The same for tokens, by symbol or asset id, in whole tokens; a token that is not named does not move. */
    tokenLimits: z.record(text(256), amount).optional(),
    /** Length of the period, seconds. Default: a day. */
    periodSeconds: z.int().min(1).max(31_536_000).optional(),
    allowedDestinations: z.array(text(256)).min(1).max(64).readonly().optional(),
    /** The adapter's words, such as `transfer`. */
    allowedOperations: z.array(text(32)).min(1).max(16).readonly().optional(),
    /** When the agent's right to the account ends, ms since the epoch. */
    expiresAtMs: z.int().positive().optional(),
    /** Mode `mpc`: how many of the parties must sign, and who they are. Default: as configured, or 2 of 3. */
    threshold: z.int().min(2).max(5).optional(),
    parties: z
      .array(z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -'))
      .min(2)
      .max(5)
      .readonly()
      .optional(),
  }),
);

/** How a wallet is made. */
export type WalletOptions = z.input<typeof walletOptionsSchema>;
/** The same, checked in form. */
export type ParsedWalletOptions = z.output<typeof walletOptionsSchema>;

type Field = keyof ParsedWalletOptions;

const LIMITS = [
  'dailyLimit',
  'perTransactionLimit',
  'tokenLimits',
  'periodSeconds',
  'allowedDestinations',
  'allowedOperations',
  'expiresAtMs',
] as const satisfies readonly Field[];

/** Fields that a mode has a use for, beside chain and mode: a limit that nobody would hold is refused, not dropped. */
const OF_MODE: Readonly<Record<CustodyMode, readonly Field[]>> = {
  software: ['keyId'],
  mpc: ['keyId', 'threshold', 'parties', 'salt'],
  'non-custodial': ['signer'],
  'smart-contract': ['keyId', 'owner', 'salt', ...LIMITS],
};

/** Reads options in form. @throws REQUEST_INVALID naming every wrong field at once */
export function parseWalletOptions(options: unknown): ParsedWalletOptions {
  let problems = ['options: cannot be read'];
  try {
    const parsed = walletOptionsSchema.safeParse(options);
    if (parsed.success) return parsed.data;
    problems = describeIssues(parsed.error).map((problem) => problem.slice(0, 200));
  } catch {
    // What cannot be read is refused like what is wrong.
  }
  throw wrongOptions(problems);
}

/** Refuses options that a mode would ignore, and parties that cannot be. @throws REQUEST_INVALID naming every wrong field at once */
export function checkOptionsOf(custody: CustodyMode, options: ParsedWalletOptions): void {
  const useful = new Set<string>(['chain', 'mode', ...OF_MODE[custody]]);
  const problems = Object.entries(options)
    .filter(([field, value]) => value !== undefined && !useful.has(field))
    .map(([field]) => `${field}: has no meaning for a ${custody} wallet`);
  if (problems.length > 0) throw wrongOptions(problems);
  checkNames(options.parties ?? []);
}

/** Refuses parties that share a name: two that a person takes for one are no two. @throws REQUEST_INVALID */
export function checkNames(parties: readonly string[]): void {
  if (new Set(parties.map((name) => name.toLowerCase())).size !== parties.length) throw wrongOptions(['parties: each is named once']);
}

function wrongOptions(problems: readonly string[]): CastellanError {
  return new CastellanError('REQUEST_INVALID', {
    message: `The wallet's options are wrong: ${problems.slice(0, 32).join('; ').slice(0, 2_000)}`,
    details: { problems },
  });
}
