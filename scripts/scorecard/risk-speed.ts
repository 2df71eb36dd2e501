import { measureRiskSpeed, type RiskSpeed, riskSpeedLines } from '../../bench/risk-speed.ts';
import type { Bar, Mode } from './bar.ts';

const SIZES = {
  full: { agents: 1_024, rounds: 31, past: 1_000_000 },
  quick: { agents: 256, rounds: 11, past: 5_000 },
} as const;

/** Both ratios come from one measurement. */
const measured = new Map<Mode, Promise<RiskSpeed>>();
const measure = (mode: Mode): Promise<RiskSpeed> => {
  const known = measured.get(mode) ?? measureRiskSpeed(SIZES[mode]);
  measured.set(mode, known);
  return known;
};

const bareBar: Bar = {
  name: 'score and profile update beside bare statistics',
  target: 'at most 6 × at 1,024 agents',
  isTiming: true,
  async run(mode) {
    const speed = await measure(mode);
    return {
      figure: `${speed.bound.ratio.toFixed(2)} × (95 %: ${speed.bound.upper.toFixed(2)} ×)`,
      pass: speed.bound.upper <= 6,
      notes: riskSpeedLines(speed),
    };
  },
};

const growthBar: Bar = {
  name: 'score and profile update after 1,000,000 payments beside after 100',
  target: 'at most 1.1 ×',
  isTiming: true,
  async run(mode) {
    const { growth } = await measure(mode);
    return { figure: `${growth.ratio.toFixed(3)} × (95 %: ${growth.upper.toFixed(3)} ×)`, pass: growth.upper <= 1.1 };
  },
};

/** What risk costs. */
export const bars: readonly Bar[] = [bareBar, growthBar];
