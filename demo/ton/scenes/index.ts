import type { Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';
import { books } from './books.ts';
import { drainMode } from './drain-mode.ts';
import { droppedMessage } from './dropped-message.ts';
import { extensionAttack } from './extension-attack.ts';
import { fakeAccount } from './fake-account.ts';
import { guardedSender } from './guarded-sender.ts';
import { killBoth } from './kill-both.ts';
import { lookalike } from './lookalike.ts';
import { payJetton } from './pay-jetton.ts';
import { payTon } from './pay-ton.ts';
import { sharedKey } from './shared-key.ts';
import { skippedPayment } from './skipped-payment.ts';
import { twoChainsOneLimit } from './two-chains-one-limit.ts';

/** The scenes in their order: later ones stand on what earlier ones left behind. */
export const TON_SCENES: readonly Scene<TonStage>[] = [
  payTon,
  payJetton,
  fakeAccount,
  drainMode,
  extensionAttack,
  lookalike,
  skippedPayment,
  sharedKey,
  guardedSender,
  droppedMessage,
  twoChainsOneLimit,
  killBoth,
  books,
];
