import { encodeFunctionData, parseAbi } from 'viem';
import { canonicalize } from '../../../../core/canonical.ts';
import { keccak256, sha256Hex } from '../../../../core/digest.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { SmartAccount, SmartAccountPlan } from '../../../../core/smart-account.ts';
import type { EvmAddress } from '../../address.ts';
import { accountOf, addressOf, hexOf } from '../../address.ts';
import type { AccountTools } from '../account-model.ts';
import { wordOf } from './safe-hash.ts';
import { hasCode, readProxyCode, readSafe, readVersion } from './safe-state.ts';
import { checkOwners, readTerms, SAFE_KIND, writeTerms } from './safe-terms.ts';

const ABI = parseAbi([
  'function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
  'function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address)',
]);
const NOBODY: EvmAddress = `0x${'0'.repeat(40)}`;
/** The version whose storage, hashes and refusals this model knows. */
const VERSION = '1.5.0';
/** As many as can share a wallet. */
const MAX_PARTIES = 5;

function refuse(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message });
}

/** The parts of a plan that make a Safe. @throws REQUEST_INVALID */
function readPlan({ chain, sender, owners = [], threshold = 0, owner, limits, salt }: SmartAccountPlan): SmartAccount['terms'] {
  if (owner !== undefined || limits !== undefined)
    throw refuse('A Safe holds to no limits of its own: its owners are the parties, and the gate keeps the limits.');
  if (typeof salt !== 'string' || salt.length === 0 || salt.length > 256) throw refuse('A plan tells accounts apart by a salt.');
  const listed =
    owners.length <= MAX_PARTIES
      ? checkOwners(
          owners.map((account) => addressOf(account, chain)),
          threshold,
        )
      : null;
  if (listed === null || threshold < 2 || 2 * threshold <= listed.length)
    throw refuse('A Safe has 2 to 5 owners, each once, and more than half of them sign.');
  if (listed.includes(addressOf(sender, chain)))
    throw refuse('The sender of a Safe is none of its owners: it pays for gas and decides nothing.');
  return writeTerms({ owners: listed, threshold });
}

/** The contracts that Safes are made of. @throws MODE_UNAVAILABLE where they are not configured, or of another version */
async function partsOf(
  tools: AccountTools,
  signal?: AbortSignal,
): Promise<{ readonly singleton: EvmAddress; readonly proxyFactory: EvmAddress }> {
  const { client, chain, config } = tools;
  const unavailable = (message: string): CastellanError =>
    new CastellanError('MODE_UNAVAILABLE', { message, details: { mode: 'mpc', chain } });
  if (config.safe === null) throw unavailable('The adapter’s configuration names no Safe contracts for this chain: accounts.safe.');
  const { singleton, proxyFactory } = config.safe;
  const there = await Promise.all([hasCode(client, singleton, signal), hasCode(client, proxyFactory, signal)]);
  if (!there.every(Boolean)) throw unavailable('The configured Safe contracts are not on this chain.');
  if ((await readVersion(client, singleton, signal)) !== VERSION) throw unavailable(`The configured Safe is not of version ${VERSION}.`);
  return { singleton, proxyFactory };
}

/**
 * Deploys a Safe of these owners, with no module, guard or fallback handler: nothing but their signatures moves what it holds. It
 * takes the coin and ERC-20 tokens; tokens that ask a contract whether it wants them (`safeTransferFrom`) it refuses.
 *
 * Idempotent by the plan: the address follows from it, and nobody can put another account there. What stands there is read back and
 * must be the planned one.
 * @throws REQUEST_INVALID; MODE_UNAVAILABLE; CHAIN_UNAVAILABLE; CHAIN_RESPONSE_INVALID where it is another
 */
export async function createSafe(plan: SmartAccountPlan, tools: AccountTools, signal?: AbortSignal): Promise<SmartAccount> {
  const { chain, sender } = plan;
  const { client } = tools;
  const terms = readPlan(plan);
  const { singleton, proxyFactory } = await partsOf(tools, signal);
  const owners = (terms['owners'] ?? '').split(',') as EvmAddress[];
  const setup = [owners, BigInt(terms['threshold'] ?? '0'), NOBODY, '0x', NOBODY, NOBODY, 0n, NOBODY] as const;
  const initializer = encodeFunctionData({ abi: ABI, functionName: 'setup', args: setup });
  const saltNonce = BigInt(`0x${sha256Hex(canonicalize(['castellan.safe.v1', chain, sender, plan.salt]))}`);
  const salt = keccak256(Buffer.concat([keccak256(bytesOf(initializer)), wordOf(saltNonce)]));
  const code = Buffer.concat([await readProxyCode(client, proxyFactory, signal), wordOf(singleton)]);
  const safe = hexOf(keccak256(Buffer.concat([Uint8Array.of(0xff), bytesOf(proxyFactory), salt, keccak256(code)])), 12);
  const account = { kind: SAFE_KIND, account: accountOf(chain, safe), sender, terms } as const;
  readTerms(account);
  if (!(await hasCode(client, safe, signal))) {
    const args = [singleton, initializer, saltNonce] as const;
    await tools.send(proxyFactory, encodeFunctionData({ abi: ABI, functionName: 'createProxyWithNonce', args }), signal);
  }
  const found = await readSafe(client, safe, signal);
  const isPlanned = [...found.owners].sort().join(',') === terms['owners'] && String(found.threshold) === terms['threshold'];
  if (!isPlanned || found.hasOthers || found.version !== VERSION)
    throw new CastellanError('CHAIN_RESPONSE_INVALID', {
      message: 'The Safe on the chain is not the planned one.',
      details: { chain, safe },
    });
  return account;
}

function bytesOf(hex: `0x${string}`): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}
