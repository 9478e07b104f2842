import { PICKLE_OPCODES, type PickleArgument } from './pickle-opcodes.ts';

/** What a pickle names, and whether it could be walked to its end. */
export interface PickleWalk {
  /** Each callable or class that it would look up, as `module name`, once; `?` for what it makes up while it runs. */
  readonly names: ReadonlySet<string>;
  readonly isWhole: boolean;
  /** Whether nothing was wrong as far as it was walked: the bytes, or the steps, ended before it did. */
  readonly isCut: boolean;
  /** Where the walk ended: behind the last pickle that is whole. */
  readonly end: number;
}

type Item = string | undefined | typeof MARK;

const MARK = Symbol('mark');
/** A hostile pickle may copy its own parts for ever; the largest honest one in a wheel has fewer steps. */
const STEPS_AT_MOST = 5_000_000;

/**
 * Walks one pickle (protocols 0 to 5) without making anything of it, and collects the names that unpickling would look
 * up. Constant strings are followed through stack and memo, so that names given on the stack are known; others are `?`.
 */
export function walkPickle(bytes: Uint8Array, start = 0): PickleWalk {
  const reader = createReader(bytes, start);
  const names = new Set<string>();
  try {
    const machine = createMachine(names);
    for (let step = 0; step < STEPS_AT_MOST; step += 1) {
      const opcode = PICKLE_OPCODES.get(reader.byte());
      if (opcode === undefined) throw new RangeError('there is no such opcode');
      machine.run(opcode.name, reader.argument(opcode.argument));
      if (opcode.name === 'STOP') return { names, isWhole: true, isCut: false, end: reader.at() };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { names, isWhole: false, isCut: error instanceof EndOfBytes, end: start };
  }
  return { names, isWhole: false, isCut: true, end: start };
}

/** The pickle goes on behind the bytes that there are. */
class EndOfBytes extends RangeError {}

interface Reader {
  byte(): number;
  argument(kind: PickleArgument): Argument;
  at(): number;
}

interface Argument {
  readonly number?: number;
  readonly text?: string;
  readonly second?: string;
}

/** Throws EndOfBytes. */
function createReader(bytes: Uint8Array, start: number): Reader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;

  function take(length: number): Buffer {
    if (length < 0 || at + length > buffer.length) throw new EndOfBytes('the pickle ends early');
    at += length;
    return buffer.subarray(at - length, at);
  }

  function line(): string {
    const end = buffer.indexOf(0x0a, at);
    if (end === -1) throw new EndOfBytes('a line does not end');
    const text = buffer.toString('utf8', at, end).replace(/\r$/, '');
    at = end + 1;
    return text;
  }

  function size(bytesOfSize: 1 | 4 | 8): number {
    const field = take(bytesOfSize);
    if (bytesOfSize === 8 && field.readUInt32LE(4) !== 0)
      throw new EndOfBytes('a size is too large');
    return field.readUIntLE(0, Math.min(bytesOfSize, 4));
  }

  return {
    at: () => at,
    byte: () => take(1).readUInt8(),
    argument(kind) {
      switch (kind) {
        case 'none':
          return {};
        case 'line':
          return { text: line() };
        case 'two-lines':
          return { text: line(), second: line() };
        case 'u1':
          return { number: take(1).readUInt8() };
        case 'u2':
          return { number: take(2).readUInt16LE() };
        case 'u4':
          return { number: take(4).readUInt32LE() };
        case 'u8':
        case 'f8':
          take(8);
          return {};
        case 'sized-1':
          return { text: take(size(1)).toString('utf8') };
        case 'sized-4':
          return { text: take(size(4)).toString('utf8') };
        case 'sized-8':
          return { text: take(size(8)).toString('utf8') };
        default:
          return kind;
      }
    },
  };
}

interface Machine {
  run(opcode: string, argument: Argument): void;
}

/** Keeps what the stack of an unpickler would hold, as far as it is a constant string. Throws RangeError on underflow. */
function createMachine(names: Set<string>): Machine {
  const stack: Item[] = [];
  const memo = new Map<number, Item>();

  function pop(count: number): readonly Item[] {
    const items = stack.splice(stack.length - count, count);
    if (items.length < count || items.includes(MARK))
      throw new RangeError('the stack is too short');
    return items;
  }

  function popToMark(): void {
    const mark = stack.lastIndexOf(MARK);
    if (mark === -1) throw new RangeError('no mark on the stack');
    stack.length = mark;
  }

  function top(): Item {
    if (stack.length === 0) throw new RangeError('the stack is empty');
    return stack.at(-1);
  }

  function name(module: Item, attribute: Item): void {
    const isKnown = typeof module === 'string' && typeof attribute === 'string';
    names.add(isKnown ? `${module} ${attribute}` : '?');
  }

  function remember(index: number | undefined): void {
    if (index === undefined || Number.isNaN(index)) throw new RangeError('no place in the memo');
    memo.set(index, top());
  }

  function recall(index: number | undefined): void {
    if (index === undefined || !memo.has(index)) throw new RangeError('not in the memo');
    stack.push(memo.get(index));
  }

  function effect(pops: number | 'mark', pushes: 0 | 1): void {
    if (pops === 'mark') popToMark();
    else pop(pops);
    if (pushes === 1) stack.push(undefined);
  }

  return {
    run(opcode, { number, text, second }) {
      switch (opcode) {
        case 'GLOBAL':
          name(text, second);
          return effect(0, 1);
        case 'INST':
          name(text, second);
          return effect('mark', 1);
        case 'STACK_GLOBAL': {
          const [module, attribute] = pop(2);
          name(module, attribute);
          return effect(0, 1);
        }
        case 'EXT1':
        case 'EXT2':
        case 'EXT4':
          names.add(`copyreg extension ${number}`);
          return effect(0, 1);
        case 'STRING':
          stack.push(text?.replace(/^(['"])(.*)\1$/s, '$2'));
          return;
        case 'UNICODE':
          stack.push(text?.includes('\\') === true ? undefined : text);
          return;
        case 'SHORT_BINSTRING':
        case 'BINSTRING':
        case 'SHORT_BINUNICODE':
        case 'BINUNICODE':
        case 'BINUNICODE8':
          stack.push(text);
          return;
        case 'PUT':
          return remember(Number(text));
        case 'BINPUT':
        case 'LONG_BINPUT':
          return remember(number);
        case 'MEMOIZE':
          return remember(memo.size);
        case 'GET':
          return recall(Number(text));
        case 'BINGET':
        case 'LONG_BINGET':
          return recall(number);
        case 'MARK':
          stack.push(MARK);
          return;
        case 'DUP':
          stack.push(top());
          return;
        case 'POP':
          top();
          stack.pop();
          return;
        default:
          return effect(...(EFFECTS[opcode] ?? PUSHES));
      }
    },
  };
}

const PUSHES = [0, 1] as const;

/** What is popped and pushed by the opcodes that do no more; all others push one value. */
const EFFECTS: Readonly<Record<string, readonly [number | 'mark', 0 | 1]>> = {
  PROTO: [0, 0],
  FRAME: [0, 0],
  READONLY_BUFFER: [0, 0],
  STOP: [1, 0],
  POP_MARK: ['mark', 0],
  APPEND: [1, 0],
  APPENDS: ['mark', 0],
  ADDITEMS: ['mark', 0],
  SETITEM: [2, 0],
  SETITEMS: ['mark', 0],
  BUILD: [1, 0],
  REDUCE: [2, 1],
  NEWOBJ: [2, 1],
  NEWOBJ_EX: [3, 1],
  OBJ: ['mark', 1],
  BINPERSID: [1, 1],
  DICT: ['mark', 1],
  LIST: ['mark', 1],
  TUPLE: ['mark', 1],
  FROZENSET: ['mark', 1],
  TUPLE1: [1, 1],
  TUPLE2: [2, 1],
  TUPLE3: [3, 1],
};
