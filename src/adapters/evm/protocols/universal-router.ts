import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asBytes, asList } from '../decode/values.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';
import { MAX_COMMANDS, type Plan, readPlan } from './universal-router-commands.ts';

function reading(call: MethodCall): MethodReading {
  const [commands, inputs] = call.values;
  const plan: Plan = { effects: [], names: [], unknown: undefined, left: MAX_COMMANDS };
  readPlan(call, asBytes(commands), asList(inputs).map(asBytes), plan, 0);
  const args = { commands: plan.names.join(' ') };
  return plan.unknown === undefined ? { effects: plan.effects, args } : { effects: plan.effects, args, unknown: plan.unknown };
}

/** Uniswap's router of commands, as it is since its second version. */
export const UNIVERSAL_ROUTER = sameEverywhere('universal-router', () => {
  const add = methodsOf('universal-router', 'swap');
  return [add('execute(bytes commands,bytes[] inputs,uint256 deadline)', reading), add('execute(bytes commands,bytes[] inputs)', reading)];
});
