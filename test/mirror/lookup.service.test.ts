import { describe, expect, test } from 'vitest';

import { MINUTE_MS } from '../../src/model/time.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, openHouse, policyText } from '../fixtures/house.ts';

const FROG = mitWheel({ name: 'frog', version: '1.0' });

describe('a name that nobody asked for', () => {
  test('has a tombstone where upstream fails, never a 404, with which uv would go to another index', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    index.fault({ match: /simple\/frog/, kind: 'status', status: 500 });
    await using house = await openHouse({ index, policy: policyText(['moss']) });
    await house.walked();
    expect((await house.view('frog')).entries).toMatchObject([
      { kind: 'tombstone', findings: [{ code: 'closure/not-needed' }] },
    ]);
  });

  test('is looked up once an hour, and no more than 60 of them a minute', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: policyText(['moss']) });
    await house.walked();
    index.forgetRequests();
    for (let number = 0; number < 70; number += 1) await house.view(`name${number}`);
    expect(index.countOf(/name/)).toBe(60);
    expect((await house.view('frog')).entries).toMatchObject([{ kind: 'tombstone' }]);
    house.advance(MINUTE_MS);
    expect((await house.view('frog')).entries).toMatchObject([{ kind: 'refused' }]);
    house.advance(58 * MINUTE_MS);
    await house.view('frog');
    expect(index.countOf(/frog/)).toBe(1);
    house.advance(3 * MINUTE_MS);
    await house.view('frog');
    expect(index.countOf(/frog/)).toBe(2);
  });
});
