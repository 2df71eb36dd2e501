import { Observable } from 'rxjs';
import { createJudge } from '../../src/authz/index.ts';
import { STANDARD_LAYERS } from '../../src/authz/layers/index.ts';
import { CastellanError, createDeadlines, LAYERS, type LayerOutcome } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { input, NOW } from '../../test/authz/fixture.ts';
import type { Bar } from './bar.ts';

type Standard = (typeof STANDARD_LAYERS)[number];
type Judge = Standard['judge'];

const LAYER_MS = 100;
const WHOLE_MS = 1_000;
const PASS: LayerOutcome = { verdict: 'pass', reasons: [] };

/** A value that is no outcome, given at once, as a promise and as an Observable. */
const answers = (value: unknown): readonly Judge[] => [
  () => value as LayerOutcome,
  async () => value as LayerOutcome,
  () =>
    new Observable<LayerOutcome>((subscriber) => {
      subscriber.next(value as LayerOutcome);
      subscriber.complete();
    }),
];

/** A pass that comes after so many ms of the judge's own clock. */
const after =
  (schedule: (ms: number, task: () => void) => unknown, ms: number): Judge =>
  () =>
    new Promise((resolve) => void schedule(ms, () => resolve(PASS)));

type Faults = Readonly<Record<string, readonly Judge[]>>;

function faultsOn(schedule: (ms: number, task: () => void) => unknown): Faults {
  const broken = new Error('the layer is broken');
  return {
    throw: [
      () => {
        throw broken;
      },
    ],
    reject: [() => Promise.reject(broken), () => new Observable<LayerOutcome>((subscriber) => subscriber.error(broken))],
    'time out': [after(schedule, LAYER_MS * 2), () => Promise.reject(new CastellanError('TIMEOUT', { message: 'too slow' }))],
    hang: [() => new Promise<LayerOutcome>(() => undefined), () => new Observable<LayerOutcome>(() => undefined)],
    undefined: answers(undefined),
    null: answers(null),
    "'true'": answers('true'),
    '1': answers(1),
    NaN: answers(Number.NaN),
    '{}': answers({}),
    'a late answer': [after(schedule, WHOLE_MS + LAYER_MS)],
  };
}

/** Judges one good request with layer `at` replaced by `judge`, until there is a judgement and a while beyond. */
async function verdictWith(
  at: number,
  judgeOf: (schedule: (ms: number, task: () => void) => unknown) => Judge,
): Promise<{ readonly verdict: string; readonly layer: string }> {
  const clock = createManualClock(NOW);
  const deadlines = createDeadlines(clock);
  const faulty = judgeOf((ms, task) => clock.schedule(ms, task));
  const layers = STANDARD_LAYERS.map((layer, index): Standard => (index === at ? { name: layer.name, judge: faulty } : layer));
  const judge = createJudge({ clock, deadlines, layers, settings: { layerTimeoutMs: LAYER_MS, simulationTimeoutMs: LAYER_MS } });
  const given = input();
  let judgement: Awaited<ReturnType<typeof judge.judge>> | undefined;
  const asked = judge.judge({ ...given, deadlineMs: given.nowMs + WHOLE_MS }).then((value) => {
    judgement = value;
  });
  for (let step = 0; step < 40 && judgement === undefined; step += 1) await clock.advanceAsync(LAYER_MS / 4);
  if (judgement === undefined) return { verdict: 'none', layer: 'none' };
  await asked;
  // What comes after the verdict must not change it.
  await clock.advanceAsync(WHOLE_MS * 2);
  deadlines.close();
  return { verdict: judgement.verdict, layer: judgement.reports[at]?.verdict ?? 'none' };
}

/** What the faults came to. */
export interface LayerFaults {
  readonly tried: number;
  readonly denied: number;
  /** Cases that were not denied by the broken layer itself, in words. */
  readonly astray: readonly string[];
  /** Sound layers wrapped in the same way that were approved; must be all. */
  readonly sound: number;
}

/** Breaks each layer in each way, the other seven being the real ones. */
export async function layerFaults(): Promise<LayerFaults> {
  const names = Object.keys(faultsOn(() => undefined));
  const astray: string[] = [];
  let denied = 0;
  let sound = 0;
  for (const [at, layer] of LAYERS.entries()) {
    for (const name of names) {
      const forms = faultsOn(() => undefined)[name]?.length ?? 0;
      let held = forms > 0;
      for (let form = 0; form < forms; form += 1) {
        const found = await verdictWith(at, (schedule) => (faultsOn(schedule)[name] as readonly Judge[])[form] as Judge);
        if (found.verdict === 'denied' && found.layer === 'deny') continue;
        held = false;
        astray.push(`${layer} × ${name}: ${found.verdict}`);
      }
      if (held) denied += 1;
    }
    const own = STANDARD_LAYERS[at] as Standard;
    const wrapped = await verdictWith(at, () => async (context) => (await own.judge(context)) as LayerOutcome);
    if (wrapped.verdict === 'approved') sound += 1;
  }
  return { tried: LAYERS.length * names.length, denied, astray, sound };
}

/** Every way in which a layer can break denies. */
export const layerFaultsBar: Bar = {
  name: 'layer faults',
  target: '88 of 88 denied',
  async run() {
    const { tried, denied, astray, sound } = await layerFaults();
    return {
      figure: `${denied} of ${tried} denied, ${sound} of 8 approved without a fault`,
      pass: tried === 88 && denied === tried && sound === LAYERS.length,
      notes: [
        `each fault at once, as a promise and as an Observable where it can be${astray.length > 0 ? `; astray: ${astray.slice(0, 8).join(', ')}` : ''}`,
      ],
    };
  },
};
