import { compareScenarios } from './compare-scenarios.ts';

compareScenarios('pip', 1_800_000);
