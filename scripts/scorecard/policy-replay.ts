import { TON } from '../../bench/ton-decide.ts';
import { replay } from '../../src/authz/index.ts';
import { canonicalize } from '../../src/core/index.ts';
import type { Bar } from './bar.ts';
import { openReplayScene } from './replay-scene.ts';

const SEED = 'policy-replay';

/** Every verdict and reason from the log alone, over requests of every kind on both families of chains. */
export const bars: readonly Bar[] = [
  {
    name: 'replay of the unchanged policy',
    target: '100 % of verdicts and reasons, bit for bit',
    async run(mode, report) {
      const count = mode === 'full' ? 10_000 : 400;
      const total = { decisions: 0, same: 0, chars: 0, inputChars: 0, ms: 0 };
      const verdicts = new Map<string, number>();
      const under = { trees: 0, history: 0 };
      for (const chain of [undefined, TON]) {
        const scene = await openReplayScene(chain, SEED);
        try {
          await scene.decide(count);
          const entries = await scene.entries();
          const beganMs = performance.now();
          const replayed = await replay({ entries });
          total.ms += performance.now() - beganMs;
          total.decisions += replayed.decisions;
          total.same += replayed.same;
          report(`${replayed.same} of ${replayed.decisions} decisions on ${scene.scene.chain.chain} reproduced`);
          for (const event of entries) {
            if (event.type !== 'decision_made') continue;
            total.chars += canonicalize(event).length;
            total.inputChars += canonicalize(event.decision.input ?? {}).length;
            const names = Object.keys(event.decision.facts);
            if (names.some((name) => name.endsWith('policy.tree'))) under.trees += 1;
            if (names.some((name) => /^(union\.)?temporal\./.test(name))) under.history += 1;
            verdicts.set(event.decision.verdict, (verdicts.get(event.decision.verdict) ?? 0) + 1);
          }
        } finally {
          await scene.close();
        }
      }
      const told = [...verdicts].map(([verdict, times]) => `${times} ${verdict}`).join(', ');
      return {
        figure: `${total.same} of ${total.decisions}`,
        pass:
          total.same === total.decisions && total.decisions === 2 * count && verdicts.size === 3 && under.trees > 0 && under.history > 0,
        notes: [
          `${told}; ${under.trees} under a tree of policies, ${under.history} under rules over history; seed ${SEED}; ${Math.round((total.decisions / total.ms) * 1_000)} decisions a second judged again`,
          `an entry has ${Math.round(total.chars / total.decisions)} characters, ${Math.round(total.inputChars / total.decisions)} of them the input that replay needs`,
        ],
      };
    },
  },
];
