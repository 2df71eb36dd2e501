import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeAssetId, parseChainId, type RequestRow, type Store, storeKey } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { createChainReader, ledgerFaults } from './crash-ledger.ts';
import { AGENTS, agentName, CHAIN, openPayer, PAYEE, signedIn } from './crash-scene.ts';
import { mulberry32 } from './measure.ts';

/** What killing came to. */
export interface CrashReport {
  readonly kills: number;
  /** How often each kind of moment was hit. */
  readonly points: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly payments: number;
  /** Of those, the ones that were refused before anything was signed. */
  readonly denied: number;
  readonly recoveryMs: readonly number[];
  /** Everything that is not as promised, in words; must be empty. */
  readonly faults: readonly string[];
}

const POINTS = ['timer', 'before-apply', 'after-apply', 'timer', 'before-send', 'after-send'] as const;
/** Doors of one kind that a child passes before it dies: reaches over several payments. */
const REACH: Readonly<Record<string, number>> = { 'before-apply': 36, 'after-apply': 36, 'before-send': 5, 'after-send': 5 };
const LONGEST_MS = 700;
const BODY = /^asked (\S+) (\S+) (\S+)$/;

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly gone: Promise<void>;
  seen(word: string): Promise<void>;
}

function startChild(args: readonly string[]): Child {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./crash-child.ts', import.meta.url)), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting: { readonly word: string; readonly resolve: () => void }[] = [];
  let rest = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const wait of waiting) if (lines.includes(wait.word)) wait.resolve();
  });
  const gone = new Promise<void>((resolve) => {
    child.once('close', (_code, signal) => {
      if (signal !== 'SIGKILL') lines.push(`failed ${errors.replaceAll('\n', ' ')}`);
      resolve();
    });
  });
  return {
    process: child,
    lines,
    gone,
    seen: (word) =>
      lines.includes(word) ? Promise.resolve() : Promise.race([gone, new Promise<void>((resolve) => waiting.push({ word, resolve }))]),
  };
}

async function found(path: string, anvil: Anvil): Promise<readonly string[]> {
  const manager = openPayer(path, anvil.rpcUrl);
  const wallets: string[] = [];
  for (let index = 0; index < AGENTS; index += 1) {
    const { address } = await manager.custody.createWallet('owner', agentName(index), { chain: CHAIN });
    await anvil.rpc('anvil_setBalance', [address, `0x${(10n ** 21n).toString(16)}`]);
    wallets.push(address);
  }
  await manager.shutdown();
  return wallets;
}

/**
 * Kills a paying process `kills` times on one SQLite file and one chain, at random moments and at the doors of store and
 * network, recovers after each and looks whether everything that was acknowledged, signed or paid still stands.
 */
export async function crash(kills: number, seed = 1): Promise<CrashReport> {
  const directory = mkdtempSync(join(tmpdir(), 'castellan-crash-'));
  const path = join(directory, 'gate.sqlite');
  const anvil = await startAnvil();
  const random = mulberry32(seed);
  const asset = nativeAssetId(parseChainId(CHAIN));
  const faults: string[] = [];
  const points: Record<string, number> = {};
  const recoveryMs: number[] = [];
  const signed = new Map<string, Set<string>>();
  const asked = new Map<string, { readonly agent: string; readonly amount: string }>();
  const acknowledged = new Map<number, string>();
  const denied = new Set<string>();
  const sign = (id: string, hash: string): void => void (signed.get(id) ?? signed.set(id, new Set()).get(id))?.add(hash);
  const children: Child[] = [];
  /** The process of a round; it loads its modules while the round before it is being looked at. */
  const childOf = (round: number): Child => {
    const point = POINTS[round % POINTS.length] as string;
    const nth = 1 + Math.floor(random() * (REACH[point] ?? 1));
    return startChild([path, anvil.rpcUrl, String(round), point, String(nth)]);
  };
  try {
    const wallets = await found(path, anvil);
    const chain = createChainReader(anvil);
    for (let round = 0; round < kills; round += 1) {
      const point = POINTS[round % POINTS.length] as string;
      points[point] = (points[point] ?? 0) + 1;
      if (round === 0) children.push(childOf(0));
      const child = children[round] as Child;
      await child.seen('loaded');
      child.process.stdin?.write('go\n');
      await child.seen('paying');
      const { process: running } = child;
      // A door may be one that is never passed: the timer then ends the round.
      const timer = setTimeout(() => running.kill('SIGKILL'), point === 'timer' ? random() * LONGEST_MS : 8_000);
      await child.gone;
      clearTimeout(timer);
      if (round + 1 < kills) children.push(childOf(round + 1));

      const said = child.lines;
      const before: string[] = [];
      for (const line of said) {
        const [word, first = '', second = '', third = ''] = line.split(' ');
        if (word === 'logged') acknowledged.set(Number(first), second);
        if (word === 'signed') sign(first, second);
        if (word === 'told' && second === 'success') sign(first, third);
        if (word === 'failed') faults.push(`round ${round}: ${line}`);
        const body = BODY.exec(line);
        if (body !== null) {
          asked.set(body[1] as string, { agent: body[2] as string, amount: body[3] as string });
          before.push(body[1] as string);
        }
      }

      let store: Store | undefined;
      const startedMs = performance.now();
      const manager = openPayer(path, anvil.rpcUrl, {
        onOpen: (opened) => {
          store = opened;
        },
        beforeApply: (steps) => {
          for (const [id, hash] of signedIn(steps)) sign(id, hash);
        },
      });
      await manager.start();
      recoveryMs.push(performance.now() - startedMs);
      if (store === undefined) throw new Error('the manager opened no store');

      const check = async (when: string): Promise<void> => {
        await chain.read();
        for (let index = 0; index < AGENTS; index += 1) {
          const agent = agentName(index);
          const ids = [...asked].filter(([, body]) => body.agent === agent).map(([id]) => id);
          const wrong = await ledgerFaults(store as Store, agent, asset, chain.of(wallets[index] as string), ids);
          faults.push(...wrong.map((text) => `round ${round} (${point}) ${when}: ${text}`));
        }
      };
      await check('after recovery');
      for (const line of said.filter((text) => text.startsWith('logged '))) {
        const [, index, leaf] = line.split(' ');
        const [row] = await store.log(Number(index), 1);
        if (row?.index !== Number(index) || row.leaf !== leaf) faults.push(`round ${round}: entry ${index} was acknowledged and is gone`);
      }
      // Whoever asked asks again under the same id: the same payment, once.
      for (const id of before) {
        const body = asked.get(id);
        if (body === undefined) continue;
        const result = await manager.agent(body.agent).execute({ id, to: PAYEE, amount: body.amount, asset: 'ETH' });
        if (result.txHash !== undefined) sign(id, result.txHash);
        const [row] = (await store.get([storeKey.request(body.agent, id)])) as unknown as readonly (RequestRow | undefined)[];
        // A recorded no of which nothing was ever signed is an answer too; anything between yes and no is a fault.
        if (row?.state === 'denied' && !signed.has(id)) denied.add(id);
        else if (result.status !== 'success' || row?.state !== 'final') {
          faults.push(
            `round ${round}: ${id} asked again is ${result.status} (${result.reasons[0]?.code}) and rests ${row?.state ?? 'nowhere'}`,
          );
        }
      }
      await check('after asking again');
      const integrity = await manager.audit.verifyIntegrity();
      if (!integrity.valid) faults.push(`round ${round}: the log does not verify: ${JSON.stringify(integrity).slice(0, 300)}`);
      await manager.shutdown();
    }
    for (const [id, hashes] of signed) if (hashes.size > 1) faults.push(`${id} was signed as ${[...hashes].join(' and ')}`);
  } finally {
    for (const child of children) child.process.kill('SIGKILL');
    await anvil.stop();
    rmSync(directory, { recursive: true });
  }
  return { kills, points, acknowledged: acknowledged.size, payments: asked.size, denied: denied.size, recoveryMs, faults };
}
