import { parseSha256 } from '../src/model/sha256.ts';
import { openFileAccess } from '../src/store/file-access.ts';
import { extractWheelEvidence } from '../src/validation/evidence/wheel.ts';

// One whole verification, as the thread of the service does it: argv is the wheel and its sha256. The service's thread
// has read wheels before, so one goes ahead that is not measured; Python's has compiled its code before it begins.
const [path = '', sha256 = ''] = process.argv.slice(2);
await using access = await openFileAccess(path);
await extractWheelEvidence(access, { sha256: parseSha256(sha256) });
const began = process.cpuUsage();
const start = performance.now();
const { evidence } = await extractWheelEvidence(access, { sha256: parseSha256(sha256) });
const { user, system } = process.cpuUsage(began);
process.stdout.write(
  `${JSON.stringify({
    kind: evidence.kind,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    rssMib: process.resourceUsage().maxRSS / 1024,
  })}\n`,
);
