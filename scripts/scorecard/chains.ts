import type { Bar } from './bar.ts';
import { bars as decode } from './chains-decode.ts';
import { bars as doors } from './chains-doors.ts';
import { bars as drains } from './chains-drains.ts';
import { bars as fuzzEvm } from './chains-fuzz-evm.ts';
import { bars as fuzzTon } from './chains-fuzz-ton.ts';
import { bars as nodes } from './chains-nodes.ts';
import { bars as protocols } from './chains-protocols.ts';
import { bars as sending } from './chains-sending.ts';
import { bars as signatures } from './chains-signatures.ts';
import { bars as simulation } from './chains-simulation.ts';
import { bars as typedData } from './chains-typed-data.ts';

/** The promises of the chains in depth: what is decoded, what is believed, what is sent, and how fast. */
export const bars: readonly Bar[] = [
  ...decode,
  ...protocols,
  ...typedData,
  ...fuzzEvm,
  ...fuzzTon,
  ...signatures,
  ...drains,
  ...doors,
  ...simulation,
  ...nodes,
  ...sending,
];
