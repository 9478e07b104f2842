import { inspectBinaries } from './binaries.ts';
import { inspectComponents } from './components.ts';
import type { BeginInspection } from './inspector.ts';
import { inspectLicenseTexts } from './license-texts.ts';
import { inspectNames } from './names.ts';
import { inspectNotebook } from './notebook.ts';
import { inspectOwnedNames } from './owned-names.ts';
import { inspectPickles } from './pickles.ts';
import { inspectSourceMarks } from './source-marks.ts';
import { inspectStartup } from './startup.ts';

/**
 * Those that look at sources as they lie in a source distribution. What its build would install, and so what starts by
 * itself and what names it takes, nobody knows.
 */
export const SOURCE_INSPECTORS: readonly BeginInspection[] = [
  inspectBinaries,
  inspectPickles,
  inspectSourceMarks,
  inspectLicenseTexts,
  inspectComponents,
];

/** Every inspector; each finds parts of the contents that no other finds. */
export const INSPECTORS: readonly BeginInspection[] = [
  inspectStartup,
  inspectNotebook,
  inspectNames,
  inspectOwnedNames,
  inspectBinaries,
  inspectPickles,
  inspectSourceMarks,
  inspectLicenseTexts,
  inspectComponents,
];
