import { runFuzz } from '../../test/ton/fuzz/run-fuzz.ts';

// One of the processes that share the payloads out: decodes so many, tells how far it is, and at the end what it found.
const [payloads = '0', seed = '1'] = process.argv.slice(2);
const result = runFuzz(Number(payloads), Number(seed), (line) => void process.send?.({ line }));
process.send?.({ result }, () => process.disconnect());
