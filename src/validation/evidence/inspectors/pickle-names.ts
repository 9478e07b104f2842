/**
 * What a pickle may name and stay harmless: containers and values of the standard library, and how arrays, tensors and
 * frames are put together again. None of these runs what it is given, and each is what honest test data in wheels names.
 */
const SAFE = `
builtins: bool bytearray bytes complex dict float frozenset int list object range set slice str tuple
__builtin__: bool bytearray bytes complex dict float frozenset int list long object set slice str tuple unicode xrange
_codecs: encode
copyreg: _reconstructor __newobj__
copy_reg: _reconstructor __newobj__
collections: Counter OrderedDict defaultdict deque
datetime: date datetime time timedelta timezone
decimal: Decimal
fractions: Fraction
uuid: UUID
array: array _array_reconstructor
numpy: bool_ datetime64 dtype float32 float64 int32 int64 matrix ndarray recarray record timedelta64
numpy.core._internal: _reconstruct
numpy.core.multiarray: _reconstruct scalar
numpy._core.multiarray: _reconstruct scalar
numpy.core.numeric: _frombuffer
numpy._core.numeric: _frombuffer
numpy.matrixlib.defmatrix: matrix
numpy.ma.core: _mareconstruct MaskedArray
numpy.random: __RandomState_ctor
numpy.random._pickle: __bit_generator_ctor __generator_ctor __randomstate_ctor
torch: BFloat16Storage BoolStorage ByteStorage CharStorage DoubleStorage FloatStorage HalfStorage IntStorage LongStorage ShortStorage Size device
torch._utils: _rebuild_parameter _rebuild_tensor _rebuild_tensor_v2
torch.storage: UntypedStorage
scipy.sparse.csr: csr_matrix
scipy.sparse._csr: csr_array csr_matrix
scipy.sparse.csc: csc_matrix
scipy.sparse._csc: csc_array csc_matrix
pandas.core.frame: DataFrame
pandas.core.series: Series
pandas.core.indexes.base: Index _new_Index
pandas.core.indexes.range: RangeIndex
pandas.core.internals.managers: BlockManager SingleBlockManager
pandas._libs.internals: _unpickle_block
`;

const safe = new Set(
  SAFE.trim()
    .split('\n')
    .flatMap((line) => {
      const [module = '', names = ''] = line.split(': ');
      return names.split(' ').map((name) => `${module} ${name}`);
    }),
);

/**
 * Whether unpickling may look up `module name` without running anything but data types and the wheel's own code: what
 * is in its own modules runs when they are imported. A dotted name could reach through them to other modules.
 */
export function isSafeName(text: string, ownModules: ReadonlySet<string>): boolean {
  const [module = '', name = ''] = text.split(' ', 2);
  const isOwn = ownModules.has(module.split('.', 1)[0] ?? '') && !name.includes('.');
  return isOwn || safe.has(text);
}
