import { systemClock, systemRandom } from '../../adapters/host/index.ts';
import type { SecurityConfig } from '../../index.ts';
import { type ConfigPolicies, configPolicies } from '../../manager/index.ts';

/** The rules of a configuration: nothing is opened and nobody is asked. @throws CONFIG_INVALID, POLICY_INVALID */
export function policiesOf(config: SecurityConfig): ConfigPolicies {
  return configPolicies(config, { clock: systemClock(), random: systemRandom() });
}
