import { ALARMS_PER_DAY, HABIT_MODEL_VERSION, learnScore, personalRate, type ScoreRecord } from './risk-parts.ts';

const DAY_MS = 86_400_000;

/** What is known of one wallet's scores, and when it was alarmed lately. */
interface Own {
  readonly record: ScoreRecord | undefined;
  readonly alarmsMs: readonly number[];
}

/** Thresholds of wallets of their own, learnt on their way through a stream. */
export interface WalletThresholds {
  /**
   * Whether the score is alarmed, by the past alone; then learns of it as the gate does. People are taken to answer every alarm, and to be right: a good action
   * that was alarmed is called legitimate, a bad one never happens. What was not alarmed teaches, good or bad.
   */
  isAlarm(wallet: string, action: { readonly odds: number; readonly atMs: number; readonly isBad: boolean }): boolean;
}

/** Creates them, all wallets unknown. */
export function createWalletThresholds(): WalletThresholds {
  const wallets = new Map<string, Own>();
  return {
    isAlarm(wallet, { odds, atMs, isBad }) {
      const { record, alarmsMs } = wallets.get(wallet) ?? { record: undefined, alarmsMs: [] };
      const lately = alarmsMs.filter((alarmMs) => atMs - alarmMs < DAY_MS);
      const { isAlarm } = personalRate(odds, record, HABIT_MODEL_VERSION, lately.length);
      const teaches = !(isAlarm && isBad);
      wallets.set(wallet, {
        record: teaches ? learnScore(record, { model: HABIT_MODEL_VERSION, odds, atMs, told: isAlarm }) : record,
        // More of them change nothing.
        alarmsMs: isAlarm ? [...lately, atMs].slice(-8 * ALARMS_PER_DAY) : lately,
      });
      return isAlarm;
    },
  };
}
