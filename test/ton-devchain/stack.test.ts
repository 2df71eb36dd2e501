import { beginCell, serializeTuple, type TupleItem } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { readStack, writeStack } from '../../src/testing/ton-devchain/stack.ts';

describe('the stack of a get method', () => {
  const cell = beginCell().storeUint(5, 8).endCell();
  const items: TupleItem[] = [
    { type: 'int', value: -(1n << 256n) },
    { type: 'int', value: 10n },
    { type: 'null' },
    { type: 'cell', cell },
    { type: 'slice', cell },
    {
      type: 'tuple',
      items: [
        { type: 'int', value: -5n },
        { type: 'cell', cell },
        { type: 'tuple', items: [{ type: 'null' }] },
      ],
    },
  ];
  it('is written as toncenter does', () => {
    const bytes = cell.toBoc().toString('base64');
    expect(writeStack(serializeTuple(items))).toEqual([
      ['num', `-0x1${'0'.repeat(64)}`],
      ['num', '0xa'],
      ['list', { '@type': 'tvm.list', elements: [] }],
      ['cell', { bytes }],
      ['cell', { bytes }],
      [
        'tuple',
        {
          '@type': 'tvm.tuple',
          elements: [
            { '@type': 'tvm.stackEntryNumber', number: { '@type': 'tvm.numberDecimal', number: '-5' } },
            { '@type': 'tvm.stackEntryCell', cell: { '@type': 'tvm.cell', bytes } },
            {
              '@type': 'tvm.stackEntryTuple',
              tuple: { '@type': 'tvm.tuple', elements: [{ '@type': 'tvm.stackEntryList', list: { '@type': 'tvm.list', elements: [] } }] },
            },
          ],
        },
      ],
    ]);
  });
  it('is read in each form that clients send', () => {
    const bytes = cell.toBoc().toString('base64');
    const written = [
      ['num', '-0xa'],
      ['num', '10'],
      ['int', 7],
      ['tvm.Slice', bytes],
      ['tvm.Cell', { bytes }],
      ['null', null],
      writeStack(serializeTuple(items))[5],
    ];
    expect(readStack(written).map((item) => ('value' in item ? item.value : item.type))).toEqual([
      -10n,
      10n,
      7n,
      'slice',
      'cell',
      'null',
      'tuple',
    ]);
  });
});
