/** How a policy is written down. */
export type PolicyFormat = 'json' | 'yaml';
