import type { Act } from '../scene.ts';
import { EVM_SCENES } from './scenes/index.ts';
import { type EvmStage, openEvmStage } from './stage.ts';

/** The gate on an EVM node: ordinary payments, attacks, and the emergency stop. */
export const evmAct: Act<EvmStage> = {
  opening: 'EVM. Four agents with wallets and rules of their own, three people with keys, and a thief.',
  scenes: EVM_SCENES,
  open: openEvmStage,
};
