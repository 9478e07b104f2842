import { type License, parseLicense } from './expression.ts';

// Every `License ::` classifier, new ones are no longer added (PEP 639). A classifier that does not say
// which version or variant it means stands for each of them: the 14 of the PEP's appendix "Mapping License
// Classifiers to SPDX Identifiers", of which nothing may be inferred, and the few others whose name has no
// version where SPDX knows several. A LicenseRef- stands for what SPDX does not list.
const PROPRIETARY = 'LicenseRef-Proprietary';
const NOTHING = '';

const OSI = 'License :: OSI Approved';

const TABLE: Readonly<Record<string, string>> = {
  'License :: Aladdin Free Public License (AFPL)': 'Aladdin',
  'License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication': 'CC0-1.0',
  'License :: CeCILL-B Free Software License Agreement (CECILL-B)': 'CECILL-B',
  'License :: CeCILL-C Free Software License Agreement (CECILL-C)': 'CECILL-C',
  'License :: DFSG approved': NOTHING,
  'License :: Eiffel Forum License (EFL)': 'EFL-1.0 EFL-2.0',
  'License :: Free For Educational Use': PROPRIETARY,
  'License :: Free For Home Use': PROPRIETARY,
  'License :: Free To Use But Restricted': PROPRIETARY,
  'License :: Free for non-commercial use': PROPRIETARY,
  'License :: Freely Distributable': PROPRIETARY,
  'License :: Freeware': PROPRIETARY,
  'License :: GUST Font License 1.0': 'LicenseRef-GUST-Font-1.0',
  'License :: GUST Font License 2006-09-30': 'LicenseRef-GUST-Font-2006-09-30',
  'License :: Netscape Public License (NPL)': 'NPL-1.0 NPL-1.1',
  'License :: Nokia Open Source License (NOKOS)': 'Nokia',
  'License :: OSI Approved': NOTHING,
  [`${OSI} :: Academic Free License (AFL)`]: 'AFL-1.1 AFL-1.2 AFL-2.0 AFL-2.1 AFL-3.0',
  [`${OSI} :: Apache Software License`]: 'Apache-1.0 Apache-1.1 Apache-2.0',
  [`${OSI} :: Apple Public Source License`]: 'APSL-1.0 APSL-1.1 APSL-1.2 APSL-2.0',
  [`${OSI} :: Artistic License`]: 'Artistic-1.0 Artistic-1.0-Perl Artistic-1.0-cl8 Artistic-2.0',
  [`${OSI} :: Attribution Assurance License`]: 'AAL',
  [`${OSI} :: BSD License`]: 'BSD-1-Clause BSD-2-Clause BSD-3-Clause BSD-4-Clause 0BSD',
  [`${OSI} :: Blue Oak Model License (BlueOak-1.0.0)`]: 'BlueOak-1.0.0',
  [`${OSI} :: Boost Software License 1.0 (BSL-1.0)`]: 'BSL-1.0',
  [`${OSI} :: CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)`]: 'CECILL-2.1',
  [`${OSI} :: CMU License (MIT-CMU)`]: 'MIT-CMU',
  [`${OSI} :: Common Development and Distribution License 1.0 (CDDL-1.0)`]: 'CDDL-1.0',
  [`${OSI} :: Common Public License`]: 'CPL-1.0',
  [`${OSI} :: Eclipse Public License 1.0 (EPL-1.0)`]: 'EPL-1.0',
  [`${OSI} :: Eclipse Public License 2.0 (EPL-2.0)`]: 'EPL-2.0',
  [`${OSI} :: Educational Community License, Version 2.0 (ECL-2.0)`]: 'ECL-2.0',
  [`${OSI} :: Eiffel Forum License`]: 'EFL-1.0 EFL-2.0',
  [`${OSI} :: European Union Public Licence 1.0 (EUPL 1.0)`]: 'EUPL-1.0',
  [`${OSI} :: European Union Public Licence 1.1 (EUPL 1.1)`]: 'EUPL-1.1',
  [`${OSI} :: European Union Public Licence 1.2 (EUPL 1.2)`]: 'EUPL-1.2',
  [`${OSI} :: GNU Affero General Public License v3`]: 'AGPL-3.0-only AGPL-3.0-or-later',
  [`${OSI} :: GNU Affero General Public License v3 or later (AGPLv3+)`]: 'AGPL-3.0-or-later',
  [`${OSI} :: GNU Free Documentation License (FDL)`]:
    'GFDL-1.1-only GFDL-1.1-or-later GFDL-1.2-only GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later',
  [`${OSI} :: GNU General Public License (GPL)`]:
    'GPL-1.0-only GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later',
  [`${OSI} :: GNU General Public License v2 (GPLv2)`]: 'GPL-2.0-only GPL-2.0-or-later',
  [`${OSI} :: GNU General Public License v2 or later (GPLv2+)`]: 'GPL-2.0-or-later',
  [`${OSI} :: GNU General Public License v3 (GPLv3)`]: 'GPL-3.0-only GPL-3.0-or-later',
  [`${OSI} :: GNU General Public License v3 or later (GPLv3+)`]: 'GPL-3.0-or-later',
  [`${OSI} :: GNU Lesser General Public License v2 (LGPLv2)`]:
    'LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later',
  [`${OSI} :: GNU Lesser General Public License v2 or later (LGPLv2+)`]:
    'LGPL-2.0-or-later LGPL-2.1-or-later',
  [`${OSI} :: GNU Lesser General Public License v3 (LGPLv3)`]: 'LGPL-3.0-only LGPL-3.0-or-later',
  [`${OSI} :: GNU Lesser General Public License v3 or later (LGPLv3+)`]: 'LGPL-3.0-or-later',
  [`${OSI} :: GNU Library or Lesser General Public License (LGPL)`]:
    'LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later',
  [`${OSI} :: Historical Permission Notice and Disclaimer (HPND)`]: 'HPND',
  [`${OSI} :: IBM Public License`]: 'IPL-1.0',
  [`${OSI} :: ISC License (ISCL)`]: 'ISC',
  [`${OSI} :: Intel Open Source License`]: 'Intel',
  [`${OSI} :: Jabber Open Source License`]: 'LicenseRef-Jabber-Open-Source',
  [`${OSI} :: MIT License`]: 'MIT',
  [`${OSI} :: MIT No Attribution License (MIT-0)`]: 'MIT-0',
  [`${OSI} :: MITRE Collaborative Virtual Workspace License (CVW)`]: 'LicenseRef-MITRE-CVW',
  [`${OSI} :: MirOS License (MirOS)`]: 'MirOS',
  [`${OSI} :: Motosoto License`]: 'Motosoto',
  [`${OSI} :: Mozilla Public License 1.0 (MPL)`]: 'MPL-1.0',
  [`${OSI} :: Mozilla Public License 1.1 (MPL 1.1)`]: 'MPL-1.1',
  [`${OSI} :: Mozilla Public License 2.0 (MPL 2.0)`]: 'MPL-2.0',
  [`${OSI} :: Mulan Permissive Software License v2 (MulanPSL-2.0)`]: 'MulanPSL-2.0',
  [`${OSI} :: NASA Open Source Agreement v1.3 (NASA-1.3)`]: 'NASA-1.3',
  [`${OSI} :: Nethack General Public License`]: 'NGPL',
  [`${OSI} :: Nokia Open Source License`]: 'Nokia',
  [`${OSI} :: Open Group Test Suite License`]: 'OGTSL',
  [`${OSI} :: Open Software License 3.0 (OSL-3.0)`]: 'OSL-3.0',
  [`${OSI} :: PostgreSQL License`]: 'PostgreSQL',
  [`${OSI} :: Python License (CNRI Python License)`]: 'CNRI-Python',
  [`${OSI} :: Python Software Foundation License`]: 'PSF-2.0',
  [`${OSI} :: Qt Public License (QPL)`]: 'QPL-1.0',
  [`${OSI} :: Ricoh Source Code Public License`]: 'RSCPL',
  [`${OSI} :: SIL Open Font License 1.1 (OFL-1.1)`]: 'OFL-1.1',
  [`${OSI} :: Sleepycat License`]: 'Sleepycat',
  [`${OSI} :: Sun Industry Standards Source License (SISSL)`]: 'SISSL SISSL-1.2',
  [`${OSI} :: Sun Public License`]: 'SPL-1.0',
  [`${OSI} :: The Unlicense (Unlicense)`]: 'Unlicense',
  [`${OSI} :: Universal Permissive License (UPL)`]: 'UPL-1.0',
  [`${OSI} :: University of Illinois/NCSA Open Source License`]: 'NCSA',
  [`${OSI} :: Vovida Software License 1.0`]: 'VSL-1.0',
  [`${OSI} :: W3C License`]: 'W3C W3C-19980720 W3C-20150513',
  [`${OSI} :: X.Net License`]: 'Xnet',
  [`${OSI} :: Zero-Clause BSD (0BSD)`]: '0BSD',
  [`${OSI} :: Zope Public License`]: 'ZPL-1.1 ZPL-2.0 ZPL-2.1',
  [`${OSI} :: zlib/libpng License`]: 'Zlib',
  'License :: Other/Proprietary License': PROPRIETARY,
  'License :: Public Domain': 'LicenseRef-Public-Domain CC0-1.0 Unlicense',
  'License :: Repoze Public License': 'LicenseRef-Repoze-Public',
};

const CANDIDATES: ReadonlyMap<string, readonly License[]> = new Map(
  Object.entries(TABLE).map(([classifier, ids]) => [
    classifier,
    ids.split(' ').filter(Boolean).map(parseLicense),
  ]),
);

/** The licences that a `License ::` classifier may mean; none where it says nothing; absent: no such classifier. */
export function findClassifierCandidates(classifier: string): readonly License[] | undefined {
  return CANDIDATES.get(classifier);
}
