import { keccak256, toHex } from '../../../src/core/index.ts';
import type { SecurityEvent, SecurityManager } from '../../../src/index.ts';
import type { Anvil } from '../../../src/testing/anvil.ts';
import { CAROL, type Given } from '../../e2e/bench.ts';

export const THIEF = CAROL;

/** Looks every 20 ms and pauses, as it does by default. */
export const monitored = (given: Given = {}): Given => ({ emergency: { autoResponseTriggers: [], monitor: { intervalMs: 20 } }, ...given });

/** What the monitor tells, as it comes. */
export function findings(security: SecurityManager): { readonly severity: string; readonly details: Readonly<Record<string, unknown>> }[] {
  const told: { severity: string; details: Readonly<Record<string, unknown>> }[] = [];
  security.onEvent((event: SecurityEvent) => {
    if (event.type === 'monitor_unrecorded') told.push({ severity: event.severity, details: event.details });
  });
  return told;
}

/** Waits for a look that began after the call and came to its end: the second that ends, for the first may have been under way. */
export async function looked(security: SecurityManager): Promise<void> {
  const began = Date.now();
  let ends = began;
  for (let left = 2; left > 0; ) {
    const { monitor } = await security.getHealth();
    const end = Math.min(...monitor.map(({ completeAtMs }) => completeAtMs ?? 0));
    if (end > ends) left -= 1;
    ends = Math.max(end, ends);
    if (Date.now() > began + 8_000) throw new Error(`never looked at: ${JSON.stringify(monitor)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Sends as any account, whoever has its key. */
export async function sendAs(anvil: Anvil, from: string, to: string, data = '0x', value = 0n): Promise<string> {
  const gas = '0xf42400';
  await anvil.rpc('anvil_impersonateAccount', [from]);
  const hash = await anvil.rpc('eth_sendTransaction', [{ from, to, data, value: `0x${value.toString(16)}`, gas }]);
  await anvil.rpc('anvil_stopImpersonatingAccount', [from]);
  return hash as string;
}

const word = (hex: string): string => hex.replace('0x', '').padStart(64, '0');

/** Code that makes these calls, one after the other, in one transaction. */
export function inOrder(calls: readonly { readonly to: string; readonly data: string }[]): string {
  const code = calls.map(({ to, data }) => {
    const bytes = data.slice(2);
    const chunks = bytes.match(/.{1,64}/g) ?? [];
    const stores = chunks.map((chunk, index) => `7f${chunk.padEnd(64, '0')}61${(index * 32).toString(16).padStart(4, '0')}52`);
    const size = (bytes.length / 2).toString(16).padStart(4, '0');
    return `${stores.join('')}5f5f61${size}5f5f73${to.slice(2)}5af150`;
  });
  return `0x${code.join('')}00`;
}

/** Code that writes as many transfers from one account to another as the first word of its call data says. */
export function flood(from: string, to: string): string {
  const topic = toHex(keccak256(new TextEncoder().encode('Transfer(address,address,uint256)')));
  const log = `7f${word(to)}7f${word(from)}7f${topic}60205fa3`;
  return `0x60015f525f355b${log}600190038060065700`;
}
