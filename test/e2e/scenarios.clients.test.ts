import { compareScenarios } from './compare-scenarios.ts';

compareScenarios('uv', 240_000);
