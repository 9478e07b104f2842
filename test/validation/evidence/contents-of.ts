import type { WheelContents } from '../../../src/model/contents.ts';
import { parseSha256 } from '../../../src/model/sha256.ts';
import { extractWheelEvidence } from '../../../src/validation/evidence/wheel.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import type { FixtureWheel } from '../../fixtures/wheels.ts';

/** What the members of a wheel hold; throws when it cannot be read, with the reason. */
export async function contentsOf(
  wheel: Pick<FixtureWheel, 'bytes' | 'sha256'>,
): Promise<WheelContents> {
  const { evidence } = await extractWheelEvidence(memoryAccess(wheel.bytes), {
    sha256: parseSha256(wheel.sha256),
  });
  if (evidence.kind === 'refused') throw new Error(`${evidence.reason}: ${evidence.message}`);
  if (evidence.contents === undefined) throw new Error('the members were not read');
  return evidence.contents;
}
