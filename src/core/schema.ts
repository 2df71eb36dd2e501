import { z } from 'zod';
import { parseAccount } from './account.ts';
import { parseAssetId } from './asset.ts';
import { parseChainId } from './chain-id.ts';
import { isCastellanError } from './errors.ts';
import type { AccountId, AgentId, AssetId, ChainId, RequestId } from './ids.ts';
import { parseBaseUnits } from './money.ts';

/**
 * A schema that is built when it is first used. Building one costs as much as a hundred checks by it, and a process that only
 * imports the package checks nothing.
 */
export function lazySchema<T extends z.ZodType>(build: () => T): z.ZodLazy<T> {
  let built: T | undefined;
  return z.lazy(() => {
    built ??= build();
    return built;
  });
}

/** Runs a parser of core inside a schema; its message becomes the issue's. */
function parsed<T>(parse: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: isCastellanError(error) ? error.shortMessage : 'Invalid value.' });
      return z.NEVER;
    }
  });
}

/** Agent id: 1–64 of `[A-Za-z0-9_.-]`; not `__proto__`, which plain objects cannot hold as a key. */
export const agentIdSchema: z.ZodType<AgentId, string> = lazySchema(() =>
  z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'An agent id is 1 to 64 of A-Z a-z 0-9 _ . -')
    .refine((id) => id !== '__proto__', 'This id is reserved.'),
);

/** Request id: 1–128 printable ASCII characters without space and `/`. */
export const requestIdSchema: z.ZodType<RequestId, string> = lazySchema(() =>
  z.string().regex(/^[\x21-\x2e\x30-\x7e]{1,128}$/, 'A request id is 1 to 128 printable ASCII characters without space and /'),
);

/** Decimal amount as text, whose decimals depend on the asset: checked in form here, parsed by `parseAmount`. */
export const amountTextSchema: z.ZodType<string, string> = lazySchema(() =>
  z
    .string()
    .max(334)
    .regex(/^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/, 'An amount is a decimal string such as "12.5".'),
);

/** Integer base units as text, to a bigint. */
export const baseUnitsSchema: z.ZodType<bigint, string> = lazySchema(() => parsed(parseBaseUnits));

/** CAIP-2 chain id, to its canonical spelling. */
export const chainIdSchema: z.ZodType<ChainId, string> = lazySchema(() => parsed(parseChainId));

/** CAIP-19 asset id, to its canonical spelling. */
export const assetIdSchema: z.ZodType<AssetId, string> = lazySchema(() => parsed(parseAssetId));

/** CAIP-10 account, to its canonical id. */
export const accountSchema: z.ZodType<AccountId, string> = lazySchema(() => parsed((text) => parseAccount(text)));

/** Any spelling of an account on `chain`, to its canonical id. */
export function accountOnSchema(chain: ChainId): z.ZodType<AccountId, string> {
  return parsed((text) => parseAccount(text, chain));
}

/** Every wrong field with what is wrong about it, one line each: `limits.daily: Invalid input …`. */
export function describeIssues(error: z.ZodError): string[] {
  return [...new Set(linesOf(error.issues, []))];
}

function linesOf(issues: readonly z.core.$ZodIssue[], above: readonly PropertyKey[]): string[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${spell([...path, key])}: unknown field`);
    if (issue.code === 'invalid_union') {
      // The form that was meant is the one whose fields these are; where there is none, what each would have asked for.
      const meant = issue.errors.filter((branch) => branch.every(({ path: below }) => below.length > 0));
      const nested = (meant.length > 0 ? meant : issue.errors).flatMap((branch) => linesOf(branch, path));
      if (nested.length > 0) return nested;
    }
    return [`${spell(path)}: ${issue.message}`];
  });
}

function spell(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(top level)';
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}
