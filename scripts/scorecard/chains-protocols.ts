import { type AbiParameter, encodeAbiParameters, type Hex, parseAbiItem } from 'viem';
import { createEvmCodec } from '../../src/adapters/evm/codec.ts';
import { readOptions } from '../../src/adapters/evm/config.ts';
import { protocolMethods } from '../../src/adapters/evm/protocols/index.ts';
import { chainTokens } from '../../src/adapters/evm/tokens.ts';
import type { AccountId, AssetId, ChainId, DecodedTransaction, Effect } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import type { Bar } from './bar.ts';

const CHAIN = 'eip155:1' as ChainId;
const WALLET = `${CHAIN}:0x00000000000000000000000000000000000000aa` as AccountId;
const FEE = { asset: `${CHAIN}/slip44:60` as AssetId, ceiling: 3n, params: { gas: '1', maxFeePerGas: '3', maxPriorityFeePerGas: '1' } };
const SLOW_MS = 50;

/** The same numbers for the same seed: xorshift32. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Dice = ReturnType<typeof dice>;

const hex = (roll: Dice, bytes: number): Hex =>
  `0x${Array.from({ length: bytes }, () => roll(256).toString(16).padStart(2, '0')).join('')}`;

/** A value that fits the type, small and huge ones alike. */
function randomValue(roll: Dice, param: AbiParameter): unknown {
  const list = /^(.*)\[([0-9]*)\]$/.exec(param.type);
  if (list !== null) {
    const item = { ...param, type: list[1] as string };
    return Array.from({ length: list[2] === '' ? roll(4) : Number(list[2]) }, () => randomValue(roll, item));
  }
  if (param.type === 'tuple') return (param as { components: readonly AbiParameter[] }).components.map((part) => randomValue(roll, part));
  if (param.type === 'address') return roll(3) === 0 ? WALLET.slice(-42) : hex(roll, 20);
  if (param.type === 'bool') return roll(2) === 1;
  if (param.type === 'bytes') return hex(roll, roll(4) * 23);
  if (param.type === 'string') return 'because';
  if (param.type.startsWith('bytes')) return hex(roll, Number(param.type.slice(5)));
  const bits = Number(param.type.replace('uint', ''));
  const huge = 2n ** BigInt(bits) - 1n;
  const value = roll(8) === 0 ? huge : BigInt(roll(1_000));
  const fits = value > huge ? huge : value;
  return bits <= 48 ? Number(fits) : fits;
}

/** How long it takes, ms. What a busy machine interrupts is timed again: the bytes are slow only if they always are. */
function timeOf(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 4 && best >= SLOW_MS / 5; attempt += 1) {
    const from = performance.now();
    work();
    best = Math.min(best, performance.now() - from);
  }
  return best;
}

interface Target {
  readonly to: AccountId;
  readonly selector: string;
  readonly inputs: readonly AbiParameter[];
}

/** Every method of every canonical deployment. */
function targets(): readonly Target[] {
  return [...protocolMethods(CHAIN, [])].flatMap(([address, entries]) =>
    entries.map(({ signature }) => {
      const { inputs } = parseAbiItem(`function ${signature.text}` as 'function f()') as unknown as { inputs: readonly AbiParameter[] };
      return { to: `${CHAIN}:${address}` as AccountId, selector: signature.selector, inputs };
    }),
  );
}

function mutated(roll: Dice, data: Buffer): Buffer {
  if (roll(2) === 0 || data.length < 5) return data;
  const kind = roll(3);
  if (kind === 0) return data.subarray(0, data.length - 1 - roll(Math.min(40, data.length - 4)));
  if (kind === 1) return Buffer.concat([data, Buffer.from(hex(roll, 1 + roll(40)).slice(2), 'hex')]);
  const copy = Buffer.from(data);
  const at = 4 + roll(copy.length - 4);
  copy[at] = (copy[at] as number) ^ (1 + roll(255));
  return copy;
}

const isNegative = (effect: Effect): boolean => 'amount' in effect && typeof effect.amount === 'bigint' && effect.amount < 0n;

/** Whether a decoded call holds together: marked incomplete exactly where something is unknown, no negative amounts, a call for every protocol. */
function isSound({ effects, complete }: DecodedTransaction): boolean {
  return (
    complete === !effects.some(({ kind }) => kind === 'unknown') && !effects.some(isNegative) && effects.some(({ kind }) => kind === 'call')
  );
}

/** Random arguments for every method of every protocol, half of them damaged. */
export const bars: readonly Bar[] = [
  {
    name: 'methods of known protocols under random and damaged arguments',
    target: `no exception, nothing unsound, no decode over ${SLOW_MS} ms`,
    async run(mode) {
      const options = readOptions({
        chains: [{ chain: CHAIN, rpcUrl: 'http://127.0.0.1:1', confirmations: 1 }],
        clock: createManualClock(),
      });
      const codec = createEvmCodec(new Map(options.chains.map((config) => [config.chain, chainTokens(config)])));
      const all = targets();
      const rounds = mode === 'full' ? 200_000 : 3_000;
      const roll = dice(20_260_730);
      let faults = 0;
      let complete = 0;
      let slowest = 0;
      for (let round = 0; round < rounds; round += 1) {
        const { to, selector, inputs } = all[round % all.length] as Target;
        const values = inputs.map((input) => randomValue(roll, input));
        const whole = Buffer.from(`${selector.slice(2)}${encodeAbiParameters(inputs, values).slice(2)}`, 'hex');
        const call = { to, value: BigInt(roll(3)), data: new Uint8Array(mutated(roll, whole)) };
        try {
          const tx = codec.build({ kind: 'calls', calls: [call] }, { chain: CHAIN, wallet: WALLET, slot: 0, fee: FEE, validUntilMs: null });
          const decoded = codec.decode(tx);
          slowest = Math.max(
            slowest,
            timeOf(() => codec.decode(tx)),
          );
          if (!isSound(decoded)) faults += 1;
          if (decoded.complete) complete += 1;
        } catch {
          faults += 1;
        }
      }
      return {
        figure: `${faults} of ${rounds}`,
        pass: faults === 0 && slowest < SLOW_MS && complete > rounds / 20,
        notes: [`${all.length} methods, ${complete} calls read to the end, slowest ${slowest.toFixed(1)} ms`],
      };
    },
  },
];
