import { defineConfig } from 'vitest/config';

// unit: fast and pure, run by `npm run check`. service: starts our own parts on loopback, runs Python as
// an oracle. clients: real pip and uv. slow: what takes minutes; `npm run test:slow`.
function project(name: string, include: readonly string[], timeoutMs: number) {
  return {
    test: {
      name,
      include: [...include],
      exclude:
        name === 'unit'
          ? ['**/*.service.test.ts', '**/*.clients.test.ts', '**/*.slow.test.ts']
          : [],
      restoreMocks: true,
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
    },
  };
}

export default defineConfig({
  test: {
    // Of two cores vitest would take one; most tests wait for processes and sockets.
    maxWorkers: 2,
    projects: [
      project('unit', ['test/**/*.test.ts'], 10_000),
      project('service', ['test/**/*.service.test.ts'], 120_000),
      project('clients', ['test/**/*.clients.test.ts'], 240_000),
      project('slow', ['test/**/*.slow.test.ts'], 900_000),
    ],
  },
});
