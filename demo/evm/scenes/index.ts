import type { Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';
import { approveUnlimited } from './approve-unlimited.ts';
import { askAPerson } from './ask-a-person.ts';
import { books } from './books.ts';
import { burst } from './burst.ts';
import { drain } from './drain.ts';
import { killSwitch } from './kill-switch.ts';
import { lookalike } from './lookalike.ts';
import { overLimit } from './over-limit.ts';
import { payEth } from './pay-eth.ts';
import { payToken } from './pay-token.ts';
import { resume } from './resume.ts';
import { tamperedLog } from './tampered-log.ts';
import { wordsAndBytes } from './words-and-bytes.ts';

/** The scenes in their order: later ones stand on what earlier ones left behind. */
export const EVM_SCENES: readonly Scene<EvmStage>[] = [
  payEth,
  payToken,
  overLimit,
  askAPerson,
  lookalike,
  drain,
  wordsAndBytes,
  approveUnlimited,
  burst,
  killSwitch,
  resume,
  books,
  tamperedLog,
];
