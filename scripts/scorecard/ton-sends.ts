import { createSeededRandom } from '../../src/testing/index.ts';
import type { Bar } from './bar.ts';
import { type Judgement, judgeSends } from './ton-sends-judge.ts';
import { isPaid, type Order, orderOf, type Patience, pay } from './ton-sends-orders.ts';
import { openSendsScene, type SendsScene } from './ton-sends-scene.ts';

/** What sending over a bad network came to. */
export interface SendsReport extends Judgement {
  readonly sends: number;
  /** Requests that were made for them, and answers that these got. */
  readonly requests: number;
  readonly answers: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** Times that nothing at all got through until the bytes were void. */
  readonly storms: number;
  readonly seed: number;
}

/** How many, and over what network. */
export interface SendsOptions {
  readonly sends: number;
  readonly agents: number;
  readonly seed: number;
  /** Of one block, ms; null where each message runs at once to the end of its trace. */
  readonly blockMs: number | null;
}

const FAULTS = { dropRate: 0.2, errorRate: 0.1 } as const;
/** Sends that one wallet has under way at the same time. */
const LANES = 2;
/** Every so many waves one is lost as a whole. */
const STORM_EVERY = 8;
/** Bytes are valid for 120 s; so long after they were made they are void for certain. */
const VOID_AFTER_S = 135;
/** How long a storm lasts on the chain: the network is back at once, with seconds to spare, a moment too late, and well after. */
const STORM_S = [0, 118, 121, VOID_AFTER_S];

interface Dice {
  below(bound: number): number;
}

function createDice(seed: number): Dice {
  const random = createSeededRandom(`sends/${seed}`);
  return { below: (bound) => Buffer.from(random.bytes(4)).readUInt32BE(0) % bound };
}

/** Mostly patient; now and then in a hurry, or asked twice at once. */
function patience(dice: Dice): Patience {
  return { settleTimeoutMs: dice.below(4) === 0 ? 1 + dice.below(200) : 20_000, untilOver: true, askers: dice.below(5) === 0 ? 2 : 1 };
}

/** Nothing gets through for a while. */
async function storm({ chain, security }: SendsScene, wave: readonly Order[], dice: Dice): Promise<void> {
  chain.dropNext(1_000_000);
  await Promise.all(wave.map((order) => pay(security, order, { settleTimeoutMs: 300, untilOver: false, askers: 1 })));
  const seconds = STORM_S[dice.below(STORM_S.length)] ?? 0;
  if (seconds > 0) await chain.increaseTime(seconds);
  chain.dropNext(0);
}

/** Sends one payment after the other from each wallet's lanes over the network of {@link FAULTS}, and judges all by the chain's history. */
export async function runSends(
  { sends, agents, seed, blockMs }: SendsOptions,
  report: (line: string) => void = () => undefined,
): Promise<SendsReport> {
  await using scene = await openSendsScene(agents, blockMs);
  const { chain, security, payers } = scene;
  const dice = createDice(seed);
  const orders = Array.from({ length: sends }, (_, number) => {
    const payer = payers[number % agents];
    if (payer === undefined) throw new RangeError('no payer');
    return orderOf(payer, number, dice.below(4) === 0 ? 'USD' : 'TON');
  });
  chain.setFaults({ ...FAULTS, seed });
  const size = agents * LANES;
  let storms = 0;
  for (let from = 0, number = 1; from < orders.length; from += size, number += 1) {
    const wave = orders.slice(from, from + size);
    if (number % STORM_EVERY === 2) {
      storms += 1;
      await storm(scene, wave, dice);
    }
    await Promise.all(wave.map((order) => pay(security, order, patience(dice))));
    if (number % STORM_EVERY === 0) report(`${from + wave.length} sent, ${orders.filter(isPaid).length} paid`);
  }
  chain.setFaults({});
  // What was left open by giving up is over by now, one way or the other.
  await chain.increaseTime(VOID_AFTER_S);
  for (const order of orders) if (!isPaid(order)) await pay(security, order, { settleTimeoutMs: 5_000, untilOver: true, askers: 1 });
  const requests = orders.flatMap((order) => order.requests);
  const answers = requests.flatMap((request) => request.answers);
  const byReason: Record<string, number> = {};
  for (const { status, reasons, pending } of answers) {
    const reason = pending === true ? 'pending' : (reasons[0]?.code ?? status);
    byReason[reason] = (byReason[reason] ?? 0) + 1;
  }
  return { ...(await judgeSends(scene, orders)), sends, requests: requests.length, answers: answers.length, byReason, storms, seed };
}

const BLOCK_MS = 40;

/** Half of them over a chain that runs each message at once, half over one that takes a block for each hop. */
const EDITIONS = {
  full: [
    { sends: 500, agents: 8, blockMs: null },
    { sends: 500, agents: 8, blockMs: BLOCK_MS },
  ],
  quick: [{ sends: 40, agents: 5, blockMs: BLOCK_MS }],
} as const;

/** Payments over a network that forgets messages and an endpoint that fails. */
export const sendsBar: Bar = {
  name: 'sends over a bad network',
  target: '0 double payments, every reservation settled rightly',
  async run(mode, report) {
    const seed = Date.now() % 1_000_000;
    const outcomes: SendsReport[] = [];
    for (const edition of EDITIONS[mode]) outcomes.push(await runSends({ ...edition, seed }, report));
    const sum = (of: (outcome: SendsReport) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);
    const faults = outcomes.flatMap((outcome) => outcome.faults);
    const [sends, delivered, twice] = [sum((one) => one.sends), sum((one) => one.delivered), sum((one) => one.doublePayments)];
    return {
      figure: `${twice} double payments, ${faults.length} faults in ${sends.toLocaleString('en')} sends`,
      pass: twice === 0 && faults.length === 0 && delivered === sends,
      notes: [
        `20 % of the externals dropped, 10 % of the requests to the endpoint failed, ${sum((one) => one.storms)} times nothing got through; ${delivered} arrived; seed ${seed}`,
        ...outcomes.map((one) => `${one.sends} sends: ${one.requests} requests, ${one.answers} answers: ${JSON.stringify(one.byReason)}`),
        ...faults.slice(0, 8),
      ],
    };
  },
};
