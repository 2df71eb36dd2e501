import type { Act } from '../scene.ts';
import { TON_SCENES } from './scenes/index.ts';
import { openTonStage, type TonStage } from './stage.ts';

/** The gate on TON, and one agent with a wallet on either chain. */
export const tonAct: Act<TonStage> = {
  opening: 'TON. Four more agents behind one gate that serves two chains, one of them with a wallet on either.',
  scenes: TON_SCENES,
  open: openTonStage,
};
