import { Address, beginCell, Cell, toNano, CellType } from '@ton/core';
import { it } from 'vitest';
import { startTonDevChain } from '../../src/testing/index.ts';
import { ask, offlineWallet, sendBoc, MILLITON } from './ask.ts';
it('x', async () => {
  await using chain = await startTonDevChain();
  const w = offlineWallet(chain, 'zz'); await chain.fund(w.text, toNano(10));
  await sendBoc(chain, w.message(0, new Address(0, Buffer.alloc(32, 1)), 5n * MILLITON));
  const lib = beginCell().storeUint(2, 8).storeUint(7, 256).endCell({ exotic: true });
  const pruned = beginCell().storeUint(1, 8).storeUint(1, 8).storeUint(7, 256).storeUint(0, 16).endCell({ exotic: true });
  let deep = beginCell().endCell(); for (let i = 0; i < 1000; i++) deep = beginCell().storeRef(deep).endCell();
  let dag = beginCell().endCell(); for (let i = 0; i < 500; i++) dag = beginCell().storeRef(dag).storeRef(dag).storeRef(dag).storeRef(dag).endCell();
  const names = { lib, pruned, deep, dag };
  for (const [name, cell] of Object.entries(names)) {
    const b = cell.toBoc().toString('base64');
    for (const t of ['tvm.Cell', 'tvm.Slice', 'tvm.Builder']) {
      const s = performance.now();
      const r: any = await ask(chain, 'runGetMethod', { address: w.text, method: 'seqno', stack: [[t, b]] });
      console.log(name, t, r.status, r.error ?? r.result.exit_code, JSON.stringify(r.result?.stack)?.slice(0, 80), (performance.now() - s).toFixed(0));
    }
    for (const m of ['sendBoc', 'estimateFee']) { const s = performance.now(); const r: any = await ask(chain, m, { boc: b, address: w.text, body: b }); console.log(name, m, r.status, r.error?.slice(0, 150), (performance.now() - s).toFixed(0)); }
    const r: any = await ask(chain, 'estimateFee', { address: w.text, body: b, init_code: b, init_data: b }); console.log(name, 'init', r.status, r.error?.slice(0, 150));
  }
  let nested: any = { elements: [] }; for (let i = 0; i < 60; i++) nested = { elements: [{ '@type': 'tvm.stackEntryTuple', tuple: nested }] };
  const r: any = await ask(chain, 'runGetMethod', { address: w.text, method: 'seqno', stack: [['tuple', nested]] }); console.log(r.status, r.error, JSON.stringify(r.result?.stack)?.slice(0, 300));
  // infinite loop code: get method loops
  const loop = Cell.fromBase64(beginCell().storeUint(0xfeef00, 24).endCell().toBoc().toString('base64'));
  console.log((await ask<any>(chain, 'getExtendedAddressInformation', { address: w.text })).result, (await ask<any>(chain, 'getWalletInformation', { address: w.text })).result);
  console.log(await fetch(chain.url.replace('jsonRPC', `getAddressInformation?address=${encodeURIComponent(w.text)}&seqno=1`)).then((x) => x.json()));
  console.log((await ask<any>(chain, 'getAddressInformation', { address: w.text })).result);
  console.log(JSON.stringify((await ask<any>(chain, 'getTransactions', { address: w.text, limit: 5 })).result.map((t: any) => ({ ...t, data: '' })), null, 1));
  console.log((await ask<any>(chain, 'getConfigParam', { config_id: 19 })).result, (await ask<any>(chain, 'getBlockTransactionsExt', { workchain: 0, shard: '8000000000000000', seqno: 3 })).result.transactions.length);
  console.log((await ask<any>(chain, 'detectAddress', { address: w.text })).result, (await ask<any>(chain, 'lookupBlock', { workchain: -1, shard: '8000000000000000', unixtime: 1 })).result);
});
