import { describe, expect, it } from 'vitest';
import type { ActionValidator } from '../../../src/authz/index.ts';
import { createModelValidator, type IntentModel, type IntentModelOptions } from '../../../src/authz/intent/intent-model.ts';
import { DEFAULT_JUDGE_SETTINGS } from '../../../src/authz/judge-settings.ts';
import { createDeadlines } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';
import { judgeOnce, NOW, request } from '../fixture.ts';

const deadlines = () => createDeadlines(createManualClock(NOW));
const says = (answer: unknown): IntentModel => ({ judge: async () => answer as never });
const judged = async (model: IntentModel, options: Partial<IntentModelOptions> = {}, minConfidence = 0) => {
  const intentValidator = createModelValidator(model, { deadlines: deadlines(), ...options });
  const settings = { ...DEFAULT_JUDGE_SETTINGS, minConfidence, intentValidator };
  const context = { intent: 'Pay 1 ETH', confidence: 1 };
  const { verdict, reasons } = await judgeOnce({ request: request({ context }) }, { settings });
  return [verdict, ...reasons.map(({ code }) => code)];
};

describe('a model that reads intents', () => {
  it('passes on what it is told, and hears of the words and the effects', async () => {
    const heard: unknown[] = [];
    const model: IntentModel = {
      judge: async (text, effects) => {
        heard.push(
          text,
          effects.map(({ kind }) => kind),
        );
        return { trust: 1, reason: 'fits' };
      },
    };
    expect(await judged(model)).toEqual(['approved']);
    expect(heard).toEqual(['Pay 1 ETH', ['fee', 'outflow']]);
  });

  it.each<[string, IntentModel]>([
    ['says no', says({ trust: 0, reason: 'a lie' })],
    ['says too little', says({ trust: 0.49, reason: 'hm' })],
    ['says nothing', says(undefined)],
    ['is more than sure', says({ trust: 1.01, reason: 'yes' })],
    ['is sure of no number', says({ trust: Number.NaN, reason: 'yes' })],
    ['answers in text', says({ trust: '1', reason: 'yes' })],
    ['gives no reason', says({ trust: 1 })],
    ['throws', { judge: () => Promise.reject(new Error('down')) }],
    [
      'throws at once',
      {
        judge: () => {
          throw new Error('down');
        },
      },
    ],
  ])('denies where it %s', async (_name, model) => {
    expect(await judged(model)).toEqual(['denied', 'intent_validator_rejected']);
  });

  it('is not waited for, and told so', async () => {
    const clock = createManualClock(NOW);
    let aborted = false;
    const model: IntentModel = {
      judge: (_text, _effects, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
    };
    const validator = createModelValidator(model, { deadlines: createDeadlines(clock), timeoutMs: 50 });
    const answer = validator.validate(request({ context: { intent: 'Pay' } }), { effects: [] } as never);
    await clock.advance(100);
    expect(await answer).toMatchObject({ valid: false, confidence: 0 });
    expect(aborted).toBe(true);
  });

  it('asks a person between its bound and the configured confidence', async () => {
    expect(await judged(says({ trust: 0.6, reason: 'hm' }), {}, 0.8)).toEqual(['escalated', 'intent_low_confidence']);
    expect(await judged(says({ trust: 0, reason: 'no' }), { minTrust: 0 })).toEqual(['denied', 'intent_validator_rejected']);
  });

  it('only lowers what another validator says', async () => {
    const beside = (valid: boolean, confidence: number): ActionValidator => ({
      validate: async () => ({ valid, confidence, reasoning: 'other', warnings: [] }),
    });
    const sure = says({ trust: 1, reason: 'sure' });
    expect(await judged(sure, { beside: beside(false, 1) })).toEqual(['denied', 'intent_validator_rejected']);
    expect(await judged(sure, { beside: beside(true, 0.3) }, 0.5)).toEqual(['escalated', 'intent_low_confidence']);
    expect(await judged(says({ trust: 0.1, reason: 'no' }), { beside: beside(true, 1) })).toEqual(['denied', 'intent_validator_rejected']);
    expect(await judged(sure, { beside: { validate: async () => 'yes' as never } })).toEqual(['denied', 'layer_malformed']);
  });

  it('refuses bounds that mean nothing', () => {
    for (const odd of [{ minTrust: -1 }, { minTrust: 1.1 }, { minTrust: Number.NaN }, { timeoutMs: 0 }, { timeoutMs: Number.NaN }])
      expect(() => createModelValidator(says({}), { deadlines: deadlines(), ...odd })).toThrow(RangeError);
  });
});
