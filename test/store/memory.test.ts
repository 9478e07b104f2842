import { openMemoryStore } from '../../src/store/memory.ts';
import { describeObjectStore } from '../contracts/object-store.ts';

describeObjectStore('memory', async () => openMemoryStore());
