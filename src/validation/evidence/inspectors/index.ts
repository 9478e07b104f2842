import { inspectBinaries } from './binaries.ts';
import { inspectComponents } from './components.ts';
import type { BeginInspection } from './inspector.ts';
import { inspectLicenseTexts } from './license-texts.ts';
import { inspectLinkScripts } from './link-scripts.ts';
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

/**
 * Those that look at conda packages. Names of modules are not among them: `python` itself has those of the standard
 * library. Nor is what is bundled: a library is a package of its own there. Licence texts are, but most lie in `info/`,
 * which is not shown to these.
 */
export const CONDA_INSPECTORS: readonly BeginInspection[] = [
  inspectStartup,
  inspectNotebook,
  inspectLinkScripts,
  inspectBinaries,
  inspectPickles,
  inspectSourceMarks,
];

/** Every inspector of wheels; each finds parts of the contents that no other finds. */
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
