import type { ProjectName } from '../model/subject.ts';
import { findProjectName } from './pypi/names.ts';

/**
 * The projects of PyPI that a conda package repackages, as far as names alone tell: that of the same name, and those
 * of this table. Common ones only; what is not in it is judged as a conda package alone.
 */
export function pypiNamesOf(project: ProjectName): readonly ProjectName[] {
  const same = findProjectName(project);
  const others = (OTHER_NAMES.get(project) ?? []).flatMap((name) => findProjectName(name) ?? []);
  return same === undefined ? others : [same, ...others];
}

const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['annoy', ['python-annoy']],
  ['brotli-python', ['brotli']],
  ['faiss', ['faiss-cpu', 'faiss-gpu']],
  ['faiss-cpu', ['faiss-cpu']],
  ['lightgbm', ['lightgbm']],
  ['libopencv', ['opencv-python', 'opencv-python-headless', 'opencv-contrib-python']],
  ['matplotlib-base', ['matplotlib']],
  ['msgpack-python', ['msgpack']],
  ['mysql-connector-python', ['mysql-connector-python']],
  ['opencv', ['opencv-python', 'opencv-python-headless', 'opencv-contrib-python']],
  ['py-opencv', ['opencv-python', 'opencv-python-headless', 'opencv-contrib-python']],
  ['py-xgboost', ['xgboost']],
  ['pyqt', ['pyqt5', 'pyqt6']],
  ['pytables', ['tables']],
  ['python-build', ['build']],
  ['python-graphviz', ['graphviz']],
  ['python-tzdata', ['tzdata']],
  ['python-xxhash', ['xxhash']],
  ['pytorch', ['torch']],
  ['pytorch-cpu', ['torch']],
  ['pytorch-gpu', ['torch']],
  ['pytorch-lightning', ['pytorch-lightning', 'lightning']],
  ['ray-core', ['ray']],
  ['ray-default', ['ray']],
  ['tensorflow-base', ['tensorflow']],
  ['tensorflow-cpu', ['tensorflow', 'tensorflow-cpu']],
  ['tensorflow-gpu', ['tensorflow', 'tensorflow-gpu']],
]);
