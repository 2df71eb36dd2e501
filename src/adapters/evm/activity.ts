import type { AccountActivity, ActivityPage } from '../../core/chain-adapter.ts';
import { type CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId } from '../../core/ids.ts';
import { type ScannedBlock, scanBlocks } from './activity-blocks.ts';
import { type BlockMark, commonBlocks, readCursor, writeCursor } from './activity-cursor.ts';
import { readAccountLogs, toldBy } from './activity-logs.ts';
import { type Asking, codeEvents, standing, standingAt } from './activity-standing.ts';
import { addressOf, type EvmAddress } from './address.ts';
import { malformed } from './answer.ts';
import { readHead } from './block.ts';
import type { RpcClient } from './client.ts';
import { PERMIT2 } from './events.ts';
import type { ChainTokens } from './tokens.ts';

/** Blocks of one page. */
const MAX_BLOCKS = 50;

/** What the logs of the scanned blocks tell. A log of another block means that the chain moved between the questions. */
async function logEvents(
  { client, chain, accounts, signal }: Asking,
  blocks: readonly ScannedBlock[],
  by?: readonly EvmAddress[],
): Promise<readonly AccountActivity[]> {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const ours = new Set<string>(accounts);
  const range = { from: first.height, to: last.height, ...(by === undefined ? {} : { by }) };
  const placed = await readAccountLogs(client, accounts, range, signal);
  return placed.flatMap(({ log, txHash, height, blockHash }) => {
    const block = blocks[height - first.height];
    if (block === undefined || block.hash !== blockHash) throw malformed('log.blockHash', 'another_block');
    const at = { txHash, slot: null, block: String(height), blockHash, atMs: block.atMs };
    return toldBy(log, chain, ours).map((told): AccountActivity => ({ ...at, ...told }));
  });
}

/** More than an answer may hold, in our words or the node's. */
const isTooMuch = ({ code, details }: CastellanError): boolean => code === 'CHAIN_REJECTED' || details['reason'] === 'too_large';

/**
 * The events of the blocks, or of the first of them where all are more than an answer holds. Anybody can have a contract write as many logs
 * of our accounts as a block has room for: then those of the contracts we know are read, which write none that did not happen.
 */
async function someEvents(
  asking: Asking,
  blocks: readonly ScannedBlock[],
  tokens: ChainTokens,
): Promise<{ readonly blocks: readonly ScannedBlock[]; readonly logs: readonly AccountActivity[] }> {
  const known = [...tokens.erc20.map(({ contract }) => addressOf(contract, asking.chain)), PERMIT2];
  const one = blocks.slice(0, 1);
  const ways = [
    { blocks, by: undefined },
    { blocks: one, by: undefined },
    { blocks: one, by: known },
  ];
  let failure: unknown;
  for (const { blocks: some, by } of ways) {
    try {
      return { blocks: some, logs: await logEvents(asking, some, by) };
    } catch (error) {
      if (!isCastellanError(error) || !isTooMuch(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/**
 * What happened to accounts in the blocks since `cursor`, at most 50 of them: transactions by block, tokens and rights by logs that name
 * the accounts in a topic, code by comparison. What contracts move of the coin itself shows in `holdings` alone.
 *
 * The cursor remembers hashes, so that a reorganisation is found, and read again from the last common block. Of a block that is flooded with
 * logs of our accounts, those of the configured tokens and of Permit2 are told.
 * @throws REQUEST_INVALID for a cursor that is none; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, CHAIN_REJECTED, TIMEOUT
 */
export async function readActivity(
  client: RpcClient,
  tokens: ChainTokens,
  accounts: readonly AccountId[],
  cursor: string | null,
  signal?: AbortSignal,
): Promise<ActivityPage> {
  const { chain } = tokens;
  const addresses = [...new Set(accounts)].map((account) => addressOf(account, chain));
  const asking: Asking = { client, chain, accounts: addresses, signal };
  const head = await readHead(client, 'latest', signal);
  if (cursor === null) {
    const found = await standing(asking, head.hash);
    return {
      events: [],
      cursor: writeCursor([], [[head.number, head.hash]], Object.fromEntries(found.map(({ account, code }) => [account, code]))),
      reorganised: false,
      more: false,
      fromHeight: null,
      holdings: found.map(({ account, amount }) => ({ account, amount })),
    };
  }
  const read = readCursor(cursor);
  const nothing: ActivityPage = { events: [], cursor, reorganised: false, more: false, fromHeight: null, holdings: [] };
  // An endpoint that is behind, on the same chain, says nothing of what comes after.
  if (read.blocks.slice(0, -1).some(([height, hash]) => height === head.number && hash === head.hash)) return nothing;
  const common = await commonBlocks(client, read.blocks, signal);
  const reorganised = common.length < read.blocks.length;
  const from = (common.at(-1)?.[0] ?? (read.blocks[0] as BlockMark)[0] - 1) + 1;
  const to = Math.min(head.number, from + MAX_BLOCKS - 1);
  // The chain is shorter than it was: what comes again is of the blocks that follow.
  if (from > head.number)
    return reorganised && common.length > 0
      ? { ...nothing, cursor: writeCursor(common, [], read.code), reorganised, fromHeight: from }
      : nothing;
  const scanned = await scanBlocks(client, chain, new Set(addresses), { from, to, last: common.at(-1) }, signal);
  const { blocks, logs } = await someEvents(asking, scanned, tokens);
  const last = blocks.at(-1);
  if (last === undefined) return { ...nothing, more: true };
  const told = await standingAt(asking, last, head.number);
  const found = told ?? [];
  const code = told === null ? read.code : Object.fromEntries(found.map((one) => [one.account, one.code]));
  return {
    events: [...blocks.flatMap(({ events }) => events), ...logs, ...codeEvents(found, read.code, last)],
    cursor: writeCursor(
      common,
      blocks.map(({ height, hash }): BlockMark => [height, hash]),
      code,
    ),
    reorganised,
    more: last.height < head.number,
    fromHeight: from,
    holdings: found.map(({ account, amount }) => ({ account, amount })),
  };
}
