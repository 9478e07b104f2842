/**
 * Top-level modules of Python's standard library that are in every version from 3.10 to 3.13 (`sys.stdlib_module_names`),
 * without those that begin with an underscore.
 */
const ALWAYS = `
abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath cmd code
codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg csv
ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno
faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext
glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib importlib inspect io ipaddress itertools
json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder msvcrt
multiprocessing netrc nt ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle pickletools
pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc
pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select
selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 sre_compile sre_constants
sre_parse ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny
tarfile tempfile termios textwrap threading time timeit tkinter token tokenize trace traceback tracemalloc tty
turtle turtledemo types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser winreg
winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
`;

/** Modules that a version took out, by the first minor version of Python 3 that lacks them. */
const REMOVED: Readonly<Record<number, string>> = {
  11: 'binhex',
  12: 'asynchat asyncore distutils imp smtpd',
  13: 'aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib',
};

/** Modules that a version brought, by its minor version; those of 3.14 from its documentation. */
const ADDED: Readonly<Record<number, string>> = {
  11: 'tomllib',
  14: 'annotationlib compression',
};

const always = wordsOf(ALWAYS);

/** Whether the standard library of a Python 3 version has a top-level module; names are compared as imports are. */
export function isStandardModule(name: string, minor: number): boolean {
  if (always.has(name)) return true;
  const removed = Object.entries(REMOVED).some(
    ([since, names]) => minor < Number(since) && wordsOf(names).has(name),
  );
  const added = Object.entries(ADDED).some(
    ([since, names]) => minor >= Number(since) && wordsOf(names).has(name),
  );
  return removed || added;
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
