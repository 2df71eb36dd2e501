import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import type { Clock } from '../../src/core/clock.ts';
import { createSecurityManager } from '../../src/index.ts';

/** A process that pays once and ends: `paying-process.ts <rpcUrl> [no-hold]`. With `no-hold` its clock cannot keep it alive. */
const [, , rpcUrl = '', mode] = process.argv;
const { hold, ...timers } = systemClock();
const clock: Clock = mode === 'no-hold' || hold === undefined ? timers : { ...timers, hold };
const security = createSecurityManager({
  clock,
  chains: [evm({ chain: 'eip155:31337', rpcUrl, confirmations: 2, pollMs: 100 })],
  agents: { a1: { template: 'aggressive', limits: { unit: 'ETH', perTransaction: 10, daily: 10 } } },
});
const { address } = await security.custody.createWallet('owner', 'a1');
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'anvil_setBalance', params: [address, '0x8ac7230489e80000'] });
await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close' }, body });
const { status } = await security.agent('a1').execute({ to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', amount: '0.1', asset: 'ETH' });
process.stdout.write(status);
await security.shutdown();
