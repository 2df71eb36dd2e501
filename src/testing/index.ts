/**
 * What a test of an agent, a store or a chain adapter needs.
 *
 * @packageDocumentation
 */
export { type Anvil, startAnvil } from './anvil.ts';
export { type ChainHarness, chainConformance } from './chain-conformance.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export { createSeededRandom } from './seeded-random.ts';
export { storeConformance } from './store-conformance.ts';
export { startTonDevChain, type TonDevChain, type TonDevChainFaults, type TonDevChainOptions } from './ton-devchain/index.ts';
