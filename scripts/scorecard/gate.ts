import type { Bar } from './bar.ts';
import { bitFlip } from './gate-bitflip.ts';
import { crash } from './gate-crash.ts';
import { layerFaultsBar } from './gate-layer-faults.ts';
import { permitRefusals } from './gate-permits.ts';
import { reorg } from './gate-reorg.ts';
import { decideBar, durableBar, historyBar, leftoversBar } from './gate-speed.ts';
import { sqliteRace } from './gate-sqlite-race.ts';
import { median } from './measure.ts';

const bitFlipBar: Bar = {
  name: 'bits flipped after the decision',
  target: '0 signed',
  async run(mode) {
    const { tried, signed, astray } = await bitFlip(mode);
    return {
      figure: `${signed} of ${tried.toLocaleString('en')} signed`,
      pass: signed === 0 && astray === 0,
      notes: [
        `every bit of 64 payloads, 64 random bits of ${mode === 'full' ? '4,096' : '512'} more; each then signed as decided; ${astray} astray`,
      ],
    };
  },
};

const permitsBar: Bar = {
  name: 'permits that are wrong',
  target: '0 signatures',
  async run(mode) {
    const { tried, signed, astray, sound, soundOf } = await permitRefusals(mode === 'full' ? 100 : 10);
    return {
      figure: `${signed} of ${tried} signed`,
      pass: signed === 0 && astray.length === 0 && sound === soundOf,
      notes: [
        'none, forged, used, expired, other bytes, other key, older epoch, older policy, each after a real decision',
        `${sound} of ${soundOf} good ones signed${astray.length > 0 ? `; astray: ${astray.slice(0, 8).join(', ')}` : ''}`,
      ],
    };
  },
};

const raceBar: Bar = {
  name: 'two processes, one cap',
  target: 'overspend 0, cap used to the last unit',
  async run(mode) {
    const { overspend, granted, cap, refilled, ms } = await sqliteRace(mode === 'full' ? 10_000 : 400);
    return {
      figure: `overspend ${overspend}, ${refilled} of ${cap} used after expiry`,
      pass: overspend === 0 && granted === cap && refilled === cap,
      notes: [`${cap * 2} reservations of one unit on one SQLite file in ${Math.round(ms)} ms, ${granted} granted`],
    };
  },
};

const crashBar: Bar = {
  name: 'kill -9 while executing',
  target: 'nothing lost, nothing twice, recovery < 1 s',
  async run(mode) {
    const { kills, points, acknowledged, payments, denied, recoveryMs, faults } = await crash(
      mode === 'full' ? 200 : 8,
      Date.now() % 1_000_000,
    );
    const slowest = Math.max(...recoveryMs);
    return {
      figure: `${faults.length} faults in ${kills} kills, recovery at most ${slowest.toFixed(0)} ms`,
      pass: faults.length === 0 && slowest < 1_000 && recoveryMs.length === kills && denied * 20 < payments,
      notes: [
        `${JSON.stringify(points)}; ${payments} payments (${denied} refused), ${acknowledged} acknowledged entries; recovery median ${median(recoveryMs).toFixed(0)} ms`,
        ...faults.slice(0, 8),
      ],
    };
  },
};

const reorgBar: Bar = {
  name: 'reorg',
  target: 'no false success, nothing counted twice',
  async run(mode) {
    const { reorgs, falseSuccesses, faults } = await reorg(mode === 'full' ? 30 : 3);
    return {
      figure: `${falseSuccesses} false successes, ${faults.length} faults in ${reorgs} reorgs`,
      pass: falseSuccesses === 0 && faults.length === 0,
      notes: faults.slice(0, 8),
    };
  },
};

/** The promises of the gate, in the order of its issue. */
export const bars: readonly Bar[] = [
  layerFaultsBar,
  bitFlipBar,
  permitsBar,
  raceBar,
  crashBar,
  reorgBar,
  decideBar,
  historyBar,
  leftoversBar,
  durableBar,
];
