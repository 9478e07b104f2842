// Loaded into the measured process before the program (`node --import`): answers how much memory it holds.
import { writeHeapSnapshot } from 'node:v8';

process.on('message', (question) => {
  if (question === 'collected memory') globalThis.gc?.();
  if (question === 'snapshot') process.send?.(writeHeapSnapshot());
  else process.send?.(process.memoryUsage());
});
// Whoever asks must not keep the process from ending.
process.channel?.unref();
